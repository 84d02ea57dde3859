#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The types of whole kernels, as their debug information has them: pahole encodes them on libbpf
1.7.0 and on ours to the same bytes, the types of all units are deduped to the same bytes, and what
comes out is dumped as C to the same characters. Prints a table: user time and largest memory of
each, and whether both agree.

KERNEL is 5.10, 6.1, 6.12 or newest, whose image Debian's cloud kernel is; without one it is 6.1. A
kernel's debug information is fetched from Debian once, and what is needed of it is kept.
"""

import argparse
import collections
import filecmp
import glob
import os
import re
import shutil
import subprocess
import sys

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [os.path.join(TESTS, "support"), os.path.join(TESTS, "vm")]
import kernels  # noqa: E402
import oracle  # noqa: E402
import sandbox  # noqa: E402
import skips  # noqa: E402

STOCK = "1.7.0"
DEFAULT = "6.1"
MIB = 1 << 20
# What the runs write: the types of all units, twice, and what comes out.
RUN_BYTES = 1024 * MIB
SPARE_BYTES = 512 * MIB
COLUMNS = "{:26}{:>10}{:>11}{:>10}{:>11}  {}"

Package = collections.namedtuple("Package", "name bytes unpacked_bytes")
# How a run went: its exit status, user time, largest memory and the file that it made. Without a
# time, the file came from another run.
Done = collections.namedtuple("Done", "status seconds bytes path")


def package_of(work):
    """The package with the debug information of a suite's newest kernel, which hangs off another
    that is empty."""
    name = "linux-image-cloud-amd64-dbg"
    depends = re.search(r"^Depends: (linux-image-\S+-dbg)",
                        kernels.query(work, "apt-cache", "show", name), re.M)
    if not depends:
        raise oracle.Unavailable(f"the package {name} needs no other")
    facts = kernels.query(work, "apt-cache", "show", depends[1])
    size = re.search(r"^Size: (\d+)", facts, re.M)
    unpacked = re.search(r"^Installed-Size: (\d+)", facts, re.M)
    if not size or not unpacked:
        raise oracle.Unavailable(f"apt does not say how large {depends[1]} is")
    return Package(depends[1], int(size[1]), int(unpacked[1]) << 10)


def need_room(folder, needed, what):
    """Ends the fetch where a folder's disk has too little room; says how much is needed."""
    free = shutil.disk_usage(folder).free
    text = f"{what} needs {needed // MIB} MiB, and {folder} has {free // MIB} MiB left"
    if free < needed:
        raise oracle.Unavailable(text)
    print(text, file=sys.stderr)


def unpack(package, place):
    """Takes the kernel out of a package, and nothing else."""
    listing = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", place, "--wildcards", "--strip-components=5",
                    "./usr/lib/debug/boot/vmlinux-*"], stdin=listing.stdout, check=True)
    listing.stdout.close()
    if listing.wait() != 0:
        raise oracle.Unavailable(f"{package} cannot be read")


def fetch(name, place):
    """Makes the folder `place` with a kernel in it."""
    with oracle.fetching(kernels.SUITES[name], place) as (work, made):
        package = package_of(work)
        need_room(work, package.bytes + package.unpacked_bytes + RUN_BYTES + SPARE_BYTES,
                  f"{package.name}, of {package.bytes // MIB} MiB,")
        kernels.query(work, "apt-get", "download", package.name)
        unpack(glob.glob(work + "/*.deb")[0], made)
        if len(glob.glob(made + "/vmlinux-*")) != 1:
            raise oracle.Unavailable(f"{package.name} does not have one kernel")


def kernel_of(name, cache):
    """The path of a kernel with its debug information, fetched into `cache` if it is not there."""
    place = os.path.join(cache, name)
    os.makedirs(cache, exist_ok=True)
    with oracle.locked(os.path.join(cache, "lock")):
        if not glob.glob(place + "/vmlinux-*"):
            fetch(name, place)
    need_room(cache, RUN_BYTES + SPARE_BYTES, "a run")
    return glob.glob(place + "/vmlinux-*")[0]


def run(command, environment, path, to_stdout):
    """Runs a command that makes a file, or whose output is that."""
    with open(path if to_stdout else os.devnull, "wb") as out:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                 env={**os.environ, **environment})
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return Done(child.returncode, usage.ru_utime, usage.ru_maxrss << 10, path)


class Side:
    """One of both libraries, and a folder with what is made on it."""

    def __init__(self, folder, library, root):
        self.folder, self.library, self.root = folder, library, root
        os.makedirs(os.path.join(folder, "alone"))
        if root is None:
            os.symlink(os.path.realpath(library), os.path.join(folder, "alone", "libbpf.so.1"))

    def file(self, name):
        return os.path.join(self.folder, name)

    def on_it(self, program, environment):
        """A program that is linked with libbpf.so.1, and its environment, as to be run on it."""
        if self.root is None:
            return program, {**environment, "LD_LIBRARY_PATH": self.file("alone")}
        return oracle.command(self.root, program), environment

    def encode(self, pahole, kernel, units):
        """pahole writes the BTF of a kernel, and the module `units` what is to be deduped."""
        # In one thread: else the order of the types is another each time.
        command, environment = self.on_it(
            [pahole, "--btf_gen_floats", f"--btf_encode_detached={self.file('kernel.btf')}",
             kernel], {"RINGSIDE_UNITS": self.file("units.btf"), "LD_PRELOAD": units})
        return run(command, environment, self.file("kernel.btf"), False)

    def ask(self, asking, words, name):
        """The program of the agreement tests, which opens the library that it is told."""
        command = [asking, self.library, *words]
        if self.root is not None:
            command = oracle.command(self.root, command)
        return run(command, {}, self.file(name), True)


def words_of(theirs, mine):
    """Whether two runs agree, in words, and whether that is so."""
    if theirs.status or mine.status:
        return f"FAILED: status {theirs.status} on {STOCK}, {mine.status} on ours", False
    size = os.path.getsize(mine.path)
    if size and filecmp.cmp(theirs.path, mine.path, shallow=False):
        return f"{size} bytes, equal", True
    return f"DIFFERENT: {os.path.getsize(theirs.path)} bytes and {size}", False


def compare(what, theirs, mine):
    """Prints a line of the table, and returns whether both agree."""
    text, agrees = words_of(theirs, mine)
    costs = [cost for done in (theirs, mine) for cost in
             (("", "") if done.seconds is None else
              (f"{done.seconds:.1f} s", f"{done.bytes // MIB} MiB"))]
    print(COLUMNS.format(what, *costs, text), flush=True)
    return agrees


def compare_all(kernel, folder, root, options):
    """Everything about one kernel. Returns whether both libraries agree."""
    stock = Side(os.path.join(folder, "stock"), oracle.library(root), root)
    ours = Side(os.path.join(folder, "ours"), os.path.abspath(options.library), None)
    pahole = sandbox.need_program("pahole", "pahole")
    print(COLUMNS.format(os.path.basename(kernel), STOCK, "", "ours", "", "").rstrip())
    sides = (stock, ours)
    good = [compare("pahole encodes", *(side.encode(pahole, kernel, options.units)
                                        for side in sides))]
    units = ours.file("units.btf")
    good.append(compare("types of all units",
                        *(Done(0 if os.path.exists(side.file("units.btf")) else 1, None, None,
                               side.file("units.btf")) for side in sides)))
    if not all(good):
        return False
    good.append(compare("dedup of them", *(side.ask(options.asking, ["dedup", "1", units],
                                                    "deduped.btf") for side in sides)))
    good.append(compare("dump of what comes out",
                        *(side.ask(options.asking, ["dump", "0", "8", ours.file("kernel.btf")],
                                   "kernel.h") for side in sides)))
    return all(good)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, usage="./dev corpus [KERNEL...]",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kernels", nargs="*", metavar="KERNEL", help=argparse.SUPPRESS)
    for name in ("--library", "--asking", "--units", "--work"):
        parser.add_argument(name, type=os.path.abspath, help=argparse.SUPPRESS)
    options = parser.parse_args()
    for name in options.kernels:
        if name not in kernels.SUITES:
            parser.error(f"'{name}' is no kernel; there are {', '.join(kernels.SUITES)}")
    root = oracle.need(STOCK)
    good = []
    for name in options.kernels or [DEFAULT]:
        try:
            kernel = kernel_of(name, os.path.join(options.work, "kernels"))
        except oracle.Unavailable as error:
            print(f"SKIP: kernel {name}: {error}")
            continue
        folder = os.path.join(options.work, "run")
        shutil.rmtree(folder, ignore_errors=True)
        good.append(compare_all(kernel, folder, root, options))
        # What differs is kept, to be looked at.
        if good[-1]:
            shutil.rmtree(folder)
    if not good:
        return skips.CODE
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
