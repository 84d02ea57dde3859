#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What functions of bpf.h return on this kernel, on the stock library and on ours: some 400 results
and errors, each with the words of its call. Each run has a bpf file system, a cgroup and a network
namespace of its own.

  results.py PROGRAM LIBBPF
"""

import contextlib
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import oracle  # noqa: E402
import sandbox  # noqa: E402
import skips  # noqa: E402

STOCK = "1.7.0"  # the first that has all functions


@contextlib.contextmanager
def mounted(kind):
    """A folder with a file system of the kernel's. What is in it is never removed file by file."""
    folder = tempfile.mkdtemp(prefix="ringside-results-")
    sandbox.mount(kind, folder)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        os.rmdir(folder)


def results(command, library, cgroups):
    """The lines of one run."""
    cgroup = tempfile.mkdtemp(prefix="ringside-results-", dir=cgroups)
    with mounted("bpf") as folder:
        done = subprocess.run(["unshare", "--net", "env", f"LD_PRELOAD={library}", *command, folder,
                               cgroup], text=True, stdout=subprocess.PIPE, timeout=60, check=False)
    os.rmdir(cgroup)
    if done.returncode != 0:
        sys.exit(f"FAIL: {library}: code {done.returncode}, after {done.stdout[-300:]}")
    return done.stdout.splitlines()


def main(program, library):
    sandbox.enter("mount")
    root = oracle.need(STOCK)
    with mounted("cgroup2") as cgroups:
        stock = results(oracle.command(root, [program]), oracle.library(root), cgroups)
        ours = results([program], os.path.abspath(library), cgroups)
    if "EPERM" in stock[0]:
        skips.skip("maps cannot be made here")
    wrong = [f"{one}\n  ours: {other}" for one, other in zip(stock, ours) if one != other]
    equal = len(stock) - len(wrong)
    if len(stock) != len(ours):
        wrong.append(f"{len(stock)} lines, ours {len(ours)}")
    print(f"Linux {os.uname().release}: {equal} of {len(stock)} results equal")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
