# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""One boot of a kernel under qemu's software emulation, with a throw-away root in memory that has
what its jobs need from this machine, at the same paths."""

import collections
import glob
import json
import os
import re
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
QEMU = "qemu-system-x86_64"
PYTHON = "/usr/bin/python3"
ASK_STDLIB = "from sysconfig import get_path; print(get_path('stdlib'), get_path('platstdlib'))"
STDLIB_WITHOUT = re.compile(r"test|config-|(dist|site)-packages|ensurepip|idlelib|lib2to3|"
                            r"pydoc_data|tkinter|turtledemo")

# A job is a command with more environment, in a folder, that may take so long. One with
# `only_after` runs only where the job of that name has failed.
Job = collections.namedtuple("Job", "name command env folder seconds only_after", defaults=[None])
# How it went: the exit status, negative for a signal, None where it had to be stopped.
Outcome = collections.namedtuple("Outcome", "status seconds output")


class Boot:
    """What became of a boot: the kernel's release, outcomes by name, and why it ended early."""

    def __init__(self):
        self.release, self.outcomes, self.trouble = None, {}, "no job was begun"

    def read(self, path):
        """Takes in what init.py wrote."""
        with open(path, errors="replace") as report:
            for line in report:
                try:
                    facts = json.loads(line)
                except ValueError:
                    continue  # cut off, as the machine was
                if "release" in facts:
                    self.release, self.trouble = facts["release"], "it did not end all jobs"
                elif "name" in facts:
                    self.outcomes[facts["name"]] = Outcome(facts["status"], facts["seconds"],
                                                           facts["output"])
                else:
                    self.trouble = None


def python_files():
    """The system's Python: the interpreter and its library."""
    files = [PYTHON]
    folders = subprocess.run([PYTHON, "-c", ASK_STDLIB], text=True, check=True,
                             stdout=subprocess.PIPE).stdout.split()
    for folder in set(folders):
        for place, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if not STDLIB_WITHOUT.match(name)]
            files += [os.path.join(place, name) for name in names if ".opt-" not in name]
    return files


def is_elf(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def with_libraries(files):
    """The files, and the shared libraries that they need here."""
    binaries = [path for path in files if is_elf(path)]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("LD_")}
    told = subprocess.run(["ldd", *binaries], env=clean, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout
    return sorted({*files, *re.findall(r"(?:=>|^)\s*(/\S+) \(0x", told, re.M)})


class Archive:
    """An initramfs in the making. Format: the kernel's early-userspace/buffer-format."""

    def __init__(self, file):
        self.file, self.names = file, set()

    def entry(self, name, mode, data=b""):
        folder = os.path.dirname(name)
        if folder not in ("", "/") and folder not in self.names:
            self.entry(folder, 0o40755)
        self.names.add(name)
        path = name.strip("/").encode() + b"\0"
        fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0]
        header = b"070701" + b"".join(b"%08x" % field for field in fields)
        self.pad(header + path)
        self.pad(data)

    def pad(self, data):
        self.file.write(data + b"\0" * (-len(data) % 4))

    def copy(self, source, name=None):
        """A file with what it holds, and beside a library the links that lead to it."""
        name = name or source
        with open(source, "rb") as file:
            self.entry(name, 0o100000 | os.stat(source).st_mode & 0o777, file.read())
        for link in glob.glob(glob.escape(source.split(".so")[0]) + ".so*"):
            if os.path.islink(link) and os.path.realpath(link) == source:
                self.entry(link, 0o120777, os.path.basename(source).encode())


def write_root(path, jobs, files, parts):
    with open(path, "wb") as file:
        archive = Archive(file)
        for name in with_libraries({*files, *python_files()}):
            archive.copy(name)
        archive.copy(os.path.join(HERE, "init.py"), "/init")
        for file, name in parts.items():
            archive.copy(file, name)
        for folder in {job.folder for job in jobs} - archive.names:
            archive.entry(folder, 0o40755)
        jobs = json.dumps([job._asdict() for job in jobs])
        archive.entry("/jobs.json", 0o100644, jobs.encode())
        archive.entry("TRAILER!!!", 0)


def in_parallel(cpus):
    """Whether that number of CPUs runs at once, which shows real races. Where there are more than
    here, they take turns, which is far faster."""
    return cpus <= os.cpu_count()


def boot(image, parts, cpus, jobs, files, seconds, take_turns=False):
    """Boots a kernel with `cpus` CPUs and runs the jobs there; `files` go along, and `parts` by
    names of their own. The machine may take `seconds` in all. CPUs take turns if they must."""
    result = Boot()
    with tempfile.TemporaryDirectory(prefix="ringside-vm.") as folder:
        root, report, log = (os.path.join(folder, name) for name in ("root", "report", "log"))
        write_root(root, jobs, files, parts)
        thread = "multi" if in_parallel(cpus) and not take_turns else "single"
        command = [QEMU, "-accel", f"tcg,thread={thread}", "-cpu", "max", "-smp", str(cpus),
                   "-m", str(1024 + 8 * cpus), "-nodefaults", "-display", "none", "-no-reboot",
                   "-kernel", image, "-initrd", root, "-serial", "file:" + log,
                   "-serial", "file:" + report, "-append",
                   "ringside_vm console=ttyS0 panic=-1 quiet loglevel=4 mitigations=off lsm=bpf"]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, timeout=seconds)
            said = done.stdout
        except subprocess.TimeoutExpired:
            said = f"{QEMU}: ended after {seconds} s\n"
        if os.path.exists(report):
            result.read(report)
        if result.trouble:
            with open(log, errors="replace") as lines:
                result.trouble += ":\n" + said + "".join(list(lines)[-20:])
    return result
