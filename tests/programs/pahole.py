#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""pahole and its tools on libbpf 1.7.0 and on ours: they write the same BTF, byte for byte, and say
the same. The loader must say that every function of libbpf's came from ours.

  pahole.py LIBBPF
"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import bindings  # noqa: E402
import oracle  # noqa: E402
import sandbox  # noqa: E402
import skips  # noqa: E402

STOCK = "1.7.0"
DEADLINE_S = 120
PROGRAMS = ("pahole", "pfunct", "codiff", "ctracer", "pdwtags")

# Units of one program. They know different things of the same types, and one has another struct of
# the same name.
COMMON = """
struct node; union value; enum color { RED, GREEN = 5, BLUE = -1 };
typedef unsigned long word_t; typedef int (*visit_t)(const struct node *restrict, void *);
struct list { struct list *next, **back; };
struct node { struct list list; union value *value; enum color color; word_t words[3][4];
              unsigned flag : 1, kind : 7; volatile char name[16]; visit_t visit; };
"""
UNITS = {
    "one": COMMON + """
struct node head; int count(struct node *n) { return n->flag + n->kind; }
int main(void) { return count(&head); }""",
    "two": COMMON + """
union value { double real; float small; long long whole; struct { int low, high; }; };
struct own { union value value; struct own *next; }; struct own own_of_two;
float size_of(struct node *n) { return n->value->small; }""",
    "three": COMMON + """
struct own { enum color color; const struct node *node; } own_of_three[2];
void walk(struct node *n, visit_t visit, ...) { visit(n, own_of_three); }""",
}


def compile_units(folder):
    """The program of all units, and two of the units as object files."""
    compiler = sandbox.need_program("cc", "gcc")
    objects = []
    for name, text in UNITS.items():
        source = os.path.join(folder, name + ".c")
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        objects.append(os.path.join(folder, name + ".o"))
        subprocess.run([compiler, "-g", "-O1", "-c", "-o", objects[-1], source], check=True)
    program = os.path.join(folder, "program")
    subprocess.run([compiler, "-o", program, *objects], check=True)
    return program, objects


def debug_file_of_libc():
    """The C library with its debug information, of Debian's libc6-dbg; None if it is not there."""
    libraries = glob.glob("/lib/*-linux-gnu/libc.so.6")
    readelf = shutil.which("readelf")
    if not libraries or not readelf:
        return None
    notes = subprocess.run([readelf, "-n", libraries[0]], text=True, stdout=subprocess.PIPE,
                           check=True).stdout
    build_id = notes.partition("Build ID: ")[2].split("\n")[0].strip()
    path = f"/usr/lib/debug/.build-id/{build_id[:2]}/{build_id[2:]}.debug"
    return path if os.path.exists(path) else None


def commands(program, objects, inputs):
    """Commands in a folder of their own, in which INPUT stands for a copy of an input."""
    lines = []
    for number in range(len(inputs)):
        lines += [["pahole", f"--btf_encode_detached=detached{number}", f"input{number}"],
                  ["pahole", "-J", f"input{number}"],
                  ["pahole", "-F", "btf", f"detached{number}"],
                  ["pfunct", "-F", "btf", f"detached{number}"]]
    lines += [["codiff", *objects[:2]],
              ["pdwtags", "-F", "btf", "input0"],
              ["ctracer", program, "node"]]
    return lines


def run(lines, inputs, folder, command_of, environment):
    """What each command says, and the files that they leave."""
    os.mkdir(folder)
    for number, path in enumerate(inputs):
        shutil.copy(path, os.path.join(folder, f"input{number}"))
    said = []
    for line in lines:
        path = sandbox.need_program(line[0], "pahole")
        done = subprocess.run(command_of([path, *line[1:]]), cwd=folder, timeout=DEADLINE_S,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              env=environment)
        said.append((done.returncode, done.stdout))
    files = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            files[name] = file.read()
    return said, files


def on_stock(root, line):
    """A command on libbpf 1.7.0, which needs the C library of its suite. codiff dies on that one,
    whatever libbpf, and looks at no BTF: it has the machine's libbpf."""
    return line if os.path.basename(line[0]) == "codiff" else oracle.command(root, line)


def main(library):
    """Compares both runs."""
    for program in PROGRAMS:
        sandbox.need_program(program, "pahole")
    root = oracle.need(STOCK)
    with tempfile.TemporaryDirectory() as folder:
        program, objects = compile_units(folder)
        inputs = [program, *filter(None, [debug_file_of_libc()])]
        alone = os.path.join(folder, "alone")
        os.mkdir(alone)
        os.symlink(os.path.realpath(library), os.path.join(alone, "libbpf.so.1"))
        prefix = os.path.join(folder, "bindings")
        lines = commands(program, objects, inputs)
        stock_said, stock_files = run(lines, inputs, os.path.join(folder, "stock"),
                                      lambda line: on_stock(root, line), dict(os.environ))
        said, files = run(lines, inputs, os.path.join(folder, "ours"), lambda line: line,
                          bindings.environment(prefix, library_path=alone))
        served = {os.path.realpath(each.server) for each in bindings.read(prefix, "btf", "libbpf_")}
    if stock_said[0][0] != 0:
        print(stock_said[0][1].decode(errors="replace"))
        skips.skip("pahole does not work on the stock library here")
    wrong = [f"{' '.join(line)}: {theirs[0]}, {len(theirs[1])} bytes of text on the stock library, "
             f"{mine[0]}, {len(mine[1])} on ours"
             for line, theirs, mine in zip(lines, stock_said, said) if theirs != mine]
    wrong += [f"{name} is another file" for name in sorted(stock_files.keys() | files.keys())
              if stock_files.get(name) != files.get(name)]
    if served != {os.path.realpath(library)}:
        wrong.append(f"functions came from {sorted(served)}, not from {library}")
    encoded = sum(len(data) for name, data in files.items() if name.startswith("detached"))
    print("\n".join(wrong) or f"{len(lines)} commands say the same; {encoded} bytes of BTF of "
          f"{len(inputs)} programs, and {len(files)} files, are equal")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
