#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""A Python program over libbcc with two BPF ring buffers, bpfcc_rings.py, on the stock library and
preloaded with ours.

The library is a Python module's: the main program does not link libbpf. Packages are unpacked, not
installed; libbcc compiles the program against their kernel headers, whatever kernel runs.

  bpfcc.py LIBRINGSIDE
"""

import glob
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import bindings  # noqa: E402
import oracle  # noqa: E402
import sandbox  # noqa: E402
import skips  # noqa: E402

RELEASE = "1.1.2"
CALLS = ("ring_buffer__new", "ring_buffer__add", "ring_buffer__poll", "ring_buffer__consume",
         "ring_buffer__free")
ROOT = "/mnt"  # in a mount namespace of our own, so there is nothing to take down
HEADERS = "/tmp/headers"
DEADLINE_S = 120


def merge_headers():
    """Lays Debian's two header trees, one of an architecture and one of all, over each other."""
    own, common = sorted(glob.glob(ROOT + "/usr/src/linux-headers-*"),
                         key=lambda path: path.endswith("-common"))
    os.mkdir(ROOT + HEADERS)
    done = subprocess.run(["mount", "-t", "overlay", "-o", f"ro,lowerdir={own}:{common}", "headers",
                           ROOT + HEADERS], stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        skips.skip(f"cannot merge the kernel headers: {skips.first_line(done.stderr)}")


def observe(packages, name, library):
    """One run of the program. Returns what was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        sandbox.make_root(ROOT, packages, {"test": folder, "program": HERE,
                                           "preload": os.path.dirname(library)})
        merge_headers()
        preload = "/preload/" + os.path.basename(library) if name != "stock" else None
        done = subprocess.run(
            ["/usr/bin/python3", "-B", "/program/bpfcc_rings.py"], preexec_fn=sandbox.inside(ROOT),
            env={**bindings.environment("/test/trace", preload), "PATH": "/usr/bin:/bin",
                 "BCC_KERNEL_SOURCE": HEADERS},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=DEADLINE_S)
        if done.returncode == skips.CODE and name == "stock":
            skips.skip(skips.reason(done.stdout) or "libbcc cannot load its program here")
        print(f"{name}: {done.stdout.strip()}")
        found = bindings.read(os.path.join(folder, "trace"), "ring_buffer__")
    wrong = bindings.complaints(found, "libbcc.so.0", CALLS, preload)
    if done.returncode != 0:
        wrong.append(f"the program ended with {done.returncode}")
    print("\n".join(f"{name}: {text}" for text in wrong))
    return wrong


def main(library):
    sandbox.enter("mount")
    sandbox.mount("tracefs", "/sys/kernel/tracing")
    machine = subprocess.run(["dpkg", "--print-architecture"], stdout=subprocess.PIPE, text=True,
                             check=True).stdout.strip()
    try:
        packages = oracle.root(RELEASE, ["python3-bpfcc", "linux-headers-" + machine])
    except oracle.Unavailable as error:
        skips.skip(f"no bcc: {error}")
    wrong = observe(packages, "stock", library)
    wrong += observe(packages, "ringside", library)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
