#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Runs live-watched on the stock library and preloaded with ours. What a program sees that watches
for itself must be the same, and ours must have coalesced wakeups before it asked, but not after.

  watched.py PROGRAM perf|ring LIBRINGSIDE
"""

import difflib
import os
import sys

import live

# Something else may keep the load back until its ring is quiet.
TRIES = 3


def main(program, kind, library):
    library = os.path.abspath(library)
    seen, problems = {}, []
    for name, preload, before in ("stock", None, "signalled"), ("ours", library, "coalesced"):
        wanted = {f"# before: {before}", "# after: signalled"}
        for _ in range(TRIES):
            code, output, _, wrong = live.run([os.path.abspath(program), kind], preload,
                                              RINGSIDE_WAKEUPS="adaptive")
            if code != 0:
                print(output, end="")
                return code if code > 0 else 1
            problems += wrong
            lines = output.splitlines()
            seen[name] = [line for line in lines if not line.startswith("#")]
            told = {line for line in lines if line.startswith("#")}
            if told == wanted:
                break
        else:
            problems.append(f"{name}: {sorted(told)}, not {sorted(wanted)}")
    problems += difflib.unified_diff(seen["stock"], seen["ours"], "stock", "ours", lineterm="", n=9)
    print("\n".join(problems) or f"{len(seen['stock'])} observations are the same")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
