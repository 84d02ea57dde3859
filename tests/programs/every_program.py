#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Every program and library of Debian's suites that needs libbpf.so.1, on ours in its place.

  every_program.py LIBBPF [--suite SUITE]... [PACKAGE...]

Packages that depend on libbpf1, or suggest it, are unpacked with all that they need. For each of
their files that names libbpf.so.1 the dynamic loader is asked, with our library in the place of
Debian's, whether each symbol is found; this is what ldd -r does. Each program is then started with
--version on Debian's library and on ours: both must say the same and end with the same code. What
is printed becomes docs/programs.md. Needs root: each suite runs in a root of its own.
"""
import argparse
import collections
import glob
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import oracle  # noqa: E402
import sandbox  # noqa: E402
import skips  # noqa: E402

SUITES = ["bookworm", "trixie"]
LIBRARY = "libbpf.so.1"
DEADLINE_S = 20
# What a program says of the library that it runs on.
ITS_VERSION = re.compile(r"(libbpf(?: version)?:? v?)[0-9][0-9.]*")
NEEDS = re.compile(r"^(Pre-Depends|Depends|Recommends|Suggests): .*\blibbpf1\b", re.M)

HEAD = """<!-- SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only -->
# Programs of Debian on ours

`./dev programs` wrote this page: each file of Debian's packages that names libbpf.so.1, with our
library in its place. The loader is asked to find every symbol at once. What a program says to
`--version` on its standard output, and the code that it ends with, must be the same as on Debian's
library."""

Result = collections.namedtuple("Result", "package file kind missing starts")


def packages_of(work):
    """The packages of a suite that need libbpf1."""
    names = []
    for path in sorted(glob.glob(work + "/lists/*Packages*")):
        text = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", path], text=True,
                              stdout=subprocess.PIPE, check=True).stdout
        names += [re.search(r"^Package: (.*)$", entry, re.M)[1] for entry in text.split("\n\n")
                  if NEEDS.search(entry)]
    return sorted(set(names) - {"libbpf-dev", "libbpf1"})


def fetch(suite, place):
    """Unpacks all of them into one root, and each alone into a folder beside it, to know its files.
    A package that cannot be had is left out."""
    work = place + ".partial"
    os.makedirs(work)
    oracle.write_apt_state(work, suite)
    oracle.apt(work, "update")
    os.mkdir(work + "/root")
    os.mkdir(work + "/packages")
    for name in packages_of(work):
        try:
            oracle.apt(work, "install", "-y", "--download-only", "libbpf1", name)
        except oracle.Unavailable as error:
            print(f"{suite}: {name} is left out: {error}", file=sys.stderr)
            continue
        deb, = glob.glob(f"{work}/cache/archives/{name}_*.deb")
        subprocess.run(["dpkg-deb", "-x", deb, f"{work}/packages/{name}"], check=True)
    for deb in sorted(glob.glob(work + "/cache/archives/*.deb")):
        subprocess.run(["dpkg-deb", "-x", deb, work + "/root"], check=True)
        os.remove(deb)
    os.rename(work, place)


def unpacked(suite):
    """The folder with a suite's packages."""
    return oracle.made(f"programs+{suite}", lambda place: fetch(suite, place))


def is_elf(path):
    """Is it a file of ELF's, and no link?"""
    if os.path.islink(path) or not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def asks_for(path):
    """How a file asks for the library: "needed", "dlopen", or not at all."""
    dynamic = subprocess.run(["readelf", "-dW", path], text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, check=False).stdout
    if f"[{LIBRARY}]" in dynamic:
        return "needed"
    notes = subprocess.run(["readelf", "-p", ".note.dlopen", path], text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    return "dlopen" if LIBRARY in notes else None


def files_of(folder):
    """The files of a package that need the library."""
    found = []
    for place, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(place, name)
            if is_elf(path):
                kind = asks_for(path)
                if kind:
                    found.append((path[len(folder):], kind))
    return found


class Root:
    """A root with a suite's packages, and our library in a folder of its own."""

    def __init__(self, place, packages, library):
        self.place = place
        sandbox.make_root(place, packages, {})
        for name in ("bin", "lib", "lib64", "sbin"):
            if not os.path.lexists(f"{place}/{name}"):
                os.symlink("usr/" + name, f"{place}/{name}")
        os.mkdir(place + "/ours")
        open(f"{place}/ours/{LIBRARY}", "wb").close()
        sandbox.bind(library, f"{place}/ours/{LIBRARY}")

    def run(self, command, ours, **more):
        """What a command says in the root on both outputs, and its code."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LC_ALL": "C",
                       **more}
        if ours:
            environment["LD_LIBRARY_PATH"] = "/ours"
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=DEADLINE_S, check=False,
                                  env=environment, preexec_fn=sandbox.inside(self.place))
            said = ITS_VERSION.sub(r"\1N", done.stdout.decode(errors="replace"))
            return said, done.stderr.decode(errors="replace"), done.returncode
        except subprocess.TimeoutExpired as error:
            return (error.stdout or b"").decode(errors="replace"), "", "no end"

    def missing(self, path):
        """The symbols that the loader does not find, with our library there; None if that is not
        in use."""
        loader = glob.glob(self.place + "/lib64/ld-linux-*.so.*")[0][len(self.place):]
        said, complaints, _ = self.run([loader, path], True, LD_TRACE_LOADED_OBJECTS="1",
                                       LD_WARN="yes", LD_BIND_NOW="1")
        said += complaints
        if f"{LIBRARY} => /ours/{LIBRARY}" not in said:
            return None
        return sorted(set(re.findall(r"undefined symbol: ((?:bpf|btf|libbpf|perf_buffer|ring|"
                                     r"user_ring)_\w*)", said)))

    def starts(self, path):
        """Does a program say the same on both, but for the words of the libraries?"""
        stock, _, stock_code = self.run([path, "--version"], False)
        ours, _, code = self.run([path, "--version"], True)
        if (stock, stock_code) == (ours, code):
            return f"same, code {code}"
        print(f"{path} --version: {stock!r}, code {stock_code}, on Debian's library; {ours!r}, "
              f"code {code}, on ours", file=sys.stderr)
        return "DIFFERS"


def look(suite, library, wanted):
    """A result for each file of a suite's packages."""
    place = unpacked(suite)
    folder = tempfile.mkdtemp()
    try:
        root = Root(folder, place + "/root", library)
        for package in sorted(os.listdir(place + "/packages")):
            if wanted and package not in wanted:
                continue
            for path, kind in files_of(f"{place}/packages/{package}"):
                missing = root.missing(path) if kind == "needed" else []
                is_program = os.access(root.place + path, os.X_OK) and ".so" not in path
                starts = root.starts(path) if is_program else "library"
                yield Result(package, path, kind, missing, starts)
    finally:
        subprocess.run(["umount", "-R", folder], check=False)
        os.rmdir(folder)


def table(suite, results):
    """Lines of a page."""
    yield f"\n## {suite}\n"
    yield "| package | file | asks by | symbols on ours | `--version` |"
    yield "|---|---|---|---|---|"
    for each in results:
        found = ("not loaded" if each.missing is None else "all found" if not each.missing
                 else "MISSING " + " ".join(each.missing))
        yield f"| {each.package} | `{each.file}` | {each.kind} | {found} | {each.starts} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--suite", action="append", choices=SUITES)
    options = parser.parse_args()
    suites = options.suite or SUITES
    try:
        # Before the network is left.
        for suite in suites:
            unpacked(suite)
    except oracle.Unavailable as error:
        skips.skip(f"{suite}: {error}")
    sandbox.enter("mount", "net")
    print(HEAD)
    wrong, count, started = 0, 0, 0
    for suite in suites:
        results = list(look(suite, os.path.abspath(options.library), options.packages))
        print("\n".join(table(suite, results)), flush=True)
        count += len(results)
        wrong += sum(each.missing != [] or each.starts == "DIFFERS" for each in results)
        started += sum(each.starts.startswith("same") for each in results)
    print(f"\n{count} files, {started} programs started, {wrong} with something wrong.")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
