#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What the searches of attaching cost, with libbpf 1.7.0 and with ours: instructions as callgrind
counts them. The library that is searched has 75,000 dynamic and 110,000 static symbols, the list of
the kernel's functions 60,000 lines. Beside ours stands the goal for it. Needs root, for a list of
functions of its own.

  attach_bench.py PROGRAM LIBRARY [WORD...]    only the works with one of the words in their names
"""
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import oracle  # noqa: E402

import costs  # noqa: E402

STOCK = "1.7.0"
OBJECT = Path(__file__).resolve().parent.parent / "objects/built/attach.el.o"
DYNAMIC, STATIC, KERNEL = 75000, 110000, 60000
# Millions of instructions.
GOALS = {"find a function of .dynsym": 0.3, "find no function": 5,
         "match 60000 functions of the kernel": 9}
TRACING = "/sys/kernel/tracing"


def make_library(path):
    """A library whose first functions are exported."""
    source = [".text"]
    for number in range(STATIC):
        kind = "function" if number < DYNAMIC else "local"
        word = f"{kind}_{number}"
        name = f"_ZN5bench6module{len(word)}{word}Ev"
        if number == 50000:
            name = "_ZN5bench6module9function_50000Ev"
        elif number == 109000:
            name = "_ZN5bench6module7local_109000Ev"
        if number < DYNAMIC:
            source.append(f".globl {name}")
        source.append(f".type {name},@function\n{name}: nop")
    subprocess.run(["cc", "-shared", "-nostdlib", "-Wl,--hash-style=gnu", "-x", "assembler", "-o",
                    path, "-"], input="\n".join(source) + "\n", text=True, check=True)


def make_list(path):
    """The kernel's functions, as it writes them; one in a hundred fits the pattern."""
    lines = []
    for number in range(KERNEL):
        word = "tcp" if number % 100 == 0 else f"subsystem_{number % 97}"
        lines.append(f"{0xffffffff81000000 + 64 * number:x} bench_{word}_function_{number}\n")
    Path(path).write_text("".join(lines))


def with_list(folder):
    """A command that runs another where the list of the kernel's functions is the one in a folder.
    """
    script = (f"mount -t tmpfs tmpfs {TRACING} && mkdir {TRACING}/events && "
              f"cp {folder}/functions {TRACING}/available_filter_functions_addrs && exec \"$@\"")
    return ["unshare", "-m", "sh", "-c", script, "sh"]


def main(program, library, *wanted):
    root = oracle.need(STOCK)
    stock_library = oracle.library(root)
    works = subprocess.run([program, "--list"], text=True, stdout=subprocess.PIPE,
                           check=True).stdout.splitlines()
    print(f"{'millions of instructions':38}{'libbpf ' + STOCK:>14}{'ours':>10}{'goal':>8}")
    with tempfile.TemporaryDirectory() as folder:
        searched = f"{folder}/libsearched.so"
        make_library(searched)
        make_list(f"{folder}/functions")
        for work in works:
            if wanted and not any(word in work for word in wanted):
                continue
            stock = oracle.command(root, [program, stock_library, work, str(OBJECT), searched])
            ours = [program, library, work, str(OBJECT), searched]
            counts = [costs.millions(command, with_list(folder)) for command in (stock, ours)]
            columns = ["-" if count is None else f"{count:.2f}" for count in counts]
            print(f"{work:38}{columns[0]:>14}{columns[1]:>10}{GOALS.get(work, '-'):>8}",
                  flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
