# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What a command costs: instructions, system calls, time. Each is None where the command fails, as
with a library that cannot do the work. `around` is a command that runs the one behind it."""
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import sandbox  # noqa: E402

# No library calls it, so a program marks by it where its work begins and ends.
MARK = "getppid"


def instructions(command, within="measured", around=()):
    """Instructions of user space within a function, as callgrind counts them."""
    valgrind = sandbox.need_program("valgrind", "valgrind")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*around, valgrind, "--tool=callgrind", f"--callgrind-out-file={folder}/out",
             f"--toggle-collect={within}", *command],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    return int(found[1]) if done.returncode == 0 and found else None


def millions(command, around=()):
    """Millions of instructions within `measured`."""
    count = instructions(command, around=around)
    return None if count is None else count / 1e6


def system_calls(command, around=()):
    """The names of the system calls between the marks."""
    strace = sandbox.need_program("strace", "strace")
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace"
        done = subprocess.run([*around, strace, "-f", "-o", str(trace), *command],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            return None
        names = re.findall(r"^\d+ +(\w+)\(", trace.read_text(errors="replace"), re.MULTILINE)
    first, last = [at for at, name in enumerate(names) if name == MARK]
    return names[first + 1:last]


def best_run(command, runs):
    """(milliseconds, output) of the run that was over first."""
    best = None
    for _ in range(runs):
        begin = time.monotonic()
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=False)
        spent = (time.monotonic() - begin) * 1e3
        if done.returncode != 0:
            return None
        if best is None or spent < best[0]:
            best = spent, done.stdout
    return best
