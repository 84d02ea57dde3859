#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What opening, loading and closing an object costs, with libbpf 1.1.2, 1.7.0 and ours: what
callgrind counts as instructions of user space, system calls and the calls of bpf() among them,
memory from the allocator at the most, and the best time of some runs. Beside ours stands the goal.
Needs clang, valgrind and strace, and the right to load.

  load_bench.py PROGRAM LIBRARY [WORD|FILE.o...]    only the works with one of the words in their
                                                    names; of a file: open, load, load again
"""
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import oracle  # noqa: E402

import costs  # noqa: E402

STOCK = ("1.1.2", "1.7.0")
RUNS = 5
HEAD = "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
TAIL = 'char _license[] SEC("license") = "GPL";\n'
COUNT = 400


def variables():
    return ("".join(f"int var_{i} = {i + 1};\n" for i in range(2000))
            + 'SEC("tc") int p(void* c) { return 0; }\n')


def subprograms():
    functions = (f"static __attribute__((noinline)) int f{i}(int a) {{ z = a + {i}; return z; }}\n"
                 for i in range(COUNT))
    return ("volatile int z;\n" + "".join(functions) + 'SEC("tc") int p(void* c) { int s = 0;'
            + "".join(f" s += f{i}(s);" for i in range(COUNT)) + " return s; }\n")


def programs(section):
    functions = (f'SEC("{section.format(i)}") int p{i}(void* c) {{ return z + {i}; }}\n'
                 for i in range(COUNT))
    return "int z;\n" + "".join(functions)


def symbol():
    return ("extern const void bpf_prog_put __ksym;\nlong seen;\n"
            'SEC("raw_tp/sys_enter") int p(void* c) { seen = (long)&bpf_prog_put; return 0; }\n')


def plain():
    return ('struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 16); __type(key, int); '
            '__type(value, long); } m SEC(".maps");\nint z;\n'
            'SEC("tc") int p(void* c) { int k = z; return bpf_map_lookup_elem(&m, &k) != 0; }\n')


TOOL = (HERE / "objects/tool.bpf.c").read_text()
# Name, source, options, what is done with it, and the goals: millions of instructions, calls of
# bpf(). A goal that names another row is in percent of it, or without a number what 1.1.2 needs.
WORKS = (
    ("tool: open", TOOL, [], "open", None, None),
    ("tool: load", TOOL, [], "load", 15, 24),
    ("tool, a second time", TOOL, [], "load again", 2, None),
    ("tool, twice the types", TOOL, ["-DMORE"], "load", "tool: load + 10 %", None),
    ("without CO-RE", HEAD + plain() + TAIL, [], "load", "stock", None),
    ("an untyped symbol", HEAD + symbol() + TAIL, [], "load", 12, None),
    ("2000 variables: open", HEAD + variables() + TAIL, [], "open", 4, None),
    ("400 sections: open", HEAD + programs("kprobe/f{}") + TAIL, [], "open", 5, None),
    ("400 programs in one: open", HEAD + programs("tc") + TAIL, [], "open", None, None),
    ("400 subprograms: open", HEAD + subprograms() + TAIL, [], "open", None, None),
)


def compile_object(source, options, place):
    machine = subprocess.run(["gcc", "-print-multiarch"], text=True, stdout=subprocess.PIPE,
                             check=True).stdout.strip()
    subprocess.run(["clang", "-g", "-O2", "-target", "bpf", "-I", str(HERE / "../../include"), "-I",
                    f"/usr/include/{machine}", *options, "-x", "c", "-c", "-", "-o", place],
                   input=source, text=True, check=True)
    subprocess.run(["llvm-strip", "-g", place], check=True)


def measure(command):
    """(millions of instructions, system calls, bpf() among them, bytes, milliseconds), or nothing
    where the library, or this kernel, cannot do it."""
    run = costs.best_run(command, RUNS)
    if run is None:
        return None
    milliseconds, output = run
    calls = costs.system_calls(command)
    return costs.millions(command), len(calls), calls.count("bpf"), int(output), milliseconds


def columns(measured):
    if measured is None or measured[0] is None:
        return f"{'-':>9}{'-':>7}{'-':>6}{'-':>9}{'-':>8}"
    millions, calls, bpf, most, milliseconds = measured
    return f"{millions:9.2f}{calls:7}{bpf:6}{most / 1024:8.0f}K{milliseconds:8.1f}"


def goal_of(goal, bpf_goal):
    text = f"{goal:g} M" if isinstance(goal, (int, float)) else goal or "-"
    return text + (f", {bpf_goal} bpf()" if bpf_goal else "")


def main(program, library, *wanted):
    files = [word for word in wanted if word.endswith(".o")]
    words = [word for word in wanted if word not in files]
    roots = {version: oracle.need(version) for version in STOCK}
    libraries = [(f"libbpf {version}", oracle.library(root), root)
                 for version, root in roots.items()]
    libraries.append(("ours", library, None))
    print(f"{'':26}{'library':14}{'M insns':>9}{'calls':>7}{'bpf':>6}{'heap':>9}{'ms':>8}   goal")
    with tempfile.TemporaryDirectory() as folder:
        works = []
        for number, (name, source, options, work, *goals) in enumerate(WORKS):
            if wanted and not any(word in name for word in words):
                continue
            place = f"{folder}/o{number}.o"
            compile_object(source, options, place)
            works.append((name, place, work, goal_of(*goals)))
        works += [(f"{Path(file).stem}: {work}", file, work, "-") for file in files
                  for work in ("open", "load", "load again")]
        for name, place, work, goal in works:
            for label, path, root in libraries:
                command = [program, path, work, place]
                measured = measure(oracle.command(root, command) if root else command)
                print(f"{name if root == roots[STOCK[0]] else '':26}{label:14}{columns(measured)}"
                      f"   {goal if root is None else ''}".rstrip(), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
