#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""How large our libbpf.so.1 is, and what it takes to load it, beside libbpf 1.7.0 with the
libraries that it needs, libelf, libz and what these need. Of each file: the bytes of its code, and
of all that is loaded of it. Of loading, with each symbol bound: instructions as callgrind counts
them, page faults, and the best time of some runs.

  size_bench.py PROGRAM LIBRARY
"""
import glob
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import oracle  # noqa: E402

import costs  # noqa: E402

STOCK = "1.7.0"
RUNS = 30
# Every process has these.
OF_THE_C_LIBRARY = re.compile(r"(libc|ld-linux.*|libdl|libpthread|libm|librt)\.so\.")


def needed(path, folders):
    """A library and all that it needs, without the C library."""
    found, open_ones = [], [path]
    while open_ones:
        file = open_ones.pop(0)
        found.append(file)
        dynamic = subprocess.run(["readelf", "-dW", file], text=True, stdout=subprocess.PIPE,
                                 check=True).stdout
        for name in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic):
            if OF_THE_C_LIBRARY.match(name):
                continue
            places = [f"{folder}/{name}" for folder in folders if glob.glob(f"{folder}/{name}")]
            if not places:
                sys.exit(f"{file} needs {name}, which is in none of {folders}")
            if places[0] not in found + open_ones:
                open_ones.append(places[0])
    return found


def sizes(path):
    """Bytes of code, and of all that is loaded."""
    code = loaded = 0
    said = subprocess.run(["readelf", "-SW", path], text=True, stdout=subprocess.PIPE,
                          check=True).stdout
    for size, flags in re.findall(r"^ *\[ *\d+\] .* [0-9a-f]{6,} ([0-9a-f]{6,}) [0-9a-f]{2,} +"
                                  r"([A-Zo]*) +\d+ +\d+ +\d+$", said, re.M):
        loaded += int(size, 16) if "A" in flags else 0
        code += int(size, 16) if "X" in flags else 0
    return code, loaded


def loading(command):
    """Millions of instructions, page faults, and microseconds at best."""
    runs = [list(map(int, subprocess.run(command, text=True, stdout=subprocess.PIPE,
                                         check=True).stdout.split())) for _ in range(RUNS)]
    count = costs.millions(command)
    if count is None:
        sys.exit(f"{' '.join(command)} fails")
    return count, min(run[1] for run in runs), min(run[0] for run in runs) / 1e3


def print_sizes(files):
    code = loaded = 0
    for file in files:
        own_code, own_loaded = sizes(file)
        code, loaded = code + own_code, loaded + own_loaded
        print(f"  {Path(file).resolve().name:32}{own_code:12}{own_loaded:12}")
    if len(files) > 1:
        print(f"  {'together':32}{code:12}{loaded:12}")


def main(program, library):
    root = oracle.need(STOCK)
    stock = oracle.library(root)
    print(f"{'bytes':34}{'code':>12}{'loaded':>12}")
    print(f"libbpf {STOCK} of Debian")
    print_sizes(needed(stock, oracle.library_path(root).split(":")))
    print("ours")
    print_sizes(needed(library, []))
    print(f"\n{'to load it, every symbol bound':34}{'M instr.':>12}{'page faults':>14}{'us':>10}")
    for name, command in ((f"libbpf {STOCK} of Debian",
                           oracle.command(root, [program, stock])), ("ours", [program, library])):
        count, faults, best = loading(command)
        print(f"  {name:32}{count:12.2f}{faults:14}{best:10.0f}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
