#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The first process of a virtual machine: mounts what programs expect, puts the kernel's /config
where they look for it, loads the modules in /modules, runs the jobs of /jobs.json one after the
other, and tells of each in a line of JSON on the second serial port. Then the machine is off."""

import ctypes
import glob
import json
import os
import resource
import signal
import subprocess
import time

MOUNTS = (("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev"), ("tmpfs", "/dev/shm"),
          ("tracefs", "/sys/kernel/tracing"), ("bpf", "/sys/fs/bpf"))
POWER_OFF = 0x4321FEDC  # reboot(2)
FINIT_MODULE = 313  # finit_module(2), of x86-64
OUTPUT_MAX = 1 << 20
FINE = (0, 77)  # passed, skipped


def run(command, variables, folder, seconds):
    """Runs a command in a session of its own, which is ended with it. How it ended, and what it
    wrote; None for one that ran longer than it may."""
    with open("/tmp/output", "w+b") as output:
        child = subprocess.Popen(command, env={**os.environ, **variables}, cwd=folder,
                                 stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                 start_new_session=True)
        try:
            status = child.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        output.seek(0)
        return status, output.read(OUTPUT_MAX).decode(errors="replace")


def load_module(libc, path):
    with open(path, "rb") as module:
        if libc.syscall(FINIT_MODULE, module.fileno(), b"", 0) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    for kind, place in MOUNTS:
        os.makedirs(place, exist_ok=True)
        libc.mount(kind.encode(), place.encode(), kind.encode(), 0, None)
    if os.path.exists("/config"):
        os.makedirs("/boot", exist_ok=True)
        os.rename("/config", "/boot/config-" + os.uname().release)
    for path in sorted(glob.glob("/modules/*")):
        load_module(libc, path)
    os.makedirs("/tmp", exist_ok=True)
    # Kernels before 5.11 charge BPF maps to it.
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    os.environ.update(PATH="/usr/bin:/bin", HOME="/", LC_ALL="C.UTF-8")
    with open("/dev/ttyS1", "w") as report, open("/jobs.json") as jobs:
        def tell(**facts):
            print(json.dumps(facts), file=report, flush=True)

        tell(release=os.uname().release)
        failed = set()
        for job in json.load(jobs):
            if job["only_after"] and job["only_after"] not in failed:
                continue
            start = time.monotonic()
            status, output = run(job["command"], job["env"], job["folder"], job["seconds"])
            if status not in FINE:
                failed.add(job["name"])
            tell(name=job["name"], status=status, output=output,
                 seconds=round(time.monotonic() - start, 1))
        tell(done=True)
    libc.reboot(POWER_OFF)


main()
