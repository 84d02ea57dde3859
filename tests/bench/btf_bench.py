#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What work on the running kernel's BTF costs, with libbpf 1.7.0 and with ours: instructions as
callgrind counts them, memory from the allocator at the most, blocks in all, and the best time of
some runs. Beside ours stands the goal for it, in instructions. A dump hands its text to a function
that does nothing with it: formatting is the program's. Formatted, the function calls vsnprintf.

  btf_bench.py PROGRAM LIBRARY [WORD...]    only the works with one of the words in their names
"""
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import oracle  # noqa: E402

import costs  # noqa: E402

FILE = "/sys/kernel/btf/vmlinux"
STOCK = "1.7.0"
RUNS = 3
# Millions of instructions.
GOALS = {
    "parse the file": 12, "find by name and kind, the first": 3, "find 100": 10, "find 1000": 11,
    "find what is not there": 3, "add 1 string to a split BTF": 4,
    "add 1000 strings to a split BTF": 25, "add all types to an empty BTF": 60, "dedup": 120,
    "parse, add twice, dedup": 400, "parse, add 3 times, dedup": 600,
    "raw data in the other order": 6, "add 10000 structs of 3 members": 16,
    "dump all types as C": 60,
}


def measure(command):
    """(millions of instructions, bytes, blocks, milliseconds), or nothing if the library cannot do
    it."""
    run = costs.best_run(command, RUNS)
    if run is None:
        return None
    milliseconds, output = run
    most, blocks = map(int, output.split())
    return costs.millions(command), most, blocks, milliseconds


def words(measured):
    if measured is None:
        return f"{'-':>10} {'-':>8} {'-':>8} {'-':>7}"
    count, most, blocks, milliseconds = measured
    count = "-" if count is None else f"{count:.2f}"
    return f"{count:>10} {most / 1e6:8.2f} {blocks:8} {milliseconds:7.1f}"


def main(program, library, *wanted):
    root = oracle.need(STOCK)
    stock_library = oracle.library(root)
    works = subprocess.run([program, "--list"], text=True, stdout=subprocess.PIPE,
                           check=True).stdout.splitlines()
    head = f"{'M instr.':>10} {'MB':>8} {'blocks':>8} {'ms':>7}"
    print(f"{Path(FILE).stat().st_size} bytes of BTF. ms: the whole program, best of {RUNS}.")
    print(f"{'':34}{'libbpf ' + STOCK:>36}{'ours':>37}{'goal':>10}")
    print(f"{'':34}{head} {head}{'M instr.':>10}")
    for work in works:
        if wanted and not any(word in work for word in wanted):
            continue
        stock = measure(oracle.command(root, [program, stock_library, work, FILE]))
        ours = measure([program, library, work, FILE])
        print(f"{work:34}{words(stock)} {words(ours)}{GOALS.get(work, '-'):>10}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
