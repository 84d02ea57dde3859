#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What functions of bpf.h return on this kernel, on the stock library and on ours: some 400 results
and errors, each with the words of its call.

  results.py PROGRAM LIBBPF [STOCK...]

STOCK is the command that runs the program on the stock library; without it, a release is fetched.
"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import oracle  # noqa: E402
import skips  # noqa: E402

STOCK = "1.7.0"  # the first that has all functions


def results(command, **environment):
    """The lines of one run."""
    done = subprocess.run(command, env={**os.environ, **environment}, text=True,
                          stdout=subprocess.PIPE, timeout=60, check=False)
    if done.returncode == skips.CODE:
        skips.skip(skips.reason(done.stdout) or "no reason given")
    if done.returncode != 0:
        sys.exit(f"FAIL: {command}: code {done.returncode}, after {done.stdout[-300:]}")
    return done.stdout.splitlines()


def compare(stock, ours):
    """A line for each result, and whether all are the same."""
    lines = [f"same {one}" if one == other else f"DIFFERENT {one} (ours: {other})"
             for one, other in zip(stock, ours)]
    if len(stock) != len(ours):
        lines.append(f"DIFFERENT the end: {len(stock)} lines (ours: {len(ours)})")
    return lines, stock == ours


def main(program, library, *stock):
    command = list(stock) or oracle.command_preloaded(oracle.need(STOCK), [program])
    stock = results(command)
    if "EPERM" in stock[0]:
        skips.skip("maps cannot be made here")
    lines, same = compare(stock, results([program], LD_PRELOAD=os.path.abspath(library)))
    print("\n".join(lines))
    equal = sum(line.startswith("same ") for line in lines)
    print(f"Linux {os.uname().release}: {equal} of {len(stock)} results equal")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
