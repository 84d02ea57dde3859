#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Dedup, distill, relocate and permute of random BTFs: what libbpf 1.7.0 gives and what ours gives
are the same bytes and errors.

  btf_agreement.py --steps PROGRAM --library OURS [--stock VERSION] [--count N] [--first SEED]
                   [--kind KIND] [--show SEED]
"""
import argparse
import collections
import errno
import random
import struct
import subprocess
import sys
from pathlib import Path

import btf_graphs

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import btf_image as image  # noqa: E402
import oracle  # noqa: E402

NONE = 0xFFFFFFFF
DIED = NONE
BATCH = 500
# Those that can be part of two types that are the same.
SAME = [kind for kind in range(1, 20) if kind not in (image.VAR, image.DATASEC, image.DECL_TAG)]


def step(letter, one=NONE, other=NONE, data=b""):
    return letter.encode() + struct.pack("<3I", one & NONE, other & NONE, len(data)) + data


def units(chance, count, over=None):
    program = btf_graphs.Program(chance)
    made = image.Btf(over=over)
    for _ in range(count):
        btf_graphs.Unit(program, made, chance).write()
    return made


def ext_of(chance, btf):
    """Records that name types and strings of a BTF."""
    def some_id():
        return chance.randrange(btf.end_id())

    names = [at for at in range(len(btf.strings) - 1) if at == 0 or btf.strings[at - 1] == 0]

    def text():
        return btf.first_string + chance.choice(names) if names else 0

    return image.ext(
        functions=[(text(), [(8 * at, some_id()) for at in range(2)])],
        lines=[(text(), [(0, text(), text(), 1024)]), (text(), [(0, text(), text(), 1)] * 2)],
        relocations=[(text(), [(8, some_id(), text(), 0)])])


def dedup_case(chance):
    """Units or a wild graph in one BTF, at times with a .BTF.ext, at times copied first."""
    if chance.random() < 0.6:
        btf = units(chance, chance.randint(1, 4))
    else:
        btf = btf_graphs.wild(chance, image.Btf(), range(1, 20) if chance.random() < 0.2 else SAME)
    steps = step("r", data=btf.bytes())
    if chance.random() < 0.3:
        return steps + step("e") + step("a", 1, 0) + step("a", 1, 0) + step("d", 1) + step("o", 1)
    if chance.random() < 0.3:
        return (steps + step("x", data=ext_of(chance, btf)) + step("d", 0, 0) + step("O", 0, 0) +
                step("o", 0))
    return steps + step("d", 0) + step("o", 0) + step("o", 0, 1)


def split_case(chance):
    """A split BTF on a base, which it has much in common with."""
    # 1.7.0 never finds a typedef of a base.
    kinds = [kind for kind in SAME if kind != image.TYPEDEF]
    if chance.random() < 0.6:
        program = btf_graphs.Program(chance)
        for number, (kind, name, facts) in program.declarations.items():
            if kind == image.TYPEDEF:
                program.declarations[number] = image.STRUCT, name, [("t", facts)]
        base = image.Btf()
        btf_graphs.Unit(program, base, chance).write()
        split = image.Btf(over=base)
        for _ in range(chance.randint(1, 3)):
            btf_graphs.Unit(program, split, chance).write()
    else:
        base = btf_graphs.wild(chance, image.Btf(), kinds)
        split = btf_graphs.wild(chance, image.Btf(over=base), SAME)
    return (step("r", data=base.bytes()) + step("r", 0, data=split.bytes()) + step("d", 1) +
            step("o", 1) + step("o", 0))


def named_base(chance):
    """A program, its first unit as a base, and a unit split over that."""
    program = btf_graphs.Program(chance)
    base = image.Btf()
    btf_graphs.Unit(program, base, chance).write()
    split = image.Btf(over=base)
    # A type that a base can say: if none were needed, 1.7.0 would lose those that it cannot.
    split.type(image.TYPEDEF, split.name("first"), 0, first_number(base))
    btf_graphs.Unit(program, split, chance, base).write()
    return program, base, split


def first_number(base):
    at, number = 0, base.first_id
    while base.words[at + 1] >> 24 != image.INT:
        at, number = at + btf_graphs.size_of(base.words, at), number + 1
    return number


def distill_case(chance):
    _, base, split = named_base(chance)
    return (step("r", data=base.bytes()) + step("r", 0, data=split.bytes()) + step("s", 1) +
            step("o", 2) + step("o", 3))


def relocate_case(chance):
    """Distilled, and moved to a base that begins with other types."""
    program, base, split = named_base(chance)
    other = image.Btf()
    for number in range(chance.randint(0, 2)):
        other.type(image.INT, other.name(f"int{number}"), 0, 4, 32)
    btf_graphs.Unit(program, other, chance).write(everything=True)
    return (step("r", data=base.bytes()) + step("r", 0, data=split.bytes()) + step("s", 1) +
            step("r", data=other.bytes()) + step("l", 3, 4) + step("o", 3))


def permute_case(chance):
    base = btf_graphs.wild(chance, image.Btf(), range(1, 20))
    steps, over = step("r", data=base.bytes()), NONE
    btf = base
    if chance.random() < 0.5:
        btf, over = btf_graphs.wild(chance, image.Btf(over=base), range(1, 20)), 0
        steps += step("r", 0, data=btf.bytes())
    order = list(range(btf.first_id, btf.end_id()))
    chance.shuffle(order)
    if chance.random() < 0.1:
        order[chance.randrange(len(order))] = chance.choice((0, btf.end_id(), order[0]))
    if over == NONE:
        order = [0] + order
    packed = struct.pack(f"<{len(order)}I", *order)
    made = 0 if over == NONE else 1
    return (steps + step("x", data=ext_of(chance, btf)) + step("p", made, 0, packed) +
            step("o", made) + step("O", 0, 0))


CASES = {"dedup": dedup_case, "split": split_case, "distill": distill_case,
         "relocate": relocate_case, "permute": permute_case}


def results(blob):
    """[(result, bytes)] of a case; a case that died ends with (signal, None)."""
    made, at = [], 0
    while at < len(blob):
        result, size = struct.unpack_from("<iI", blob, at)
        at += 8
        if size == DIED:
            made.append((result, None))
            break
        made.append((result, blob[at:at + size]))
        at += size
    return made


def run(command, cases):
    """What a library makes of cases."""
    told = b"".join(struct.pack("<I", len(case)) + case for case in cases)
    done = subprocess.run(command, input=told, stdout=subprocess.PIPE, check=True)
    made, at = [], 0
    while at < len(done.stdout):
        size, = struct.unpack_from("<I", done.stdout, at)
        made.append(results(done.stdout[at + 4:at + 4 + size]))
        at += 4 + size
    return made


def list_types(raw):
    """The types of a BTF, a line each."""
    size, type_off, type_len, str_off = struct.unpack_from("<4I", raw, 4)
    words = struct.unpack_from(f"<{type_len // 4}I", raw, size + type_off)
    strings, at, number = raw[size + str_off:], 0, 1
    names = dict(zip(range(1, 20), (
        "INT PTR ARRAY STRUCT UNION ENUM FWD TYPEDEF VOLATILE CONST RESTRICT FUNC FUNC_PROTO VAR "
        "DATASEC FLOAT DECL_TAG TYPE_TAG ENUM64").split()))
    lines = []
    while at < len(words):
        length = btf_graphs.size_of(words, at)
        name = strings[words[at]:].split(b"\0")[0].decode() if words[at] < len(strings) else "?"
        flag = " flag" if words[at + 1] >> 31 else ""
        rest = " ".join(map(str, words[at + 2:at + length]))
        lines.append(f"[{number}] {names[words[at + 1] >> 24 & 31]} {name}({words[at]}){flag} "
                     f"{words[at + 1] & 0xFFFF} | {rest}")
        at, number = at + length, number + 1
    return "\n".join(lines)


def show(case, stock, ours):
    at = 0
    while at < len(case):
        letter = chr(case[at])
        one, other, size = struct.unpack_from("<3I", case, at + 1)
        print("step", letter, one, other)
        if letter == "r":
            print(list_types(case[at + 13:at + 13 + size]))
        at += 13 + size
    for who, made in (("stock", stock), ("ours", ours)):
        for result, raw in made:
            print(who, result, "died" if raw is None else len(raw))
            if raw and raw[:2] == b"\x9f\xeb" and struct.unpack_from("<I", raw, 4)[0] == 24:
                print(list_types(raw))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--stock", default="1.7.0")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--kind", choices=CASES, action="append")
    parser.add_argument("--show", type=int)
    options = parser.parse_args()
    root = oracle.need(options.stock)
    stock = oracle.command(root, [options.steps, oracle.library(root)])
    ours = [options.steps, options.library]
    failed = 0
    for kind in options.kind or CASES:
        count, differing = collections.Counter(), []
        seeds = range(options.first, options.first + options.count)
        if options.show is not None:
            seeds = [options.show]
        for begin in range(0, len(seeds), BATCH):
            batch = seeds[begin:begin + BATCH]
            cases = [CASES[kind](random.Random(f"{kind} {seed}")) for seed in batch]
            for seed, case, theirs, mine in zip(batch, cases, run(stock, cases), run(ours, cases)):
                if options.show is not None:
                    show(case, theirs, mine)
                last, raw = theirs[-1]
                if kind == "relocate" and last == -errno.EINVAL and mine[-1][0] == 0:
                    # It looks at the wrong flag of forward declarations, and calls a struct
                    # ambiguous for a forward declaration or a union of its name.
                    count["stock refused, ours did not"] += 1
                elif theirs == mine:
                    count["equal, " + ("success" if last >= 0 else f"error {-last}")] += 1
                elif raw is None:
                    count[f"stock died of {last}, ours gave {mine[-1][0]}"] += 1
                    if mine[-1][1] is None:
                        differing.append(seed)
                else:
                    differing.append(seed)
        print(f"{kind}:", ", ".join(f"{number} {what}" for what, number in sorted(count.items())))
        if differing:
            print(f"{kind}: {len(differing)} differ:", *differing[:20])
        failed |= bool(differing)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
