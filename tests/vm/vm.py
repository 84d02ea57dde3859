#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Runs what was built on other kernels, in virtual machines: the conformance program, the live
suite as meson runs it here, the simulated kernel against that kernel, and CPUs that come and go
under load. Prints a table, with a line for each kernel, number of CPUs and suite. And runs what
reads and makes bytes on machines of another kind (s390x, aarch64, armhf), under qemu-user.

WORD is a kernel (5.10, 6.1, 6.12, newest, or the path of an image), a number of CPUs, a suite, or
a machine of another kind. Those named are run; where no word of a kind is given, what runs is as
below. A kernel alone, or "pure", is a part of the whole whose table is kept in docs/records.
"""

import argparse
import collections
import itertools
import os
import shutil
import sys
import time

import foreign
import guest
import kernels
import oracle
import skips
import suites

BOOT_SECONDS = 1800
# Without words on the command line: what runs with each number of CPUs, and on which kernels. Many
# CPUs are slow.
EVERY_SUITE = [suite.name for suite in suites.SUITES]
PLAN = {2: (EVERY_SUITE, list(kernels.SUITES)),
        64: (["conformance", "simulator", "hotplug"], ["5.10", "newest"])}
# What ./dev vm keeps a record of, each by itself: the words for it.
PARTS = [*kernels.SUITES, foreign.SUITE]
# The simulated kernel has user ring buffers, and POLLRDNORM where a ring is readable.
WITHOUT = {"5.10": ["simulator"]}
COLUMNS = "{:31}{:>5}  {:18}{:>7}{:>8}{:>8}{:>9}{:>8}"
REMARKS_MAX = 3  # reasons for what was skipped, the most frequent

Machine = collections.namedtuple("Machine", "kernel cpus suites")


def foreign_plan(words):
    """The machines of another kind that words ask for, and the words that are left. None are left
    where the words ask for no kernel, and an empty list asks for all of them."""
    machines = [machine for machine in foreign.MACHINES
                if not words or foreign.SUITE in words or machine in words]
    left = [word for word in words if word != foreign.SUITE and word not in machines]
    return machines, left if left or not words else None


def plan(words):
    """The machines that words ask for. A word that is nothing raises ValueError."""
    named = [word for word in words if word in kernels.SUITES or os.path.isfile(word)]
    cpus = [int(word) for word in words if word.isdigit()]
    wanted = [word for word in words if word in EVERY_SUITE]
    for word in words:
        if word not in wanted and word not in named and not (word.isdigit() and int(word) > 1):
            raise ValueError(f"'{word}' is no kernel ({', '.join(kernels.SUITES)}, or a file), no "
                             f"number of CPUs above 1, no suite ("
                             f"{', '.join([*EVERY_SUITE, foreign.SUITE])}), and no machine of "
                             f"another kind ({', '.join(foreign.MACHINES)})")
    machines = []
    for count in cpus or PLAN:
        usual_suites, usual_kernels = PLAN[count if count in PLAN else 2]
        for kernel in named or kernels.SUITES:
            # Many CPUs are for the usual kernels, unless that number is asked for.
            if count != 2 and count not in cpus and kernel not in usual_kernels:
                continue
            usual = [suite for suite in usual_suites if suite not in WITHOUT.get(kernel, ())]
            machines.append(Machine(kernel, count, wanted or usual))
    return machines


def plan_words():
    lines = [f"  {cpus} CPUs, kernels {', '.join(names)}: {', '.join(what)}"
             for cpus, (what, names) in PLAN.items()]
    lines += [f"  but on {kernel} not {', '.join(what)}" for kernel, what in WITHOUT.items()]
    lines += [f"  {', '.join(foreign.MACHINES)}: {foreign.SUITE}, which runs nowhere else"]
    return "\n".join(lines)


def run_jobs(boot, jobs):
    """Runs jobs by boot(jobs, take_turns), and gives what became of them. A kernel changes its own
    code as it runs, and an emulated CPU may not see at once what another has changed, so a machine
    may die under any job. Then those that are left run in another, in which CPUs take turns; why
    the first died is given, too."""
    first = boot(jobs, False)
    left = [job for job in jobs if job.name not in first.outcomes
            and job.only_after not in first.outcomes]
    if not first.trouble or not first.release or not left:
        return first, None
    second = boot(left, True)
    second.outcomes = {**first.outcomes, **second.outcomes}
    return second, first.trouble


def print_line(kernel, cpus, suite, cases, seconds):
    """Prints a line of the table, and returns whether it fails: a suite of which nothing ran proves
    nothing."""
    count = collections.Counter(case.word for case in cases)
    print(COLUMNS.format(kernel, cpus, suite, len(cases), count["passed"], count["failed"],
                         count["skipped"], f"{seconds:.0f} s"))
    return count["failed"] > 0 or count["passed"] == 0


class Run:
    """A machine that has run its suites."""

    def __init__(self, machine, image, built):
        self.machine = machine
        self.jobs = self.jobs_of(machine, built)
        self.suites = list(self.jobs)
        for suite, jobs in self.jobs.items():
            if not jobs:
                sys.exit(f"{built.folder} has nothing for the suite '{suite.name}'")
        jobs = list(itertools.chain(*self.jobs.values()))
        begin = time.monotonic()
        parts = {path: name for path, name in kernels.parts(os.path.dirname(image)).items()
                 if os.path.isfile(path)}
        self.boot, self.died = run_jobs(lambda some, take_turns: guest.boot(
            image, parts, machine.cpus, some, built.files(some), BOOT_SECONDS, take_turns), jobs)
        self.seconds = time.monotonic() - begin

    @staticmethod
    def jobs_of(machine, built):
        """The jobs of each suite; says which suite lacks something that cannot be had."""
        jobs = {}
        for suite in suites.SUITES:
            if suite.name in machine.suites:
                try:
                    jobs[suite] = suite.jobs(built, machine.cpus)
                except oracle.Unavailable as error:
                    print(f"SKIP: suite {suite.name}: {error}", flush=True)
        return jobs

    def write_log(self, path):
        with open(path, "w") as log:
            for name, outcome in self.boot.outcomes.items():
                print(f"== {name}: {suites.ending(outcome)}, {outcome.seconds} s", file=log)
                print(outcome.output, file=log)

    def cases(self, suite):
        return [case for job in self.jobs[suite] if not job.only_after
                for case in suites.cases_of(suite, job, self.boot.outcomes.get(job.name))]

    def print(self):
        """Prints the lines of the table, and returns whether something failed."""
        failed = bool(self.boot.trouble)
        kernel = self.boot.release or self.machine.kernel
        for suite in self.suites:
            cases = self.cases(suite)
            outcomes = [self.boot.outcomes[job.name] for job in self.jobs[suite]
                        if job.name in self.boot.outcomes]
            failed |= print_line(kernel, self.machine.cpus, suite.name, cases,
                                 sum(outcome.seconds for outcome in outcomes))
            self.print_remarks(suite, cases)
        if self.died:
            print("    the first machine died, so the jobs that were left ran in another:\n"
                  + "\n".join(self.died.splitlines()[-3:]))
        if self.boot.trouble:
            print(f"    FAILED: {self.boot.trouble}")
        sys.stdout.flush()
        return failed

    def print_remarks(self, suite, cases):
        for job in self.jobs[suite]:
            words = suite.name == "hotplug" and job.name in self.boot.outcomes and \
                suites.hotplug_words(self.boot.outcomes[job.name])
            if words:
                print(f"    {job.name}: {words}")
        why = collections.Counter(case.remark for case in cases if case.word == "skipped")
        for remark, number in why.most_common(REMARKS_MAX):
            print(f"    {number} skipped: {remark}")
        if len(why) > REMARKS_MAX:
            print(f"    {sum(why.values()) - sum(n for _, n in why.most_common(REMARKS_MAX))} "
                  "skipped for other reasons")
        for case in cases:
            if case.word == "failed":
                print(f"    FAILED {case.name}: {case.remark}{self.on_stock(suite, case)}")

    def on_stock(self, suite, case):
        """What the stock library made of a case that failed, in words."""
        twin = self.boot.outcomes.get(case.name + suites.STOCK)
        if twin:
            return f" ({suites.ending(twin)} on the stock library)"
        for other in self.suites:
            if other.name == "conformance-stock" and suite.name.startswith("conformance"):
                words = [each.word for each in self.cases(other) if each.name == case.name]
                return f" ({words[0]} on the stock library)" if words and other != suite else ""
        return ""


def fetch(names, cache):
    """The images of kernels, by name; says which cannot be had."""
    images = {}
    for name in names:
        try:
            images[name] = kernels.image(name, cache)
        except oracle.Unavailable as error:
            print(f"SKIP: kernel {name}: {error}", flush=True)
    return images


def run_kernels(machines, options):
    """Prints the lines of kernels. Returns whether something failed; None if nothing could run."""
    if not shutil.which(guest.QEMU):
        print(f"SKIP: there is no {guest.QEMU} here (Debian package qemu-system-x86)")
        return None
    # In the order of their machines, each once.
    images = fetch(dict.fromkeys(machine.kernel for machine in machines),
                   os.path.join(options.work, "kernels"))
    if not images:
        return None
    built, failed = suites.Built(options.build), False
    for machine in machines:
        if machine.kernel in images:
            run = Run(machine, images[machine.kernel], built)
            name = f"{os.path.basename(machine.kernel)}-{machine.cpus}-cpus.log"
            run.write_log(os.path.join(options.work, name))
            failed |= run.print()
            print(f"    {run.seconds:.0f} s in all; {os.path.relpath(options.work)}/{name}",
                  flush=True)
    return failed


def run_foreign(machine, options):
    """Prints the lines of a machine of another kind, which has a build folder of its own. Returns
    the same."""
    build = os.path.join(os.path.dirname(os.path.abspath(options.build)), machine)
    if why := foreign.missing(machine, build):
        print(f"SKIP: {machine}: {why}")
        return None
    os.makedirs(options.work, exist_ok=True)
    log = os.path.join(options.work, machine + ".log")
    cases, seconds = foreign.run(machine, build, log)
    failed = print_line(f"{machine}, {foreign.MACHINES[machine]}", 1, foreign.SUITE, cases, seconds)
    for case in cases:
        if case.word == "failed":
            print(f"    FAILED {case.name}: {case.remark}")
    print(f"    {os.path.relpath(log)}", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(
        description=__doc__ + plan_words(), usage="./dev vm [WORD...]",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="WORD", help=argparse.SUPPRESS)
    parser.add_argument("--build", help=argparse.SUPPRESS)
    parser.add_argument("--work", type=os.path.abspath, help=argparse.SUPPRESS)
    # What ./dev must compile before: "kernels" and machines of another kind.
    parser.add_argument("--needs", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--parts", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.parts:
        print("\n".join(PARTS))
        return 0
    others, words = foreign_plan(options.words)
    try:
        machines = [] if words is None else plan(words)
    except ValueError as error:
        parser.error(str(error))
    if options.needs:
        print("\n".join((["kernels"] if machines else []) + others))
        return 0
    print(COLUMNS.format("kernel", "CPUs", "suite", "cases", "passed", "failed", "skipped", "time"),
          flush=True)
    failed = [run_kernels(machines, options)] if machines else []
    failed += [run_foreign(machine, options) for machine in others]
    if all(each is None for each in failed):
        return skips.CODE
    return 1 if any(failed) else 0


if __name__ == "__main__":
    sys.exit(main())
