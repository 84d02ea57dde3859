#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Runs programs with `ringside run`, from a tree laid out as it is installed: who serves them, and
what it says of those that cannot be served."""

import argparse
import glob
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "tests/tools/ringside/common"))
from installed import UNPRIVILEGED_USER, Tree, check, need_root, skip  # noqa: E402

CC = os.environ.get("CC", "cc").split()
NOT_SERVED, CANNOT_RUN, NO_PROGRAM = 125, 126, 127
STATUS = 7
# Says who serves perf_buffer__poll and what the arguments are, and ends with STATUS.
READER = f"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
int perf_buffer__poll(void*, int);
int main(int argc, char** argv) {{
  Dl_info info;
  MORE;
  if (dladdr((void*)perf_buffer__poll, &info))
    puts(info.dli_fname);
  for (int i = 0; i < argc; i++)
    puts(argv[i]);
  return {STATUS};
}}
"""
NONE = f"int main(void) {{ return {STATUS}; }}"


def compiled(tree, name, source, *options, compiler=None):
    path = tree.root / name
    subprocess.run([*(compiler or CC), "-w", "-x", "c", "-", "-x", "none", "-o", path, *options],
                   text=True, check=True, input=source)
    return path


def reader(tree, name="reader", more="", *options):
    """A program that reads with libbpf, and calls more of it."""
    return compiled(tree, name, READER, f"-DMORE={more}", "-lbpf", *options)


def run(tree, *args, **kwargs):
    return tree.run("run", *args, **kwargs)


def served_by(tree, result, library):
    """The program ran, and this library of the tree served it."""
    check(result.returncode == STATUS and not result.stderr, "it did not run", result)
    server = result.stdout.splitlines()[0]
    check(os.path.realpath(server) == os.path.realpath(tree.path_of[library]),
          f"{server} served it", result)


def refused(result, *words):
    """It was not run, and these words were printed."""
    check(result.returncode == NOT_SERVED and not result.stdout, "it ran", result)
    for text in words:
        check(text in result.stderr, f"{text!r} was not said", result)
    check("--anyway runs it" in result.stderr, "no way on", result)


def test_served(tree):
    """The readers are ours, the arguments the program's own; the exit status is the program's."""
    arguments = ["[a,b]", "--all", "--", "", "-x"]
    result = run(tree, "--", reader(tree), *arguments)
    served_by(tree, result, "libringside.so.1")
    check(result.stdout.splitlines()[2:] == arguments, "the arguments", result)
    verbose = run(tree, "--verbose", "--", tree.root / "reader")
    check(re.match(r"\+ LD_PRELOAD='\S*libringside.so.1' \S*reader\n$", verbose.stderr), "+",
          verbose)


def test_all(tree):
    """With --all our libbpf.so.1 stands in libbpf's place, if it has what the program needs."""
    served_by(tree, run(tree, "--all", "--", reader(tree)), "libbpf.so.1")
    nodes = tree.root / "newer.map"
    nodes.write_text("LIBBPF_0.0.4 { global: perf_buffer__poll; };\n"
                     "LIBBPF_9.0.0 { global: bpf_a; bpf_b; local: *; } LIBBPF_0.0.4;\n",
                     encoding="ascii")
    newer = compiled(tree, "libnewer.so",
                     "void perf_buffer__poll(void) {} void bpf_a(void) {} void bpf_b(void) {}",
                     "-shared", "-fPIC", "-Wl,-soname,libbpf.so.1", f"-Wl,--version-script={nodes}")
    more = compiled(tree, "more", READER, "-DMORE=bpf_a(), bpf_b()", newer)
    refused(run(tree, "--all", "--", more),
            "calls 2 functions that ringside's libbpf.so.1 does not have yet: bpf_a, bpf_b; "
            "preload the readers")


def test_through_a_library(tree):
    """A program that uses libbpf through a library of its own."""
    library = compiled(tree, "libmiddle.so", "int perf_buffer__poll(void*, int);\n"
                       "int middle(void) { return perf_buffer__poll(0, 0); }\n",
                       "-shared", "-fPIC", "-lbpf", "-Wl,-soname,libmiddle.so")
    program = compiled(tree, "program", f"int middle(void); int main(int argc) {{ if (argc > 9) "
                       f"middle(); return {STATUS}; }}", library, f"-Wl,-rpath,{tree.root}")
    for options in ((), ("--all",)):
        result = run(tree, *options, "--", program)
        check(result.returncode == STATUS and not result.stderr, f"{options}", result)


def test_scripts(tree):
    """A script is served as its interpreter is. Names are looked for in PATH."""
    program = reader(tree)
    for first in (f"#!{program}", f"#! {program} -x", "#!/usr/bin/env reader"):
        script = tree.root / "script"
        script.write_text(first + "\n", encoding="ascii")
        script.chmod(0o755)
        environment = {**os.environ, "PATH": f"{tree.root}:{os.environ['PATH']}"}
        result = run(tree, "--", "script", env=environment)
        if first.endswith("reader"):
            served_by(tree, run(tree, "--", "reader", env=environment), "libringside.so.1")
        served_by(tree, result, "libringside.so.1")


def test_refused(tree):
    """It prints why it cannot serve a program; --anyway runs the program."""
    program = compiled(tree, "none", NONE)
    static = compiled(tree, "static", NONE, "-static")
    pie = compiled(tree, "static-pie", NONE, "-static-pie")
    setter = compiled(tree, "setter", "int libbpf_set_print(void*);\n"
                      f"int main(void) {{ libbpf_set_print(0); return {STATUS}; }}", "-lbpf")
    for path, words in ((program, "nothing that it loads when it starts needs libbpf"),
                        (static, "it is linked statically"), (pie, "it is linked statically"),
                        (setter, "ringside would change nothing")):
        refused(run(tree, "--", path), f"{path} is not served by ringside", words)
        anyway = run(tree, "--anyway", "--", path)
        check(anyway.returncode == STATUS and words in anyway.stderr, "--anyway", anyway)
    refused(run(tree, "--all", "--", program), "needs libbpf")
    rpath = reader(tree, "rpath", "", "-Wl,--disable-new-dtags", f"-Wl,-rpath,{stock_folder()}")
    refused(run(tree, "--all", "--", rpath), "DT_RPATH")
    text = tree.root / "text"
    text.write_text("exit 3\n", encoding="ascii")
    text.chmod(0o755)
    refused(run(tree, "--", text), "not an ELF file")
    check(run(tree, "--anyway", "--", text).returncode == 3, "what is for sh")


def stock_folder():
    """The folder of this machine's libbpf.so.1."""
    listed = subprocess.run(["/sbin/ldconfig", "-p"], text=True, check=True,
                            stdout=subprocess.PIPE).stdout
    found = re.search(r"libbpf\.so\.1 .*=> (\S+)", listed)
    return os.path.dirname(found[1]) if found else skip("there is no libbpf.so.1 here")


def test_another_c_library(tree):
    """A program of musl's loads no library of glibc's."""
    found = glob.glob("/usr/bin/*-linux-musl-gcc")
    if not found:
        skip("there is no musl here (Debian package musl-dev)")
    program = compiled(tree, "musl", NONE, compiler=found)
    refused(run(tree, "--", program), "ld-musl", "of another C library")
    check("ld-musl" in tree.run("abi", "who", program).stdout, "abi who does not say so")


def test_privileges(tree):
    """Where a program's file gives its user more, the loader preloads nothing."""
    need_root()
    program = reader(tree)
    for mode, words in ((0o4755, "it is set-user-id"), (0o2755, "it is set-group-id")):
        program.chmod(mode)
        refused(run(tree, "--", program, **UNPRIVILEGED_USER), words, "whole machine")
        check(words in tree.run("abi", "who", program).stdout, "abi who does not say so")
        served_by(tree, run(tree, "--", program), "libringside.so.1")
    program.chmod(0o755)
    setcap = subprocess.run(["/sbin/setcap", "cap_net_raw+ep", program], check=False)
    if setcap.returncode == 0:
        refused(run(tree, "--", program, **UNPRIVILEGED_USER), "given capabilities by its file")
        served_by(tree, run(tree, "--", program), "libringside.so.1")


def test_command_line(tree):
    """Errors before any program runs."""
    program = reader(tree)
    missing = run(tree, "--", "no-such-program")
    check(missing.returncode == NO_PROGRAM and "no-such-program" in missing.stderr, "?", missing)
    program.chmod(0o644)
    plain = run(tree, "--", program)
    check(plain.returncode == CANNOT_RUN and "Permission denied" in plain.stderr, "?", plain)
    for args in ((), ("--",), ("--all",)):
        result = run(tree, *args)
        check(result.returncode == NOT_SERVED and "which program?" in result.stderr, "?", result)
    check(run(tree, "program").returncode == 2, "a program without --")
    # What was closed stays closed.
    source = f"""
    #include <unistd.h>
    int perf_buffer__poll(void*, int);
    int main(int argc, char** argv) {{
      if (argc > 9)
        perf_buffer__poll(0, 0);
      return write(1, "x", 1) == 1 ? 0 : {STATUS};
    }}"""
    writes = compiled(tree, "writes", source, "-lbpf")
    closed = subprocess.run([tree.tool, "run", "--", writes], check=False,
                            preexec_fn=lambda: os.close(1))
    check(closed.returncode == STATUS, f"with standard output closed: {closed.returncode}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--place", action="append", default=[], metavar="PLACE=FILE")
    parser.add_argument("case")
    args = parser.parse_args()
    # Meson points it at the build's folders, where our libbpf.so.1 would pass for the stock one.
    os.environ.pop("LD_LIBRARY_PATH", None)
    with tempfile.TemporaryDirectory(prefix="ringside-run-") as root:
        globals()["test_" + args.case](Tree(pathlib.Path(root), args.place))


if __name__ == "__main__":
    main()
