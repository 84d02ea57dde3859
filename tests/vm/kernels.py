#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Debian's kernels, fetched from the mirror that this machine's apt uses, unpacked and kept.

Nothing is installed. They are those for virtual machines ("cloud"): the same but for drivers, and
a third of the size. The modules that tests need are kept with them. What cannot be had raises
oracle.Unavailable.
"""

import glob
import lzma
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import oracle  # noqa: E402

SUITES = {"5.10": "bullseye", "6.1": "bookworm", "6.12": "trixie", "newest": "sid"}
# What programs are attached to, and Debian's kernels have as modules; none needs another.
MODULES = ("sch_ingress", "cls_bpf")


def query(work, tool, *arguments):
    """What an apt tool says, with the private state under `work`; files it makes land there."""
    done = subprocess.run([tool, "-qq", *arguments], cwd=work, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={**os.environ, "LC_ALL": "C", "APT_CONFIG": work + "/apt.conf"})
    if done.returncode != 0:
        raise oracle.Unavailable(f"{tool} {' '.join(arguments)}: {done.stderr.strip()[-200:]}")
    return done.stdout


def packages(work):
    """The packages with the kernel itself, which hangs off others that are empty, and with its
    modules and its configuration, where these have packages of their own."""
    package, others = "linux-image-cloud-amd64", set()
    while True:
        depends = re.search(r"^Depends: (.*)", query(work, "apt-cache", "show", package), re.M)
        needed = re.findall(r"\blinux-(?:image|binary|modules|base)-\d[^\s,]*",
                            depends[1] if depends else "")
        deeper = [name for name in needed if name.startswith(("linux-image-", "linux-binary-"))]
        others.update(name for name in needed if name not in deeper)
        if not deeper:
            return [package, *sorted(others)]
        package = deeper[0]


def only(what, root, *patterns):
    """The one file under a folder that has one of the names."""
    found = [path for pattern in patterns for path in glob.glob(root + pattern, recursive=True)]
    if len(found) != 1:
        raise oracle.Unavailable(f"{what} in the packages: {found}")
    return found[0]


def keep_modules(root, folder):
    """Puts the modules of an unpacked kernel into a folder, none of them compressed."""
    os.mkdir(folder)
    for name in MODULES:
        path = only(f"modules {name}", root, f"/**/{name}.ko*")
        unpack = lzma.open if path.endswith(".xz") else open
        with unpack(path, "rb") as module, open(f"{folder}/{name}.ko", "wb") as kept:
            try:
                shutil.copyfileobj(module, kept)
            except lzma.LZMAError as error:
                raise oracle.Unavailable(f"{path}: {error}") from error


def fetch(name, place):
    """Makes the folder `place` with a kernel in it."""
    with oracle.fetching(SUITES[name], place) as (work, made):
        needed = packages(work)
        if name[0].isdigit() and f"-{name}." not in needed[0]:
            raise oracle.Unavailable(f"Debian's suite {SUITES[name]} has {needed[0]}")
        query(work, "apt-get", "download", *needed)
        root = os.path.join(work, "root")
        oracle.unpack(glob.glob(work + "/*.deb"), root)
        keep_modules(root, made + "/modules")
        os.rename(only("configurations", root, "/boot/config-*", "/usr/lib/modules/*/config"),
                  made + "/config")
        os.rename(only("kernels", root, "/boot/vmlinuz-*", "/usr/lib/modules/*/vmlinuz"),
                  made + "/vmlinuz")


def image(name, cache):
    """The kernel image of that name, or at that path; fetched into `cache` when it is not there."""
    if name not in SUITES:
        if os.path.isfile(name):
            return os.path.abspath(name)
        raise oracle.Unavailable(f"no such file, and none of {', '.join(SUITES)}")
    place = os.path.join(cache, name)
    os.makedirs(cache, exist_ok=True)
    with oracle.locked(os.path.join(cache, "lock")):
        if not all(os.path.isfile(path) for path in parts(place)):
            fetch(name, place)
    return os.path.join(place, "vmlinuz")


def parts(place):
    """What a kernel that was fetched into a folder has in a machine: its configuration as /config,
    and its modules in /modules, by name in the order in which they are loaded."""
    modules = {os.path.join(place, "modules", f"{name}.ko"): f"/modules/{number:02}-{name}.ko"
               for number, name in enumerate(MODULES)}
    return {os.path.join(place, "config"): "/config", **modules}


def cached(cache):
    """The newest kernel that is there already, or None."""
    found = [name for name in SUITES if os.path.isdir(os.path.join(cache, name))]
    return found[-1] if found else None
