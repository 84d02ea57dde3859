#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Runs a program that is linked to the stock library, on it or preloaded with ours, and has the
loader say which of the two served its perf_buffer calls.

  live.py PROGRAM [LIBRINGSIDE]
"""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import bindings  # noqa: E402

FAMILIES = ("perf_buffer__", "ring_buffer__", "user_ring_buffer__")


def run(command, preload=None, **variables):
    """Runs a program. Its exit code, its output, the functions that it called, and what is wrong
    with how it was served."""
    with tempfile.TemporaryDirectory() as folder:
        trace = os.path.join(folder, "trace")
        environment = {**bindings.environment(trace, preload), **variables}
        done = subprocess.run(command, env=environment, text=True, stdout=subprocess.PIPE)
        found = bindings.read(trace, *FAMILIES)
    user = os.path.basename(command[0])
    called = {b.symbol for b in found if os.path.basename(b.user) == user}
    wrong = bindings.complaints(found, user, called, preload)
    if not called.intersection(family + "new" for family in FAMILIES):
        wrong.append(f"{user} never made a reader or writer")
    return done.returncode, done.stdout, called, wrong


def main(program, preload=None):
    code, output, called, wrong = run([program], preload)
    print(output, end="")
    if code != 0:
        return code if code > 0 else 1
    print("\n".join(wrong) or f"{len(called)} functions served by {preload or 'the stock library'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(os.path.abspath, sys.argv[1:])))
