#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The library with another C library: its sources compile with musl's headers, programs that have
musl read records by it, and load an object by a skeleton that Debian's bpftool wrote.

  musl.py skeleton|static|shared --map FILE --archive SOURCE... --loaded SOURCE...
          --libbpf SOURCE... --library LIBBPF.SO --object FILE -- CXX FLAG...

Sources are those of libringside.a, those that libringside.so.1 has in the place of some, and those
of libbpf.a. The skeleton is that of the object; the library is what stock's output is compared by.
"""

import argparse
import concurrent.futures
import glob
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import skips  # noqa: E402
sys.path.insert(0, str(HERE.parent / "programs"))
import skeletons  # noqa: E402

ROOT = HERE.parent.parent
CC = shlex.split(os.environ.get("CC", "cc"))
CLIENTS = HERE.parent / "programs"
JOINED = 20
# The headers of this compiler's C++ library were made for glibc. They want these names of it, for
# parts that none of our sources uses.
GLIBCS = ["-D__GLIBC_PREREQ(major,minor)=0", "-D__locale_t=locale_t",
          "-Dpthread_cond_clockwait(cond,mutex,clock,time)=pthread_cond_timedwait(cond,mutex,time)",
          *(f"-D_IS{name}={1 << bit}" for bit, name in enumerate(
              "upper lower alpha digit xdigit space print graph blank cntrl punct alnum".split()))]


class Musl:
    """Where musl is, and how to compile and link with it."""

    def __init__(self, folder):
        found = glob.glob("/usr/include/*-linux-musl")
        if not found:
            skips.skip("there is no musl here (Debian package musl-dev)")
        self.folder, self.include = pathlib.Path(folder), pathlib.Path(found[0])
        self.lib = pathlib.Path("/usr/lib") / self.include.name
        # The kernel's own headers, without glibc's beside them.
        self.kernel = self.folder / "kernel"
        self.kernel.mkdir()
        for name in ("linux", "asm-generic", "asm"):
            source = next(pathlib.Path(place) / name for place in
                          ("/usr/include", *glob.glob("/usr/include/*-linux-gnu"))
                          if (pathlib.Path(place) / name).is_dir())
            (self.kernel / name).symlink_to(source)

    def headers(self, compiler, language):
        """The options by which a compiler finds its own headers, musl's and the kernel's alone."""
        said = subprocess.run([*compiler, "-x", language, "-E", "-v", "/dev/null"], text=True,
                              check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).stderr
        folders = re.search(r"search starts here:\n(.*?)\nEnd of search", said, re.S)[1].split()
        own = [folder for folder in folders if re.search(r"/c\+\+/|/lib/(gcc|llvm|clang)", folder)]
        options = ["-nostdinc", *GLIBCS]
        for folder in (*own, self.include, self.kernel):
            options += ["-isystem", str(folder)]
        return options

    def start(self):
        return [str(self.lib / name) for name in ("crt1.o", "crti.o")]

    def end(self):
        libgcc = subprocess.run([*CC, "-print-libgcc-file-name"], text=True, check=True,
                                stdout=subprocess.PIPE).stdout.strip()
        return [libgcc, str(self.lib / "crtn.o")]


def run(command):
    print("+", shlex.join(map(str, command)), flush=True)
    subprocess.run([str(word) for word in command], check=True)


def joined(musl, sources):
    """Files that include the sources, those of a folder of the project together: the headers that
    they share take most of the time."""
    folders, paths = {}, []
    for source in sources:
        folders.setdefault("_".join(pathlib.Path(source).resolve().relative_to(ROOT).parts[:2]),
                           []).append(pathlib.Path(source).resolve())
    for name, files in folders.items():
        for begin in range(0, len(files), JOINED):
            path = musl.folder / f"{name}_{begin}.cpp"
            path.write_text("".join(f'#include "{file}"\n' for file in files[begin:begin + JOINED]))
            paths.append(path)
    return paths


def compile_all(musl, options, sources, *more):
    """The objects of these sources."""
    headers = musl.headers(options.compiler, "c++")
    includes = [f"-I{ROOT / folder}" for folder in ("src", ".", "include")]
    objects = [musl.folder / (re.sub(r"\W", "_", str(source)) + ".o") for source in sources]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        done = [pool.submit(run, [*options.compiler, *options.flags, *headers, *includes,
                                  "-std=c++20", "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC",
                                  "-fvisibility=hidden", *more, "-c", source, "-o", output])
                for source, output in zip(sources, objects, strict=True)]
        for one in done:
            one.result()
    return objects


def compile_client(musl, source, *more):
    program = musl.folder / "client.o"
    run([*CC, *musl.headers(CC, "c"), "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra",
         f"-I{ROOT}/include", f"-I{ROOT}/tests/support", *more,
         "-c", CLIENTS / source, "-o", program])
    return program


def run_client(program, *before):
    """Runs a client; it may skip the test. The libraries of the build are for another C library."""
    environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    code = subprocess.run([*map(str, before), str(program)], env=environment,
                          check=False).returncode
    if code != 0:
        sys.exit(code if code == skips.CODE else f"FAIL: {program} ended with {code}")


def link_static(musl, program, *objects):
    run([*CC, "-static", "-no-pie", "-nostdlib", *musl.start(), *objects, musl.lib / "libc.a",
         *musl.end(), "-o", program])


def case_skeleton(musl, options):
    """All sources compile, and a static program with libbpf.a does what it does on stock's library.
    Skeletons of before libbpf 1.5 and of today."""
    rest = {*options.archive, *options.loaded} - set(options.libbpf)
    compiled = len(compile_all(musl, options, sorted(rest)))
    archive = musl.folder / "libbpf.a"
    run(["ar", "rcs", archive, *compile_all(musl, options, joined(musl, options.libbpf),
                                              "-DRINGSIDE_STATIC")])
    print(f"{compiled + len(options.libbpf)} sources compile with musl's headers")
    for layout in skeletons.BPFTOOLS:
        folder = musl.folder / layout
        folder.mkdir()
        skeletons.generate(layout, options.object, folder)
        wanted = skeletons.on_stock(folder, options.library).stdout
        program = folder / "static"
        link_static(musl, program, compile_client(musl, "skeleton.c", "-fno-pie", f"-I{folder}"),
                    archive)
        done = skeletons.run(program)
        if (done.returncode, done.stdout) != (0, wanted):
            sys.exit(f"FAIL: {layout} skeleton: {done}\nstock:\n{wanted}")
        print(f"{layout} skeleton: as on the stock library\n{wanted}", end="")


def case_static(musl, options):
    """A static program of musl's with our archive."""
    objects = compile_all(musl, options, joined(musl, options.archive), "-DRINGSIDE_STATIC")
    archive = musl.folder / "libringside.a"
    run(["ar", "rcs", archive, *objects])
    for source in ("client.c", "no_library.c"):
        program = musl.folder / "static"
        link_static(musl, program, compile_client(musl, source, "-fno-pie"), archive)
        run_client(program)


def case_shared(musl, options):
    """A program on musl's loader with our shared library."""
    sources = [*options.archive, *options.loaded]
    sources = [source for source in sources if not re.search(r"_(none|static)\.cpp$", source)]
    library = musl.folder / "libringside.so.1"
    objects = compile_all(musl, options, joined(musl, sources))
    run([*CC, "-shared", "-nostdlib", "-Wl,-soname,libringside.so.1", "-Wl,-z,defs",
         f"-Wl,--version-script={options.map}", *objects, musl.lib / "libc.so", *musl.end()[:1],
         "-o", library])
    loader = next(iter(glob.glob("/lib/ld-musl-*.so.1")), None) or skips.skip("no musl loader")
    for source in ("client.c", "no_library.c"):
        program = musl.folder / "dynamic"
        run([*CC, "-no-pie", "-nostdlib", f"-Wl,--dynamic-linker={loader}",
             f"-Wl,-rpath,{musl.folder}", *musl.start(), compile_client(musl, source, "-fno-pie"),
             library, musl.lib / "libc.so", *musl.end(), "-o", program])
        run_client(program)


CASES = {name[len("case_"):]: function for name, function in list(globals().items())
         if name.startswith("case_")}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--map", required=True)
    parser.add_argument("--archive", required=True, nargs="+")
    parser.add_argument("--loaded", required=True, nargs="+")
    parser.add_argument("--libbpf", required=True, nargs="+")
    parser.add_argument("--library", required=True)
    parser.add_argument("--object", required=True)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    flags = next(at for at, word in enumerate(options.command) if word.startswith("-"))
    options.compiler, options.flags = options.command[:flags], options.command[flags:]
    with tempfile.TemporaryDirectory() as folder:
        CASES[options.case](Musl(folder), options)


if __name__ == "__main__":
    main()
