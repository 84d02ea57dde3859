#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Objects that clang made are linked by libbpf 1.7.0 and by ours: the outputs are the same bytes,
and so are the errors.

  linker_agreement.py --link PROGRAM --library OURS [--stock VERSION] [--show]

The inputs are all pairs and triples of declarations and definitions of one name, weak, strong and
hidden, as function, variable and map, and the objects of tests/objects alone and in pairs, all in
both byte orders. The stock library's symbols are first put into the order that ELF asks for. Where
it refuses an input, ours must refuse it too, and its output be that of the other inputs alone. A
row of abi/differences/linker.md whose effect can be seen is counted apart. And `ld.lld -r` must
take what ours writes.
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
SHT_SYMTAB, SHT_REL, STB_LOCAL = 2, 9, 0
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
static HELPER int helper(int x) { return x * OWN; }
int own = OWN;
SEC("xdp") int JOIN(prog, OWN)(struct xdp_md *ctx) { own += helper(ctx->ingress_ifindex); %s }
char _license[] SEC("license") = "GPL";
"""


def compile_all(folder, include, target):
    """{(subject, kind, number): path}; number is that of the place in the order."""
    objects, running = {}, []
    for subject, kinds in DECLARATIONS.items():
        for kind, declaration in kinds.items():
            source = folder / f"{subject}_{kind}.c"
            use = WEAK_USES[subject] if kind == "weak_extern" else USES[subject]
            source.write_text(SOURCE % (declaration, use))
            for number in 1, 2, 3:
                path = folder / f"{subject}_{kind}_{number}_{target}.o"
                objects[subject, kind, number] = path
                running.append(compiling(source, path, include, target, number, "__noinline"))
                if len(running) == 4:
                    finish(*running.pop(0))
    for process, path in running:
        finish(process, path)
    return objects


def compiling(source, path, include, target, number, helper):
    """A compiler at work, and what it makes."""
    return subprocess.Popen(
        ["clang", "-g", "-O2", "-target", target, "-w", f"-DOWN={number}", f"-DHELPER={helper}",
         f"-I{include}", f"-I{building.uapi_folder()}", "-c", source, "-o", path]), path


def finish(process, path):
    """Waits for a compiler."""
    if process.wait() != 0 or not path.exists():
        sys.exit(f"clang made no {path}")


def orders(objects):
    """All singles, pairs and triples of one subject."""
    for subject, kinds in DECLARATIONS.items():
        for count in 1, 2, 3:
            for order in itertools.product(kinds, repeat=count):
                yield tuple(objects[subject, kind, number + 1] for number, kind in enumerate(order))


def pairs_of_programs():
    """The objects of tests/objects, alone and in pairs."""
    for order in "el", "eb":
        objects = sorted((TESTS / "objects/built").glob(f"*.{order}.o"))
        yield from ((path,) for path in objects)
        yield from itertools.permutations(objects, 2)


def kinds_of(inputs):
    """What the inputs say of the one name; nothing if they are objects of programs."""
    return [path.name.split("_")[1] for path in inputs if path.parent.name != "built"]


def run(command, lines):
    done = subprocess.run(command, input="".join(lines), stdout=subprocess.PIPE, text=True,
                          timeout=300, check=True)
    return done.stdout.splitlines()


Table = collections.namedtuple("Table", "place kind offset size info")


def tables(data, order):
    """The section headers of an ELF file."""
    headers, = struct.unpack_from(order + "Q", data, 40)
    count, = struct.unpack_from(order + "H", data, 60)
    for place in range(headers, headers + 64 * count, 64):
        kind, offset, size, info = struct.unpack_from(order + "4xI16xQQ4xI", data, place)
        yield Table(place, kind, offset, size, info)


def as_elf_asks(data):
    """An object of the stock library with its local symbols first, and with their number."""
    order = "<" if data[5] == 1 else ">"
    data = bytearray(data)
    symbols = next(table for table in tables(data, order) if table.kind == SHT_SYMTAB)
    entries = [bytes(data[at:at + 24])
               for at in range(symbols.offset, symbols.offset + symbols.size, 24)]
    sequence = sorted(range(len(entries)), key=lambda number: entries[number][4] >> 4 != STB_LOCAL)
    data[symbols.offset:symbols.offset + symbols.size] = b"".join(map(entries.__getitem__,
                                                                      sequence))
    struct.pack_into(order + "I", data, symbols.place + 44,
                     sum(entry[4] >> 4 == STB_LOCAL for entry in entries))
    for table in tables(data, order):
        if table.kind == SHT_REL:
            for at in range(table.offset + 8, table.offset + table.size, 16):
                info, = struct.unpack_from(order + "Q", data, at)
                struct.pack_into(order + "Q", data, at,
                                 sequence.index(info >> 32) << 32 | info & 0xffffffff)
    return bytes(data)


def listed(inputs, theirs, mine):
    """The row of the list of differences that explains what is not the same, or None."""
    kinds = kinds_of(inputs)
    if theirs != mine:
        elsewhere = "weak" in kinds and ({"hidden", "bss"} & set(kinds) or theirs == "died")
        return "linker-weak-elsewhere" if elsewhere and mine != "died" else None
    kinds = kinds_of(taken(inputs, mine))
    if "weak" in kinds and {"strong", "hidden", "bss"} & set(kinds[kinds.index("weak"):]):
        return "linker-winner-offset"
    return None


def refused_before(theirs, mine):
    """Did both refuse an input before the first result that is not the same?"""
    pairs = list(zip(theirs.split(), mine.split()))
    first = next(at for at, (one, other) in enumerate(pairs) if one != other)
    return any(one != "0" for one, _ in pairs[:first])


def taken(inputs, results):
    """The inputs that were not refused."""
    return [path for path, result in zip(inputs, results.split()) if result == "0"]


class Linker:
    """A libbpf that links, and a folder for what it writes."""

    def __init__(self, command, folder):
        self.command, self.folder = command, folder
        folder.mkdir()

    def link(self, orders_of_inputs):
        """For each order the results of all calls, and the output."""
        lines = [f"{self.folder}/{number}.o {' '.join(map(str, inputs))}\n"
                 for number, inputs in enumerate(orders_of_inputs)]
        said = run(self.command, lines)
        return [(results, (self.folder / f"{number}.o").read_bytes())
                for number, results in enumerate(said)]


def check_lld(folder, include, stock, ours):
    """What `ld.lld -r` says of objects of both. It cannot read the addends that relocations to
    sections have, in no object for BPF, so there is no call to what is static."""
    if not shutil.which("ld.lld"):
        print("there is no ld.lld to give the outputs to")
        return []
    wrong, count = [], 0
    for target in "bpfel", "bpfeb":
        inputs = []
        for number, kind in enumerate(("extern", "strong"), 1):
            source, path = folder / f"function_{kind}.c", folder / f"lld_{kind}_{target}.o"
            finish(*compiling(source, path, include, target, number, "__always_inline"))
            inputs.append(path)
        for linker in stock, ours:
            for number, (results, _) in enumerate(linker.link([inputs[:1], inputs])):
                done = subprocess.run(
                    ["ld.lld", "-r", linker.folder / f"{number}.o", "-o", folder / "again.o"],
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
                expected = "invalid sh_info" if linker is stock else ""
                count += 1
                if results.strip("0 ") or expected not in done.stdout or \
                        (done.returncode == 0) != (linker is ours):
                    wrong.append(f"ld.lld -r of {target}: {results}: {done.stdout}")
    print(f"ld.lld -r: {count // 2} outputs of ours taken, {count // 2} of stock's refused"
          if not wrong else "ld.lld -r: not as expected")
    return wrong


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
    counts, failed = collections.Counter(), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stock_command = oracle.command(root, [options.link, oracle.library(root)])
        stock = Linker(stock_command, folder / "stock")
        again = Linker(stock_command, folder / "again")
        ours = Linker([options.link, options.library], folder / "ours")
        inputs = [order for target in ("bpfel", "bpfeb")
                  for order in orders(compile_all(folder, options.include, target))]
        inputs += pairs_of_programs()
        theirs, mine = stock.link(inputs), ours.link(inputs)
        accepted = again.link([taken(order, results) for order, (results, _) in zip(inputs, mine)])
        for order, (said, _), (results, output), (_, expected) in zip(inputs, theirs, mine,
                                                                      accepted):
            row = listed(order, said, results)
            is_refused = any(map(int, results.split()[:-1]))
            is_same = bool(expected) and output == as_elf_asks(expected)
            if said == results and is_same:
                counts["with an input refused, the same bytes as without it" if is_refused
                       else "the same bytes"] += 1
            elif is_same and said != "died" and refused_before(said, results):
                counts["linker-all-or-nothing"] += 1
            elif row:
                counts[row] += 1
            else:
                failed.append(" ".join(path.name for path in order) + f": {said} | {results}")
        failed += check_lld(folder, options.include, stock, ours)
    print(f"{len(inputs)} outputs:", ", ".join(f"{count} {what}"
                                               for what, count in sorted(counts.items())))
    for line in failed[:None if options.show else 20]:
        print("differs:", line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
