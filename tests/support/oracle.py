#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Stock libbpf releases from Debian's suites, unpacked side by side, for tests to compare with.

Nothing is installed, and the package state of the machine is neither used nor changed.

  oracle.py list                       versions that can be had
  oracle.py get VERSION [PACKAGE...]   unpack libbpf VERSION, its headers and its C library, with
                                       further packages of the same suite; print the root folder
  oracle.py run VERSION PROGRAM [ARG]  run PROGRAM with that libbpf, loader and C library

Roots stay in $RINGSIDE_ORACLES, by default ${XDG_CACHE_HOME:-~/.cache}/ringside/oracles. Any number
of callers may ask for the same root at once: one makes it, the others wait. What cannot be had
here (no network, no apt, a suite that moved on) is said in one line, with exit code 77.
"""

import contextlib
import fcntl
import glob
import os
import shutil
import subprocess
import sys

import skips

# version: (suite, package of the shared library). The suite's libbpf-dev goes along.
RELEASES = {
    "0.3": ("bullseye", "libbpf0"),
    "1.1.2": ("bookworm", "libbpf1"),
    "1.4.6": ("bookworm-backports", "libbpf1"),
    "1.5.0": ("trixie", "libbpf1"),
    "1.7.0": ("forky", "libbpf1"),
}
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Unavailable(Exception):
    """Why a release cannot be had on this machine."""


def oracles_dir():
    """The folder that all roots and the lock live in."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.environ.get("RINGSIDE_ORACLES") or os.path.join(cache, "ringside", "oracles")


@contextlib.contextmanager
def locked(path):
    """Holds an exclusive lock on a file. The kernel drops it with the process, so none is left."""
    with open(path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def debian_archive():
    """The address that this machine's apt fetches Debian itself from."""
    with open("/etc/os-release") as release:
        facts = dict(line.strip().split("=", 1) for line in release if "=" in line)
    suites = (facts.get("VERSION_CODENAME"), "stable", "testing", "sid")
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)",
         "Created-By: Packages"],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    for line in targets.splitlines():
        uri, suite, component = line.split()
        if component == "main" and suite in suites:
            return uri
    raise Unavailable("apt is not configured to fetch Debian from anywhere")


def apt(work, *arguments):
    """apt-get on the private state under `work`, and in that folder."""
    done = subprocess.run(["apt-get", "-qq", *arguments], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=work,
                          env={**os.environ, "LC_ALL": "C", "APT_CONFIG": work + "/apt.conf"})
    if done.returncode != 0:
        errors = [line for line in done.stdout.splitlines() if line.startswith(("E:", "W:"))]
        raise Unavailable(f"apt-get {arguments[0]}: {errors[0] if errors else done.stdout[-200:]}")


def write_apt_state(work, suite, kind="deb"):
    """An apt configuration that knows one suite, its packages ("deb") or their sources ("deb-src"),
    and believes that nothing is installed."""
    for folder in ("lists/partial", "cache/archives/partial"):
        os.makedirs(os.path.join(work, folder))
    uri = debian_archive()
    suites = [suite, suite[:-len("-backports")]] if suite.endswith("-backports") else [suite]
    with open(work + "/sources.list", "w") as sources:
        sources.writelines(f"{kind} [signed-by={KEYRING}] {uri} {s} main\n" for s in suites)
    open(work + "/status", "w").close()
    with open(work + "/apt.conf", "w") as conf:
        conf.write(f'''Dir::Etc::sourcelist "{work}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "{work}/lists";
Dir::State::status "{work}/status";
Dir::Cache "{work}/cache";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "20";
APT::Update::Error-Mode "any";
APT::Install-Recommends "false";
APT::Default-Release "{suite}";
APT::Sandbox::User "root";
Debug::NoLocking "true";
''')


@contextlib.contextmanager
def fetching(suite, place, kind="deb"):
    """For a with statement that makes the folder `place`, which appears complete or not at all, and
    takes the place of an older one. Gives a folder in which apt knows the suite, and one that is
    empty and becomes `place`."""
    work = place + ".partial"
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work + "/made")
    try:
        write_apt_state(work, suite, kind)
        apt(work, "update")
        yield work, work + "/made"
        shutil.rmtree(place, ignore_errors=True)
        os.rename(work + "/made", place)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(str(error)) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def unpack(packages, root):
    """Unpacks packages as under /."""
    for package in sorted(packages):
        subprocess.run(["dpkg-deb", "-x", package, root], check=True)


def fetch(version, packages, place):
    """Makes the root of a release at `place`."""
    suite, library = RELEASES[version]
    with fetching(suite, place) as (work, root):
        apt(work, "install", "-y", "--download-only", library, "libbpf-dev", *packages)
        unpack(glob.glob(work + "/cache/archives/*.deb"), root)
        full = version if version.count(".") > 1 else version + ".0"
        if not glob.glob(f"{root}/usr/lib/*/libbpf.so.{full}"):
            raise Unavailable(f"Debian's suite {suite} has moved on from libbpf {version}")


def fetch_source(suite, package, place):
    """Makes the folder `place` of a source package, without Debian's patches."""
    with fetching(suite, place, "deb-src") as (work, root):
        apt(work, "source", "--download-only", package)
        for archive in sorted(glob.glob(work + "/*.orig.tar.*")):
            if not archive.endswith(".asc"):
                subprocess.run(["tar", "-xf", archive, "-C", root], check=True)


def made(name, fetch_it):
    """The folder `name`, which fetch_it(path) makes when it is missing."""
    base = oracles_dir()
    place = os.path.join(base, name)
    if not os.path.isdir(place):
        os.makedirs(base, exist_ok=True)
        with locked(os.path.join(base, "lock")):
            if not os.path.isdir(place):
                fetch_it(place)
    return place


def root(version, packages=()):
    """The folder with libbpf `version` and `packages` unpacked as under /."""
    return made("+".join([version, *sorted(packages)]),
                lambda place: fetch(version, packages, place))


def need(version):
    """The root of a release; a test ends as skipped where it cannot be had."""
    try:
        return root(version)
    except Unavailable as error:
        return skips.skip(f"libbpf {version}: {error}")


def library(place):
    """The shared library in a root."""
    return glob.glob(place + "/usr/lib/*/libbpf.so.[01]")[0]


def source(suite, package):
    """The folder with a suite's source package unpacked."""
    return made(f"source+{suite}+{package}", lambda place: fetch_source(suite, package, place))


def kernel_headers(version, folder):
    """Makes an include folder with the kernel's headers of the suite of a release, and nothing of
    its C library."""
    include = os.path.join(root(version, ["linux-libc-dev"]), "usr", "include")
    os.makedirs(folder, exist_ok=True)
    for name in ("linux", "asm-generic"):
        os.symlink(os.path.join(include, name), os.path.join(folder, name))
    # The package may have those of all machines.
    os.symlink(os.path.join(include, f"{os.uname().machine}-linux-gnu", "asm"),
               os.path.join(folder, "asm"))
    return folder


def library_path(place):
    """The folders of a root that its shared libraries are in, joined by colons."""
    return ":".join(sorted(glob.glob(place + "/usr/lib/*-linux-gnu*")
                           + glob.glob(place + "/lib/*-linux-gnu*")))


def command(place, program):
    """`program`, a list, as to be run on the loader and libraries of a root."""
    folders = ("/lib*", "/usr/lib*", "/lib/*", "/usr/lib/*")
    found = [path for folder in folders for path in glob.glob(place + folder + "/ld-linux*.so.*")]
    loaders = [path for path in found if os.path.exists(path)]
    if not loaders:
        raise Unavailable(f"no loader under {place}")
    return [loaders[0], "--library-path", library_path(place), *program]


def command_preloaded(place, program):
    """The same for a program that is linked with no libbpf: the root's is preloaded."""
    return command(place, ["--preload", library(place), *program])


def main(arguments):
    verb, *rest = arguments or [""]
    if verb == "list" and not rest:
        print("\n".join(RELEASES))
        return 0
    if verb not in ("get", "run") or not rest or (verb == "run" and len(rest) < 2):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    version, *rest = rest
    if version not in RELEASES:
        print(f"oracle.py: no libbpf {version}; there are: {', '.join(RELEASES)}", file=sys.stderr)
        return 2
    try:
        if verb == "get":
            print(root(version, rest))
            return 0
        argv = command(root(version), rest)
    except Unavailable as error:
        print(f"{skips.MARK}libbpf {version}: {error}", file=sys.stderr)
        return skips.CODE
    os.execv(argv[0], argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
