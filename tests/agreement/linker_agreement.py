#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Objects that clang made are linked by libbpf 1.7.0 and by ours: the outputs are the same bytes,
and so are the errors.

  linker_agreement.py --link PROGRAM --library OURS [--stock VERSION] [--show]

The inputs are all pairs and triples of declarations and definitions of one name, weak, strong and
hidden, as function, variable and map, in both byte orders; and a few objects as programs have them.
What abi/differences/linker.md lists is taken out: the number of local symbols is made 0, and a row
of that list is counted apart when its effect can be seen.
"""
import argparse
import collections
import itertools
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "bpf_headers")]
import building  # noqa: E402
import oracle  # noqa: E402
from skips import skip  # noqa: E402

MAP = ("struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, int); __type(value, long);"
       " __uint(max_entries, %s); } m SEC(\".maps\")")
DECLARATIONS = {
    "function": {
        "extern": "extern int f(int x);", "weak_extern": "extern int f(int x) __weak;",
        "weak": "__weak int f(int x) { return x + OWN; }",
        "strong": "__noinline int f(int y) { return y * OWN; }",
        "hidden": "__hidden int f(int z) { return z - OWN; }",
    },
    "variable": {
        "extern": "extern int v;", "weak_extern": "extern int v __weak;",
        "weak": "__weak int v = OWN;", "strong": "int v = OWN;",
        "hidden": "int v SEC(\".data.x\") __hidden = OWN;", "bss": "int v;",
    },
    "map": {
        "extern": "extern " + MAP % 16 + ";", "weak": MAP % 16 + " __weak;",
        "strong": MAP % 16 + ";", "larger": MAP % 17 + ";",
    },
}
USES = {
    "function": "return f(OWN) + own;", "variable": "return v + own;",
    "map": "int k = 0; long *p = bpf_map_lookup_elem(&m, &k); return p ? *p : own;",
}
WEAK_USES = {"function": "return f ? f(OWN) : own;", "variable": "return &v ? v + own : 0;"}
SOURCE = """#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
%s
#define own JOIN(own, OWN)
#define JOIN(one, other) JOIN_(one, other)
#define JOIN_(one, other) one##other
static __noinline int helper(int x) { return x * OWN; }
int own = OWN;
SEC("xdp") int JOIN(prog, OWN)(struct xdp_md *ctx) { own += helper(ctx->ingress_ifindex); %s }
char _license[] SEC("license") = "GPL";
"""


def compile_all(folder, include, target):
    """{(subject, kind, number): path}; number is that of the place in the order."""
    objects, running = {}, []
    for subject, kinds in DECLARATIONS.items():
        for kind, declaration in kinds.items():
            use = WEAK_USES[subject] if kind == "weak_extern" else USES[subject]
            source = folder / f"{subject}_{kind}.c"
            source.write_text(SOURCE % (declaration, use))
            for number in 1, 2, 3:
                path = folder / f"{subject}_{kind}_{number}_{target}.o"
                objects[subject, kind, number] = path
                running.append(subprocess.Popen(
                    ["clang", "-g", "-O2", "-target", target, "-w", f"-DOWN={number}",
                     f"-I{include}", f"-I{building.uapi_folder()}", "-c", source, "-o", path]))
                if len(running) == 4:
                    running.pop(0).wait()
    if any(process.wait() for process in running):
        sys.exit("clang failed")
    missing = [str(path) for path in objects.values() if not path.exists()]
    if missing:
        sys.exit(f"clang made no {missing[0]}")
    return objects


def orders(objects):
    """All singles, pairs and triples of one subject."""
    for subject, kinds in DECLARATIONS.items():
        for count in 1, 2, 3:
            for order in itertools.product(kinds, repeat=count):
                yield tuple(objects[subject, kind, number + 1] for number, kind in enumerate(order))


def run(command, lines):
    done = subprocess.run(command, input="".join(lines), stdout=subprocess.PIPE, text=True,
                          timeout=300, check=True)
    return done.stdout.splitlines()


def without_info(path):
    """The bytes of an output; the number of local symbols made 0."""
    data = bytearray(path.read_bytes())
    order = "<" if data[5] == 1 else ">"
    headers, = struct.unpack_from(order + "Q", data, 40)
    struct.pack_into(order + "I", data, headers + 2 * 64 + 44, 0)
    return bytes(data)


def listed(inputs, theirs, same):
    """The row of the list of differences that explains an order, or None."""
    kinds = [path.name.split("_")[1] for path in inputs]
    if theirs == "died":
        return "linker-weak-elsewhere"
    if any(int(result) for result in theirs.split()[:-1]):
        if same:
            return "linker-all-or-nothing"
        elsewhere = {"hidden", "bss"} & set(kinds) and "weak" in kinds
        return "linker-weak-elsewhere" if elsewhere else None
    if "weak" in kinds and {"strong", "hidden", "bss"} & set(kinds[kinds.index("weak"):]):
        return "linker-winner-offset"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--link", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--include", required=True)
    parser.add_argument("--stock", default="1.7.0")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    if not shutil.which("clang"):
        skip("there is no clang to make objects for BPF")
    root = oracle.need(options.stock)
    stock = oracle.command(root, [options.link, oracle.library(root)])
    ours = [options.link, options.library]
    counts, failed = collections.Counter(), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs = [order for target in ("bpfel", "bpfeb")
                  for order in orders(compile_all(folder, options.include, target))]
        lines = {who: [f"{folder}/{who}_{number}.o {' '.join(map(str, order))}\n"
                       for number, order in enumerate(inputs)] for who in ("stock", "ours")}
        answers = zip(run(stock, lines["stock"]), run(ours, lines["ours"]))
        for number, (order, (theirs, mine)) in enumerate(zip(inputs, answers)):
            bytes_equal = theirs != "died" and (
                without_info(folder / f"stock_{number}.o") ==
                without_info(folder / f"ours_{number}.o"))
            row = listed(order, theirs, theirs == mine)
            if theirs == mine and bytes_equal:
                counts["the same bytes"] += 1
            elif row and mine != "died":
                counts[row] += 1
            else:
                failed.append(" ".join(path.name for path in order) + f": {theirs} | {mine}")
    print(f"{len(inputs)} outputs:", ", ".join(f"{count} {what}"
                                               for what, count in sorted(counts.items())))
    for line in failed[:None if options.show else 20]:
        print("differs:", line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
