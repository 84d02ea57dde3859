#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Programs from Debian's packages, as they are, with our libbpf.so.1 in the place of the stock one.

The commands of a case, of work.py, are run on the stock library and on ours, in namespaces of their
own. Both must say the same, but for numbers that the kernel gives, and end with the same code. The
loader must say that every function of libbpf's came from ours.

  alone.py network LIBBPF OBJECT    ip, tc, xdp-loader and xdp-filter load programs
  alone.py tracing LIBBPF PROGRAM   bpftrace traces a program, and Python's own probes
"""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import bindings  # noqa: E402
import sandbox  # noqa: E402
import skips  # noqa: E402
import work  # noqa: E402

DEADLINE_S = 60
PYTHON = "/usr/bin/python3.11"

# By case: the programs, and the package of each.
CASES = {
    "network": (("ip", "iproute2"), ("tc", "iproute2"), ("xdp-loader", "xdp-tools"),
                ("xdp-filter", "xdp-tools")),
    "tracing": (("bpftrace", "bpftrace"),),
}


def commands_of(case, thing):
    """(package, words) of each command of a case."""
    found = [(package, words) for name, package in CASES[case]
             for words in work.commands(name, object=thing, program=thing)]
    if case == "tracing" and os.path.exists(PYTHON):
        child = f"{PYTHON} -S -E -c 'def traced(): pass\nfor each in range(7): traced()'"
        found.append(("bpftrace", [
            "bpftrace", "-e", f'usdt:{PYTHON}:python:function__entry /str(arg1) == "traced"/ '
            "{ @ = count(); }", "-c", child]))
    return found


def run(commands, library_path, folder, name):
    """What the commands say, one after the other, and which library served each program."""
    said, served = [], {}
    for number, (package, (program, *words)) in enumerate(commands):
        path = sandbox.need_program(program, package)
        prefix = os.path.join(folder, f"{name}-{number}")
        done = subprocess.run([path, *words], timeout=DEADLINE_S, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              env=bindings.environment(prefix, library_path=library_path))
        text = work.without_changing(done.stdout)
        said.append(f"$ {program} {' '.join(words)}\n{text}-> {done.returncode}")
        served.setdefault(program, set()).update(
            os.path.realpath(each.server) for each in bindings.read(prefix, *work.FAMILIES)
            if "libbpf" in os.path.basename(each.server))
    return said, served


def main(case, library, thing):
    """Compares both runs."""
    commands = commands_of(case, os.path.abspath(thing))
    for package, (program, *_) in commands:
        sandbox.need_program(program, package)
    sandbox.enter("mount", "net")
    work.prepare()
    with tempfile.TemporaryDirectory() as folder:
        alone = os.path.join(folder, "alone")
        os.mkdir(alone)
        ours = os.path.join(alone, "libbpf.so.1")
        os.symlink(os.path.realpath(library), ours)
        stock_said, stock_served = run(commands, None, folder, "stock")
        said, served = run(commands, alone, folder, "ours")
    wrong = []
    for stock_text, text in zip(stock_said, said):
        if stock_text != text:
            wrong.append(f"on the stock library:\n{stock_text}\non ours:\n{text}")
    for program in sorted(served):
        if served[program] != {os.path.realpath(library)}:
            wrong.append(f"{program} had functions from {sorted(served[program])}, not from "
                         f"{library}")
        if os.path.realpath(library) in stock_served[program]:
            wrong.append(f"{program} had functions of ours in the stock run")
    failed = [text for text in stock_said if not text.endswith("-> 0")]
    if failed and not wrong:
        print("\n".join(failed))
        skips.skip("the programs do not work on the stock library here")
    print("\n".join(wrong) or f"{len(commands)} commands of {', '.join(sorted(served))}: the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
