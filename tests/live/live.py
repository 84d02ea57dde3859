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


def main(program, preload=None):
    with tempfile.TemporaryDirectory() as folder:
        trace = os.path.join(folder, "trace")
        done = subprocess.run([program], env=bindings.environment(trace, preload))
        found = bindings.read(trace, *FAMILIES)
    if done.returncode != 0:
        return done.returncode if done.returncode > 0 else 1
    user = os.path.basename(program)
    called = {b.symbol for b in found if os.path.basename(b.user) == user}
    wrong = bindings.complaints(found, user, called, preload)
    if not called.intersection(family + "new" for family in FAMILIES):
        wrong.append(f"{user} never made a reader or writer")
    print("\n".join(wrong) or f"{len(called)} functions served by {preload or 'the stock library'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(os.path.abspath, sys.argv[1:])))
