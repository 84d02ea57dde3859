#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Programs for libbpf, linked to ringside in every way that docs/relinking.md tells of.

Each case compiles a client, runs it, and proves which library served it: by what the dynamic loader
says, or what the linker says. Cases that need a stock release of another suite unpack it.

  relink.py CASE --shared libringside.so.1 --replacement libbpf.so.1
                 [--archive libringside.a --renames libbpf-static.renames [--needs LIBRARY]]

LIBRARY is what the archive needs beside the C library, as where it was built to count lines.
"""

import argparse
import glob
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SUPPORT = os.path.join(HERE, "..", "support")
sys.path.insert(0, SUPPORT)
import bindings  # noqa: E402
import oracle  # noqa: E402
import skips  # noqa: E402

CC = [os.environ.get("CC", "cc"), "-std=gnu17", "-O2", "-Wall", "-Wextra", "-D_GNU_SOURCE",
      "-I", SUPPORT]
PERF = ("perf_buffer__new", "perf_buffer__poll", "perf_buffer__consume", "perf_buffer__free")
READER = PERF + tuple("ring" + name[len("perf"):] for name in PERF)
PRINTER = ("libbpf_set_print",)
REST = ("bpf_map_create", "bpf_object__open_file")


class Failure(Exception):
    """What was not as it should be, in words."""


class Place:
    """A temporary folder laid out as an installed tree, and what is compiled and run in it."""

    def __init__(self, folder, options):
        self.folder = folder
        self.lib = self.link("lib/libringside.so.1", options.shared)
        self.link("lib/libringside.so", options.shared)
        self.replacement = self.link("lib/ringside/libbpf.so.1", options.replacement)
        self.archive = self.link("lib/libringside.a", options.archive)
        self.renames = options.renames
        self.needed = ["-l" + options.needs] if options.needs else []

    def path(self, name):
        return os.path.join(self.folder, name)

    def link(self, name, target):
        """Puts `target`, if there is one, at `name` in the tree."""
        if target:
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            os.symlink(os.path.abspath(target), self.path(name))
        return self.path(name)

    def try_compile(self, source, *arguments):
        """Compiles and links a client, "program". Returns the compiler's exit code and words."""
        done = subprocess.run(
            [*CC, os.path.join(HERE, source), "-o", self.path("program"), "-L", self.path("lib"),
             *arguments, *self.needed, "-ldl"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def compile(self, source, *arguments):
        code, said = self.try_compile(source, *arguments)
        if code != 0:
            raise Failure(f"{source} does not link with {' '.join(arguments)}:\n{said}")
        return said

    def run(self, preload=None, library_path=None, loader=()):
        """Runs the client; its exit code must be 0. Returns the loader's bindings."""
        trace = self.path("trace")
        for old in glob.glob(glob.escape(trace) + ".*"):
            os.unlink(old)
        done = subprocess.run([*loader, self.path("program")],
                              env=bindings.environment(trace, preload, library_path),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=120)
        print(done.stdout, end="")
        if done.returncode == skips.CODE:
            sys.exit(skips.CODE)
        if done.returncode != 0:
            raise Failure(f"the client ended with {done.returncode}")
        return bindings.read(trace, "perf_buffer__", "ring_buffer__", "libbpf_", "bpf_")

    def expect(self, found, server, names):
        """The client's `names` must all have come from `server`."""
        wrong = bindings.complaints(found, "program", names, server)
        if wrong:
            raise Failure("\n".join(wrong))


def stock_archive(name, package):
    """The path of a static library of this machine's."""
    path = subprocess.run([CC[0], "-print-file-name=" + name], stdout=subprocess.PIPE,
                          text=True).stdout.strip()
    return path if os.path.isabs(path) else skips.skip(f"no {name} here (package {package})")


def stock_served(place, found, names):
    """`names` must have come from a libbpf that is none of ours."""
    ours = {os.path.realpath(place.lib), os.path.realpath(place.replacement)}
    for name in names:
        servers = {b.server for b in found if b.symbol == name and b.user.endswith("/program")}
        if not servers or any(os.path.realpath(server) in ours for server in servers):
            raise Failure(f"{name} came from {servers or 'nowhere'}, not from the stock library")


def case_stock(place):
    """The client on the stock library alone: what it expects is what the stock library does."""
    place.compile("client.c", "-DWITH_REST", "-lbpf")
    stock_served(place, place.run(), READER + PRINTER + REST)


def case_preload(place):
    """Not relinked at all, preloaded: readers from us, the rest from the stock library."""
    place.compile("client.c", "-DWITH_REST", "-lbpf")
    found = place.run(preload=place.lib)
    place.expect(found, place.lib, READER + PRINTER)
    stock_served(place, found, REST)


def case_shared(place):
    """-lringside -lbpf: readers from us, the rest from the stock library."""
    place.compile("client.c", "-DWITH_REST", "-lringside", "-lbpf")
    found = place.run(library_path=place.path("lib"))
    place.expect(found, place.lib, READER + PRINTER)
    stock_served(place, found, REST)


def case_alone(place):
    """-lringside alone: no other libbpf is needed, nor loaded."""
    place.compile("client.c", "-lringside")
    place.expect(place.run(library_path=place.path("lib")), place.lib, READER)
    if b"libbpf.so" in open(place.path("program"), "rb").read():
        raise Failure("the client still needs libbpf.so")
    place.compile("no_library.c", "-lringside")
    names = ("perf_buffer__poll", "ring_buffer__poll") + PRINTER
    place.expect(place.run(library_path=place.path("lib")), place.lib, names)


def case_replacement(place):
    """A client of the stock library, run with our libbpf.so.1 first in the library path."""
    place.compile("client.c", "-lbpf")
    found = place.run(library_path=os.path.dirname(place.replacement))
    place.expect(found, place.replacement, READER)


def link_statically(place, *arguments):
    """Makes the renamed copy of the stock archive; links the client with it and with our archive,
    in either order; runs it."""
    if not place.renames:
        raise Failure("--renames is missing")
    rest = place.path("lib/libbpf-rest.a")
    subprocess.run(["objcopy", "--redefine-syms=" + place.renames,
                    stock_archive("libbpf.a", "libbpf-dev"), rest], check=True)
    for archives in ([place.archive, rest], [rest, place.archive]):
        said = place.compile("client.c", "-DWITH_REST", *arguments, *archives, "-lelf", "-lz",
                             *(f"-Wl,--trace-symbol={name}" for name in READER + PRINTER))
        for name in READER + PRINTER:
            makers = [line for line in said.splitlines() if line.endswith("definition of " + name)]
            if len(makers) != 1 or "libringside.a" not in makers[0]:
                raise Failure(f"{name} was defined by {makers}")
        place.run()


def case_static(place):
    """Our archive and a copy of the stock one whose readers go by other names. As they are, the two
    archives do not link together."""
    stock = stock_archive("libbpf.a", "libbpf-dev")
    code, said = place.try_compile("client.c", "-DWITH_REST", place.archive, stock, "-lelf", "-lz")
    if code == 0 or "multiple definition" not in said:
        raise Failure("the archives as they are do link, and docs/relinking.md says they do not")
    link_statically(place)


def case_fully_static(place):
    """The same with -static."""
    stock_archive("libelf.a", "libelf-dev")
    stock_archive("libz.a", "zlib1g-dev")
    link_statically(place, "-static")


def case_static_alone(place):
    """Our archive alone."""
    for source in ("client.c", "no_library.c"):
        place.compile(source, place.archive)
        place.run()


def run_foreign(place, arguments, **how):
    """Handles that the stock library made, past us, in a program linked with `arguments`. The stock
    library itself brings us a ring_buffer: it calls its own function, and that is now ours."""
    for source in ("foreign.c", "foreign_rings.c"):
        place.compile(source, "-Wl,--no-as-needed", *arguments)
        found = place.run(**how)
    if not any(os.path.realpath(b.server) == os.path.realpath(place.lib) for b in found
               if b.symbol == "ring_buffer__add" and b.user.endswith("/libbpf.so.1")):
        raise Failure("the stock library's ring_buffer__new did not call our ring_buffer__add")


def case_foreign_preload(place):
    """Foreign handles where the program links no libbpf, and we are preloaded."""
    run_foreign(place, [], preload=place.lib)


def case_foreign_linked(place):
    """Foreign handles where the program is linked to us alone."""
    run_foreign(place, ["-lringside"], library_path=place.path("lib"))


def case_foreign_both(place):
    """Foreign handles where the program links the stock library, and we are preloaded."""
    run_foreign(place, ["-lbpf"], preload=place.lib)


def case_v0(place):
    """A program of libbpf 0.x, on libbpf.so.0 and then preloaded with us."""
    stock = oracle.root("0.3")
    place.link("v0/include/bpf", stock + "/usr/include/bpf")
    library = place.link("v0/lib/libbpf.so.0", glob.glob(stock + "/usr/lib/*/libbpf.so.0")[0])
    place.compile("client0.c", "-isystem", place.path("v0/include"), library)
    names = PERF + ("perf_buffer__new_raw", "bpf_perf_event_read_simple")
    stock_served(place, place.run(library_path=place.path("v0/lib")), names)
    found = place.run(library_path=place.path("v0/lib"), preload=place.lib)
    place.expect(found, place.lib, names)
    old = {b.version for b in found if b.symbol.startswith("perf_buffer__new")
           and b.user.endswith("/program")}
    if old != {"LIBBPF_0.0.4"}:
        raise Failure(f"the constructors were bound at {old}")


def preload_over(release):
    """A case that preloads us over another stock release, on that suite's C library."""
    def case(place):
        place.compile("client.c", "-DWITH_REST", "-lbpf")
        root = oracle.root(release)
        found = place.run(preload=place.lib, loader=oracle.command(root, []))
        place.expect(found, place.lib, READER + PRINTER)
        stock_served(place, found, REST)
        if not any(b.server.startswith(root) for b in found):
            raise Failure(f"nothing came from libbpf {release}")
    case.__doc__ = f"Preloaded over libbpf {release}."
    return case


def foreign_over(release):
    """A case of foreign handles of another stock release."""
    def case(place):
        root = oracle.root(release)
        place.link("newer/include/bpf", root + "/usr/include/bpf")
        run_foreign(place, ["-lbpf", "-DWITH_RING", "-isystem", place.path("newer/include")],
                    preload=place.lib, loader=oracle.command(root, []))
    case.__doc__ = f"Foreign handles of libbpf {release}, which has struct ring."
    return case


CASES = {name[len("case_"):].replace("_", "-"): function
         for name, function in list(globals().items()) if name.startswith("case_")}
CASES.update({"preload-" + release: preload_over(release)
              for release in oracle.RELEASES if not release.startswith("0.")})
CASES.update({"foreign-" + release: foreign_over(release) for release in ("1.5.0", "1.7.0")})


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=CASES)
    for option in ("--shared", "--replacement", "--archive", "--renames", "--needs"):
        parser.add_argument(option)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            CASES[options.case](Place(folder, options))
        except oracle.Unavailable as error:
            skips.skip(str(error))
        except Failure as failure:
            print(f"FAIL: {options.case}: {failure}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
