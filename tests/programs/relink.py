#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Programs for libbpf, linked to ringside in every way that docs/relinking.md tells of.

Each case compiles a client, runs it, and proves which library served it: by what the dynamic loader
says, or what the linker says. Cases that need a stock release of another suite unpack it.

  relink.py CASE --shared libringside.so.1 --replacement libbpf.so.1
                 [--archive libringside.a --renames libbpf-static.renames [--needs LIBRARY]]

LIBRARY is what the archive needs beside the C library, as where it was built to count lines.
"""

import glob
import os
import pathlib
import shutil
import subprocess
import sys

import clients
from clients import CC, PRINTER, READER, REST, V0, Failure, stock_served
import oracle
import sandbox
import skips


def stock_archive(name, package):
    """The path of a static library of this machine's."""
    path = subprocess.run([*CC, "-print-file-name=" + name], stdout=subprocess.PIPE,
                          text=True).stdout.strip()
    return path if os.path.isabs(path) else skips.skip(f"no {name} here (package {package})")


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


def served_by(place, program, **how):
    """The true path of the library that serves a program, by its own word."""
    done = subprocess.run([program], text=True, stdout=subprocess.PIPE, check=True,
                          env={"PATH": "/bin"}, **how)
    return os.path.realpath(done.stdout.strip())


def case_machine(place):
    """Our libbpf.so.1 as this machine's, by one file and ldconfig, set-user-id programs too; and
    back. All of it in a mount namespace, on a copy of /etc."""
    os.chmod(place.folder, 0o755)
    over = "/mnt"
    sandbox.mount("tmpfs", over)
    for name in ("upper", "work"):
        os.mkdir(os.path.join(over, name))
    done = subprocess.run(["mount", "-t", "overlay", "overlay", "/etc", "-o", "lowerdir=/etc,"
                           f"upperdir={over}/upper,workdir={over}/work"], stderr=subprocess.PIPE,
                          text=True)
    if done.returncode != 0:
        skips.skip(f"cannot lay a copy over /etc: {done.stderr.strip()}")
    library = place.path("private/libbpf.so.1")
    os.mkdir(os.path.dirname(library))
    shutil.copy(place.replacement, library)
    place.compile("server.c", "-lbpf")
    program = place.path("program")
    setuid = shutil.copy(program, place.path("setuid"))
    os.chmod(setuid, 0o4755)
    stock = served_by(place, program)
    switch = pathlib.Path("/etc/ld.so.conf.d/00-ringside.conf")
    switch.write_text(os.path.dirname(library) + "\n", encoding="utf-8")
    subprocess.run(["/sbin/ldconfig"], check=True)
    for what, how in ((program, {}), (setuid, {"user": "nobody", "extra_groups": []})):
        if served_by(place, what, **how) != library:
            raise Failure(f"{what} was not served by {library}")
    switch.unlink()
    subprocess.run(["/sbin/ldconfig"], check=True)
    if stock == library or served_by(place, program) != stock:
        raise Failure("there is no way back")


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


def case_v0(place):
    """A program of libbpf 0.x, on libbpf.so.0 and then preloaded with us."""
    stock = oracle.root("0.3")
    place.link("v0/include/bpf", stock + "/usr/include/bpf")
    library = place.link("v0/lib/libbpf.so.0", glob.glob(stock + "/usr/lib/*/libbpf.so.0")[0])
    place.compile("client0.c", "-isystem", place.path("v0/include"), library)
    stock_served(place, place.run(library_path=place.path("v0/lib")), V0)
    found = place.run(library_path=place.path("v0/lib"), preload=place.lib)
    place.expect(found, place.lib, V0)
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


CASES = clients.cases_in(globals())
CASES.update({"preload-" + release: preload_over(release)
              for release in oracle.RELEASES if not release.startswith("0.")})


def prepare(case):
    if case == "machine":
        sandbox.enter("mount")


if __name__ == "__main__":
    sys.exit(clients.run_case(__doc__, CASES, prepare))
