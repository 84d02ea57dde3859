#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What linking objects for BPF costs, with libbpf 1.7.0 and with ours: instructions as callgrind
counts them, and the best time of some runs. Beside ours stands the goal for it, in instructions.

  linker_bench.py PROGRAM LIBRARY
"""
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import oracle  # noqa: E402
import sandbox  # noqa: E402

import costs  # noqa: E402

STOCK = "1.7.0"
RUNS = 3
# Functions and global variables of each of two objects, and the goal in millions of instructions.
SIZES = {10: None, 100: None, 500: None, 1000: 60}


def make_object(folder, name, size):
    """Compiles an object with that number of functions and of global variables."""
    lines = []
    for number in range(size):
        lines.append(f"int {name}_variable_{number} = {number};\n"
                     f"__attribute__((noinline)) int {name}_function_{number}(int x) "
                     f"{{ return x + {name}_variable_{number}; }}\n")
    path = f"{folder}/{name}_{size}.o"
    subprocess.run([sandbox.need_program("clang", "clang"), "-g", "-O2", "-target", "bpf", "-x",
                    "c", "-c", "-", "-o", path], input="".join(lines), text=True, check=True)
    return path


def columns(command):
    """Millions of instructions, and milliseconds."""
    run, count = costs.best_run(command, RUNS), costs.millions(command)
    if run is None or count is None:
        sys.exit(f"{' '.join(command)} fails")
    return count, run[0]


def main(program, library):
    root = oracle.need(STOCK)
    stock_library = oracle.library(root)
    print("Two objects are linked. ms: the whole program, "
          f"best of {RUNS}.")
    print(f"{'functions and':>15}{'libbpf ' + STOCK:>22}{'ours':>20}{'goal':>10}")
    print(f"{'globals of each':>15}{'M instr.':>12}{'ms':>10}{'M instr.':>12}{'ms':>8}"
          f"{'M instr.':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for size, goal in SIZES.items():
            objects = [make_object(folder, name, size) for name in ("one", "other")]
            words = [f"{folder}/linked.o", *objects]
            stock = columns(oracle.command(root, [program, stock_library, *words]))
            ours = columns([program, library, *words])
            print(f"{size:15}{stock[0]:12.2f}{stock[1]:10.1f}{ours[0]:12.2f}{ours[1]:8.1f}"
                  f"{goal or '-':>10}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
