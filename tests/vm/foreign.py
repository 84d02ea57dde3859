#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Tests on machines that are unlike this one, under qemu-user, which needs no kernel of theirs:
another byte order, another size of words, another char.

These are the unit tests and the fuzz corpora of the rooms that read and make bytes, compiled by the
machine's cross compiler. They stand on the simulated kernel, so qemu's is not asked for much.

  foreign.py targets BUILD    what must be compiled in a build folder of such a machine
"""

import collections
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import selection  # noqa: E402
from suites import Case  # noqa: E402

# By the names of Debian's architectures: what runs their programs.
MACHINES = {"s390x": "qemu-s390x", "aarch64": "qemu-aarch64", "armhf": "qemu-arm"}
SUITE = "pure"
ROOMS = {"attach", "base", "bpf", "btf", "co_re", "elf", "kernel", "linker", "netlink", "object",
         "usdt"}
KINDS = {"unit", "fuzz"}
# Objects that are damaged in each place in turn: that takes too long where a machine is emulated.
WITHOUT = {"object mutants"}
SECONDS = 600

# What Catch2 says.
ALL_PASSED = re.compile(r"^All tests passed \(\d+ assertions? in (\d+) test cases?\)$", re.M)
SOME_PASSED = re.compile(r"^test cases: +\d+ \|(?: +(\d+) passed \|)? +\d+ failed", re.M)
FAILED = re.compile(r"^(\S+:\d+): FAILED:\n(?: +(.*))?$", re.M)

# How a program ended, None where it was stopped, and what it wrote.
Ended = collections.namedtuple("Ended", "status output errors")


def tests_of(build):
    """The tests of a build folder that are of a room, as meson describes them."""
    return [test for test in selection.read(build, "tests")
            if KINDS & selection.suites_of(test) and ROOMS & selection.suites_of(test)
            and test["name"] not in WITHOUT]


def is_unit(test):
    return "unit" in selection.suites_of(test)


def run_one(qemu, command, folder):
    try:
        done = subprocess.run([qemu, *command], cwd=folder, text=True, errors="replace",
                              timeout=SECONDS, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired as late:
        return Ended(None, "", (late.stderr or b"").decode(errors="replace"))
    return Ended(done.returncode, done.stdout, done.stderr)


def why(ended):
    """How a program ended, and the last that it said."""
    last = (ended.errors.strip().splitlines() or ["nothing"])[-1]
    return f"{'out of time' if ended.status is None else f'status {ended.status}'}: {last}"


def unit_cases(name, ended):
    """The cases of a program of Catch2's. Those that passed have numbers; for the others stands
    each check that failed. Catch2's reports in XML would have names, but the child of a test that
    ends by exit() dies in them. A program that breaks off is a failure of its own."""
    passed = ALL_PASSED.search(ended.output) or SOME_PASSED.search(ended.output)
    cases = [Case(f"{name}: {number}", "passed")
             for number in range(int(passed[1] or 0) if passed else 0)]
    cases += [Case(f"{name}: {place}", "failed", check)
              for place, check in dict.fromkeys(FAILED.findall(ended.output))]
    if not passed or (ended.status != 0 and "failed" not in {case.word for case in cases}):
        cases.append(Case(name, "failed", why(ended)))
    return cases


def cases_of(test, ended):
    """A corpus that is replayed is one case."""
    if is_unit(test):
        return unit_cases(test["name"], ended)
    word = "passed" if ended.status == 0 else "failed"
    return [Case("fuzz " + test["name"], word, "" if ended.status == 0 else why(ended))]


def missing(machine, build):
    """Why tests cannot run for a machine, or None."""
    if not shutil.which(MACHINES[machine]):
        return f"there is no {MACHINES[machine]} here (Debian package qemu-user)"
    return None if os.path.isdir(build) else f"there is no {build}"


def run(machine, build, log_path):
    """The cases of all tests, and how many seconds they ran. The log gets all that was written."""
    tests = tests_of(build)
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        all_ended = list(pool.map(lambda test: run_one(MACHINES[machine], test["cmd"], build),
                                  tests))
    seconds = time.monotonic() - begin
    with open(log_path, "w", encoding="utf-8") as log:
        for test, ended in zip(tests, all_ended):
            print(f"== {test['name']}: {why(ended)}\n{ended.output}\n{ended.errors}", file=log)
    cases = [case for test, ended in zip(tests, all_ended) for case in cases_of(test, ended)]
    return cases, seconds


def main(arguments):
    if len(arguments) != 2 or arguments[0] != "targets":
        print(__doc__.strip(), file=sys.stderr)
        return 2
    build = arguments[1]
    print("\n".join(selection.files_for(tests_of(build), selection.read(build, "targets"), build)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
