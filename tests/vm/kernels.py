#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Debian's kernels, fetched from the mirror that this machine's apt uses, unpacked and kept.

Nothing is installed. They are those for virtual machines ("cloud"): the same but for drivers, and
a third of the size. What cannot be had raises oracle.Unavailable.
"""

import glob
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import oracle  # noqa: E402

SUITES = {"5.10": "bullseye", "6.1": "bookworm", "6.12": "trixie", "newest": "sid"}


def query(work, tool, *arguments):
    """What an apt tool says, with the private state under `work`; files it makes land there."""
    done = subprocess.run([tool, "-qq", *arguments], cwd=work, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={**os.environ, "LC_ALL": "C", "APT_CONFIG": work + "/apt.conf"})
    if done.returncode != 0:
        raise oracle.Unavailable(f"{tool} {' '.join(arguments)}: {done.stderr.strip()[-200:]}")
    return done.stdout


def image_package(work):
    """The package with the kernel itself: it hangs off others that are empty."""
    package = "linux-image-cloud-amd64"
    while True:
        depends = re.search(r"^Depends: (.*)", query(work, "apt-cache", "show", package), re.M)
        deeper = depends and re.search(r"\blinux-(?:image|binary)-\d[^\s,]*", depends[1])
        if not deeper:
            return package
        package = deeper[0]


def fetch(name, place):
    """Makes the folder `place` with a kernel in it, which appears complete or not at all."""
    work = place + ".partial"
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    try:
        oracle.write_apt_state(work, SUITES[name])
        oracle.apt(work, "update")
        package = image_package(work)
        if name[0].isdigit() and f"-{name}." not in package:
            raise oracle.Unavailable(f"Debian's suite {SUITES[name]} has {package}")
        query(work, "apt-get", "download", package)
        root = os.path.join(work, "root")
        subprocess.run(["dpkg-deb", "-x", *glob.glob(work + "/*.deb"), root], check=True)
        found = glob.glob(root + "/boot/vmlinuz-*") + glob.glob(root + "/usr/lib/modules/*/vmlinuz")
        if len(found) != 1:
            raise oracle.Unavailable(f"kernels in the package: {found}")
        os.mkdir(work + "/kernel")
        os.rename(found[0], work + "/kernel/vmlinuz")
        os.rename(work + "/kernel", place)
    except (OSError, subprocess.CalledProcessError) as error:
        raise oracle.Unavailable(str(error)) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def image(name, cache):
    """The kernel image of that name, or at that path; fetched into `cache` when it is not there."""
    if name not in SUITES:
        if os.path.isfile(name):
            return os.path.abspath(name)
        raise oracle.Unavailable(f"no such file, and none of {', '.join(SUITES)}")
    place = os.path.join(cache, name)
    os.makedirs(cache, exist_ok=True)
    with oracle.locked(os.path.join(cache, "lock")):
        if not os.path.isdir(place):
            fetch(name, place)
    return os.path.join(place, "vmlinuz")


def cached(cache):
    """The newest kernel that is there already, or None."""
    found = [name for name in SUITES if os.path.isdir(os.path.join(cache, name))]
    return found[-1] if found else None
