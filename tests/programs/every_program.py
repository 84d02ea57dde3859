#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Every program and library of Debian's suites that needs libbpf.so.1, on ours in its place.

  every_program.py LIBBPF [--suite SUITE]... [PACKAGE...]

Packages that depend on libbpf1, or suggest it, are unpacked with all that they need. For each of
their files that names libbpf.so.1 the dynamic loader is asked, with our library in the place of
Debian's, whether each symbol is found; this is what ldd -r does. Each program is then started with
--version on Debian's library and on ours: both must say the same and end with the same code. For
some there is work to do, in work.py, with which it is the same. What is printed becomes
docs/programs.md. Needs root: each suite runs in a root of its own.
"""
import argparse
import collections
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import bindings  # noqa: E402
import oracle  # noqa: E402
import sandbox  # noqa: E402
import skips  # noqa: E402
import work  # noqa: E402

SUITES = ["bookworm", "trixie"]
LIBRARY = "libbpf.so.1"
OURS = "/ours/" + LIBRARY
STARTS_WITHIN_S, WORKS_WITHIN_S = 20, 120
HERE = os.path.dirname(os.path.abspath(__file__))
OBJECT = os.path.join(HERE, "..", "objects", "built", "net.el.o")
# What a program says of the library that it runs on.
ITS_VERSION = re.compile(r"(libbpf(?: version)?:? v?)[0-9][0-9.]*")
NEEDS = re.compile(r"^(Pre-Depends|Depends|Recommends|Suggests): .*\blibbpf1\b", re.M)
# What has a test of its own for its work, by suite and file name: the release whose packages the
# test unpacks, the packages, and the test.
TESTS = {
    ("bookworm", "bps"): ("1.1.2", ["bpfcc-introspection", "ir-keytable"], ["in_place.py", "bps"]),
    ("bookworm", "ir-keytable"): ("1.1.2", ["bpfcc-introspection", "ir-keytable"],
                                  ["in_place.py", "ir-keytable"]),
    ("bookworm", "pmdabpf"): ("1.1.2", ["pcp"], ["in_place.py", "pmdabpf"]),
    ("bookworm", "xdpdump"): ("1.1.2", [], ["xdpdump.py"]),
    ("bookworm", "pmda_bpf.so"): ("1.1.2", ["pcp"], ["pmdabpf.py", "execsnoop"]),
    ("bookworm", "execsnoop.so"): ("1.1.2", ["pcp"], ["pmdabpf.py", "execsnoop"]),
    ("bookworm", "mountsnoop.so"): ("1.1.2", ["pcp"], ["pmdabpf.py", "mountsnoop"]),
    ("bookworm", "statsnoop.so"): ("1.1.2", ["pcp"], ["pmdabpf.py", "statsnoop"]),
    ("bookworm", "libbcc.so.0.26.0"): ("1.1.2", ["python3-bpfcc", "linux-headers-amd64"],
                                       ["bpfcc.py"]),
}

HEAD = """<!-- SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only -->
# Programs of Debian on ours

`./dev programs` wrote this page: each file of Debian's packages that names libbpf.so.1, with our
library in its place.

- **symbols**: the loader is asked to find every symbol at once. A file that asks by `dlopen` looks
  functions up by name: each name in it that Debian's library exports, ours exports, too.
- **starts**: what the program says to `--version` on its standard output, and the code that it ends
  with, are the same as on Debian's library.
- **works**: for some programs `tests/programs/work.py` has commands that do what the program is
  for. Each ends with 0 on Debian's library; on ours it does, too, and its standard output is the
  same. The number of functions is that of libbpf's functions which the loader bound, each to ours.
  Some files work in a test of their own, and a library in the programs that are named. *Not here*:
  a command fails on Debian's library, for what this machine or that release lacks. Nothing stands
  where there are no commands."""

Result = collections.namedtuple("Result", "package version file kind missing starts works")


def packages_of(place):
    """The packages of a suite that need libbpf1, and the version of each."""
    found = {}
    for path in sorted(glob.glob(place + "/lists/*Packages*")):
        text = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", path], text=True,
                              stdout=subprocess.PIPE, check=True).stdout
        for entry in filter(NEEDS.search, text.split("\n\n")):
            name, version = (re.search(f"^{field}: (.*)$", entry, re.M)[1]
                             for field in ("Package", "Version"))
            found[name] = version
    return {name: found[name] for name in sorted(set(found) - {"libbpf-dev", "libbpf1"})}


def fetch(suite, place):
    """Unpacks all of them into one root, and each alone into a folder beside it, to know its files.
    A package that cannot be had is left out."""
    with oracle.fetching(suite, place) as (work, made):
        os.mkdir(made + "/root")
        os.mkdir(made + "/packages")
        for name in packages_of(work):
            try:
                oracle.apt(work, "install", "-y", "--download-only", "libbpf1", name)
            except oracle.Unavailable as error:
                print(f"{suite}: {name} is left out: {error}", file=sys.stderr)
                continue
            oracle.unpack(glob.glob(f"{work}/cache/archives/{name}_*.deb"),
                          f"{made}/packages/{name}")
        oracle.unpack(glob.glob(work + "/cache/archives/*.deb"), made + "/root")
        # For packages_of, later.
        os.rename(work + "/lists", made + "/lists")


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


def exports(library):
    """The names of the functions that a library exports."""
    symbols = subprocess.run(["readelf", "--dyn-syms", "-W", library], text=True,
                             stdout=subprocess.PIPE, check=True).stdout
    return set(re.findall(r" FUNC +GLOBAL +DEFAULT +\d+ (\w+)@", symbols))


class Root:
    """A root with a suite's packages, our library in a folder of its own, and one for work."""

    def __init__(self, place, packages, library):
        self.place = place
        self.users = collections.defaultdict(set)
        sandbox.make_root(place, packages, {})
        for name in ("bin", "lib", "lib64", "sbin"):
            if not os.path.lexists(f"{place}/{name}"):
                os.symlink("usr/" + name, f"{place}/{name}")
        os.makedirs(place + "/run", exist_ok=True)
        for name in ("cgroup", "ours"):
            os.mkdir(f"{place}/{name}")
        sandbox.mount("cgroup2", place + "/cgroup")
        open(place + OURS, "wb").close()
        sandbox.bind(library, place + OURS)

    def run(self, command, ours, seconds=STARTS_WITHIN_S, **more):
        """What a command says in the root on both outputs, and its code."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LC_ALL": "C",
                       **more}
        if ours:
            environment["LD_LIBRARY_PATH"] = "/ours"
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=seconds, check=False,
                                  env=environment, preexec_fn=sandbox.inside(self.place))
            said = ITS_VERSION.sub(r"\1N", done.stdout.decode(errors="replace"))
            return said, done.stderr.decode(errors="replace"), done.returncode
        except subprocess.TimeoutExpired as error:
            return (error.stdout or b"").decode(errors="replace"), "", "no end"

    def work(self, path, ours):
        """What each command of a program says, with its code, up to the first that fails; and
        which library each of libbpf's functions came from."""
        name = os.path.basename(path)
        things = self.place + "/things"
        shutil.rmtree(things, ignore_errors=True)
        os.mkdir(things)
        shutil.copy(OBJECT, things + "/net.o")
        subprocess.run(["cc", "-g", "-O1", "-o", things + "/probed", HERE + "/probed.c"],
                       check=True)
        for file, text in work.FILES.items():
            with open(f"{things}/{file}", "wb") as written:
                written.write(text)
        group = tempfile.mkdtemp(prefix="ringside-", dir=self.place + "/cgroup")
        said = []
        for words in work.commands(name, object="/things/net.o", program="/things/probed",
                                   folder="/things", cgroup=group[len(self.place):]):
            words = [path if words[0] == name else words[0], *words[1:]]
            output, errors, code = self.run(words, ours, WORKS_WITHIN_S, LD_DEBUG="bindings",
                                            LD_DEBUG_OUTPUT="/things/trace")
            said.append(work.without_changing(f"$ {' '.join(words)}\n{output}-> {code}"))
            if code != 0:
                said.append(errors)
                break
        # A daemon takes its file with it when it ends, as the last commands tell it to.
        for left in glob.glob(things + "/*.pid"):
            with open(left, encoding="ascii") as file:
                os.kill(int(file.read()), signal.SIGTERM)
        os.rmdir(group)
        return said, bindings.read(things + "/trace", *work.FAMILIES)

    def works(self, path):
        """Do a program's commands do the same on both?"""
        name = os.path.basename(path)
        if name not in work.WORK:
            return ""
        stock, _ = self.work(path, False)
        if not stock[-1].endswith("-> 0"):
            print(f"{path} does not work here on Debian's library:\n" + "\n".join(stock),
                  file=sys.stderr)
            return "not here"
        said, bound = self.work(path, True)
        elsewhere = {each for each in bound
                     if "libbpf" in os.path.basename(each.server) and each.server != OURS}
        if said != stock or elsewhere:
            print(f"{path}: on Debian's library:", *stock, "on ours:", *said,
                  f"not from ours: {elsewhere}", sep="\n", file=sys.stderr)
            return "DIFFERS"
        ours = [each for each in bound if each.server == OURS]
        for each in ours:
            self.users[os.path.basename(os.path.realpath(self.place + each.user))].add(name)
        return (f"same, {len(stock)} command{'s' if len(stock) > 1 else ''}, "
                f"{len({each.symbol for each in ours})} functions")

    def missing(self, path):
        """The symbols that the loader does not find, with our library there; None if that is not
        in use."""
        loader = glob.glob(self.place + "/lib64/ld-linux-*.so.*")[0][len(self.place):]
        said, complaints, _ = self.run([loader, path], True, LD_TRACE_LOADED_OBJECTS="1",
                                       LD_WARN="yes", LD_BIND_NOW="1")
        said += complaints
        if f"{LIBRARY} => {OURS}" not in said:
            return None
        return sorted(set(re.findall(r"undefined symbol: ((?:bpf|btf|libbpf|perf_buffer|ring|"
                                     r"user_ring)_\w*)", said)))

    def missing_by_name(self, path):
        """The same of a file that looks its functions up by name: names in it that Debian's library
        exports and ours does not."""
        stock, = glob.glob(f"{self.place}/usr/lib/*/{LIBRARY}")
        with open(self.place + path, "rb") as file:
            words = set(re.findall(rb"[a-z_0-9]{4,}", file.read()))
        names = {name for name in exports(stock) if name.encode() in words}
        return sorted(names - exports(self.place + OURS)) if names else None

    def starts(self, path):
        """Does a program say the same on both, but for the words of the libraries?"""
        stock, _, stock_code = self.run([path, "--version"], False)
        ours, _, code = self.run([path, "--version"], True)
        if (stock, stock_code) == (ours, code):
            return f"same, code {code}"
        print(f"{path} --version: {stock!r}, code {stock_code}, on Debian's library; {ours!r}, "
              f"code {code}, on ours", file=sys.stderr)
        return "DIFFERS"


def works_in_test(suite, path, library):
    """Does the test of a library pass?"""
    name = os.path.basename(path)
    if (suite, name) not in TESTS:
        return ""
    script, *words = TESTS[suite, name][2]
    done = subprocess.run(
        [sys.executable, os.path.join(HERE, script), *words, library], check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={key: value for key, value in os.environ.items() if key != "RINGSIDE_SANDBOX"})
    if done.returncode == 0:
        return f"same, in {' '.join([script, *words])}"
    print(f"{path}: {script}: {done.stdout}", file=sys.stderr)
    return "not here" if done.returncode == skips.CODE else "DIFFERS"


def look(suite, library, wanted):
    """A result for each file of a suite's packages."""
    place = unpacked(suite)
    folder = tempfile.mkdtemp()
    results = []
    try:
        root = Root(folder, place + "/root", library)
        versions = packages_of(place)
        for package in sorted(os.listdir(place + "/packages")):
            if wanted and package not in wanted:
                continue
            for path, kind in files_of(f"{place}/packages/{package}"):
                missing = (root.missing if kind == "needed" else root.missing_by_name)(path)
                is_program = os.access(root.place + path, os.X_OK) and ".so" not in path
                starts = root.starts(path) if is_program else "library"
                works = (is_program and root.works(path)) or works_in_test(suite, path, library)
                results.append(Result(package, versions[package], path, kind, missing, starts,
                                      works))
        for at, each in enumerate(results):
            users = sorted(root.users[os.path.basename(each.file)])
            if each.starts == "library" and users and not each.works:
                results[at] = each._replace(works="in " + ", ".join(users))
        return results
    finally:
        subprocess.run(["umount", "-R", folder], check=False)
        os.rmdir(folder)


def table(suite, results):
    """Lines of a page."""
    yield f"\n## {suite}\n"
    yield "| package | file | asks by | symbols | starts | works |"
    yield "|---|---|---|---|---|---|"
    for each in results:
        found = ("not loaded" if each.missing is None else "all found" if not each.missing
                 else "MISSING " + " ".join(each.missing))
        yield (f"| {each.package} {each.version} | `{each.file}` | {each.kind} | {found} | "
               f"{each.starts} | {each.works} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--suite", action="append", choices=SUITES)
    options = parser.parse_intermixed_args()
    suites = options.suite or SUITES
    try:
        # Before the network is left.
        for suite in suites:
            unpacked(suite)
        for (suite, _), (release, packages, _) in TESTS.items():
            if suite in suites:
                oracle.root(release, packages)
    except oracle.Unavailable as error:
        skips.skip(f"{suite}: {error}")
    sandbox.enter("mount", "net")
    work.prepare()
    print(HEAD)
    results = []
    for suite in suites:
        found = look(suite, os.path.abspath(options.library), options.packages)
        print("\n".join(table(suite, found)), flush=True)
        results += found
    wrong = sum(each.missing != [] or "DIFFERS" in (each.starts, each.works) for each in results)
    print(f"\n{len(results)} files. {sum(not each.missing for each in results)} find all their "
          f"symbols; {sum(each.starts.startswith('same') for each in results)} programs start; "
          f"{sum(each.works.startswith(('same', 'in ')) for each in results)} files do their work; "
          f"{wrong} with something wrong.")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
