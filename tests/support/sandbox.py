# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Running a test inside namespaces of its own, so that what it mounts and what links it makes are
gone with it, however it ends."""

import os
import shutil
import subprocess
import sys

from skips import first_line, skip

_INSIDE = "RINGSIDE_SANDBOX"


def need_program(name, package):
    """The path of a program, or a skip that names its package."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    return path or skip(f"there is no {name} here (Debian package {package})")


def enter(*namespaces):
    """Runs this script again inside new namespaces ("mount", "net"); returns only inside them."""
    if os.environ.get(_INSIDE):
        return
    if os.geteuid() != 0:
        skip("needs root: it mounts file systems and loads BPF programs")
    unshare = [need_program("unshare", "util-linux"), *["--" + name for name in namespaces]]
    probe = subprocess.run([*unshare, "true"], stderr=subprocess.PIPE, text=True)
    if probe.returncode != 0:
        skip(f"no namespaces: {first_line(probe.stderr)}")
    os.environ[_INSIDE] = "1"
    os.execv(unshare[0], [*unshare, sys.executable, *sys.argv])


def mount(kind, target):
    """Mounts a kernel file system such as bpf or tracefs at `target`. There is one tracefs, so the
    kernel refuses to mount it where it is mounted already; then the one that is there serves."""
    done = subprocess.run(["mount", "-t", kind, kind, target], stderr=subprocess.PIPE, text=True)
    if done.returncode != 0 and kind != mounted_kind(target):
        skip(f"cannot mount {kind}: {first_line(done.stderr)}")


def mounted_kind(target):
    """The kind of the file system that is mounted at `target`; None if none is."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        kinds = [kind for _, place, kind, *_ in map(str.split, mounts) if place == target]
    return kinds[-1] if kinds else None


def bind(source, target):
    """Shows a file or folder, and all that is mounted below it, at `target` too."""
    subprocess.run(["mount", "--rbind", source, target], check=True)


def make_root(place, packages, folders):
    """Mounts a root at `place` for programs of unpacked packages: these, this kernel's file
    systems, an empty /tmp, and `folders`, names to sources."""
    mount("tmpfs", place)
    sources = {name: os.path.join(packages, name) for name in os.listdir(packages)}
    sources.update({name: "/" + name for name in ("dev", "proc", "sys")})
    sources.update(folders)
    for name, source in sources.items():
        target = os.path.join(place, name)
        os.mkdir(target)
        bind(source, target)
    os.mkdir(os.path.join(place, "tmp"))


def inside(place):
    """What a child must do before it runs a program of the root at `place`."""
    def enter_root():
        os.chroot(place)
        os.chdir("/")
    return enter_root
