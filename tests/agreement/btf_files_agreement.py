#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""BTF of the kernel and of object files: libbpf 1.7.0 and ours dedup it to the same bytes, and dump
it to the same text. That of the kernel compiles, and each struct and union of a name that no other
has is as large in C as the BTF says.

  btf_files_agreement.py --files PROGRAM --library OURS [--shuffles N]
"""
import argparse
import collections
import hashlib
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "support"))
import oracle  # noqa: E402

STOCK = "1.7.0"
KERNEL = "/sys/kernel/btf/vmlinux"
# This one has no BTF.
WITHOUT = "plain.el.o"

# Kinds whose names are tags in C, and how many words follow the first three of a type, once and for
# each element.
INT, STRUCT, UNION, ENUM, FWD, ENUM64 = 1, 4, 5, 6, 7, 19
EXTRA = {INT: 1, 3: 3, 14: 1, 17: 1}
ELEMENT = {STRUCT: 3, UNION: 3, ENUM: 2, 13: 2, 15: 3, ENUM64: 3}


def works(shuffles):
    """The arguments of each run."""
    objects = [str(path) for path in sorted((TESTS / "objects/built").glob("*.el.o"))
               if path.name != WITHOUT]
    if os.path.exists(KERNEL):
        for times in ("1", "2", "3"):
            yield ["dedup", times, KERNEL]
        for order in range(2 + shuffles):
            for pointer in ("8", "4"):
                yield ["dump", str(order), pointer, KERNEL]
    yield ["dedup", "1", *objects]
    yield ["dedup", "2", *objects]
    for path in objects:
        for order in ("0", "1", "2"):
            yield ["dump", order, "8", path]


def fingerprint(command):
    """(code, bytes, hash) of what a run writes."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.returncode, len(done.stdout), hashlib.sha256(done.stdout).hexdigest()


def sizes(raw):
    """{"struct NAME": size} of structs and unions whose names are those of one type alone."""
    _, _, header, type_off, type_len, str_off, str_len = struct.unpack_from("=HHIIIII", raw)
    words = struct.unpack_from(f"={type_len // 4}I", raw, header + type_off)
    strings = raw[header + str_off:header + str_off + str_len]
    known, used, at = {}, collections.Counter(), 0
    while at < len(words):
        kind, count = words[at + 1] >> 24 & 0x1F, words[at + 1] & 0xFFFF
        if kind in (INT, STRUCT, UNION, FWD, ENUM, ENUM64) and words[at] != 0:
            name = strings[words[at]:strings.index(b"\0", words[at])].decode()
            used[name] += 1
            if kind in (STRUCT, UNION):
                known[name] = "struct" if kind == STRUCT else "union", words[at + 2]
        at += 3 + EXTRA.get(kind, 0) + ELEMENT.get(kind, 0) * count
    return {f"{word} {name}": size for name, (word, size) in known.items() if used[name] == 1}


def compile_kernel(command):
    """What is wrong with the text that a command dumps of the kernel's BTF, and how many asserts
    about it hold."""
    compiler = shutil.which("gcc")
    if compiler is None or not os.path.exists(KERNEL):
        return [], 0
    text = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()
    with open(KERNEL, "rb") as file:
        known = sizes(file.read())
    asserts = [f'_Static_assert(sizeof({name}) == {size}, "{name}");'
               for name, size in known.items()]
    done = subprocess.run([compiler, "-w", "-fsyntax-only", "-fmax-errors=20", "-x", "c", "-"],
                          input=text + "\n".join(asserts), text=True, stderr=subprocess.PIPE,
                          check=False)
    return done.stderr.splitlines(), len(asserts)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--shuffles", type=int, default=1)
    options = parser.parse_args()
    root = oracle.need(STOCK)
    count, size, differing = 0, 0, []
    for words in works(options.shuffles):
        theirs = fingerprint(oracle.command(root, [options.files, oracle.library(root), *words]))
        mine = fingerprint([options.files, options.library, *words])
        count, size = count + 1, size + mine[1]
        if theirs != mine or mine[0] != 0:
            differing.append(f"{' '.join(words[:3])} ...: {theirs[:2]} on the stock library, "
                             f"{mine[:2]} on ours")
    print(f"{count} works compared, {size} bytes; {len(differing)} differ")
    wrong, asserts = compile_kernel([options.files, options.library, "dump", "0", "8", KERNEL])
    if asserts:
        print(f"{asserts} asserts about sizes in the kernel's text, "
              f"{'which does not compile' if wrong else 'all hold'}")
    print("\n".join(differing[:20] + wrong[:20]), end="")
    return 1 if differing or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
