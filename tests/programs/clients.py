# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Clients of libbpf: compiled, linked and run in a folder that is laid out as an installed tree;
and which library served them, by what the dynamic loader says."""

import argparse
import glob
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SUPPORT = os.path.join(HERE, "..", "support")
sys.path.insert(0, SUPPORT)
import bindings  # noqa: E402
import oracle  # noqa: E402
import skips  # noqa: E402

CC = [*os.environ.get("CC", "cc").split(), "-std=gnu17", "-O2", "-Wall", "-Wextra", "-D_GNU_SOURCE",
      "-I", SUPPORT]
PERF = ("perf_buffer__new", "perf_buffer__poll", "perf_buffer__consume", "perf_buffer__free")
READER = PERF + tuple("ring" + name[len("perf"):] for name in PERF)
V0 = PERF + ("perf_buffer__new_raw", "bpf_perf_event_read_simple")
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

    def try_compile(self, source, *arguments, name="program"):
        """Compiles and links a client. Returns the compiler's exit code and words."""
        done = subprocess.run(
            [*CC, os.path.join(HERE, source), "-o", self.path(name), "-L", self.path("lib"),
             *arguments, *self.needed, "-ldl"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def compile(self, source, *arguments, name="program"):
        code, said = self.try_compile(source, *arguments, name=name)
        if code != 0:
            raise Failure(f"{source} does not link with {' '.join(arguments)}:\n{said}")
        return said

    def plugin(self, name, source, *arguments):
        """Compiles a client as a plugin of host.c. Returns its path."""
        self.compile(source, "-shared", "-fPIC", "-Dmain=plugin_main", "-Wl,-z,now",
                     "-Wl,-rpath," + self.folder, *arguments, name=name)
        return self.path(name)

    def renamed(self, soname, stock):
        """A copy of a stock library with another soname of the same length. Returns its path."""
        content = pathlib.Path(stock).read_bytes()
        old = b"libbpf.so.1\0"
        if content.count(old) != 1 or len(soname) + 1 != len(old):
            raise Failure(f"{stock} does not have its soname in one place")
        pathlib.Path(self.path(soname)).write_bytes(content.replace(old, soname.encode() + b"\0"))
        return self.path(soname)

    def run(self, *arguments, preload=None, library_path=None, loader=()):
        """Runs the client; its exit code must be 0. Returns the loader's bindings."""
        trace = self.path("trace")
        for old in glob.glob(glob.escape(trace) + ".*"):
            os.unlink(old)
        done = subprocess.run([*loader, self.path("program"), *arguments],
                              env=bindings.environment(trace, preload, library_path),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=120)
        print(done.stdout, end="")
        if done.returncode == skips.CODE:
            sys.exit(skips.CODE)
        if done.returncode != 0:
            raise Failure(f"the client ended with {done.returncode}")
        return bindings.read(trace, "perf_buffer__", "ring_buffer__", "libbpf_", "bpf_")

    def expect(self, found, server, names, user="program"):
        """The `names` that a file, or the client, was linked to must all have come from `server`.
        What is looked up by dlsym() has no version."""
        linked = {binding for binding in found if binding.version}
        wrong = bindings.complaints(linked, os.path.basename(user), names, server)
        if wrong:
            raise Failure("\n".join(wrong))


def stock_served(place, found, names, user="program"):
    """`names` of a file must have come from a libbpf that is none of ours."""
    ours = {os.path.realpath(place.lib), os.path.realpath(place.replacement)}
    for name in names:
        servers = {b.server for b in found
                   if b.symbol == name and os.path.basename(b.user) == os.path.basename(user)}
        if not servers or any(os.path.realpath(server) in ours for server in servers):
            raise Failure(f"{name} came from {servers or 'nowhere'}, not from the stock library")


def stock_library():
    """The path of this machine's own libbpf.so.1."""
    for line in subprocess.run(["/sbin/ldconfig", "-p"], text=True, stdout=subprocess.PIPE,
                               check=True).stdout.splitlines():
        name, _, path = line.strip().partition(" => ")
        if name.startswith("libbpf.so.1 "):
            return path
    return skips.skip("no libbpf.so.1 here (package libbpf1)")


def cases_in(names):
    """The cases among the names of a script: what its functions case_* are called on the command
    line, and the functions."""
    return {name[len("case_"):].replace("_", "-"): function
            for name, function in list(names.items()) if name.startswith("case_")}


def run_case(description, cases, prepare=lambda case: None):
    """Runs the case that the command line names; returns the exit code."""
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=cases)
    for option in ("--shared", "--replacement", "--archive", "--renames", "--needs"):
        parser.add_argument(option)
    options = parser.parse_args()
    prepare(options.case)
    with tempfile.TemporaryDirectory() as folder:
        try:
            cases[options.case](Place(folder, options))
        except oracle.Unavailable as error:
            skips.skip(str(error))
        except Failure as failure:
            print(f"FAIL: {options.case}: {failure}")
            return 1
    return 0
