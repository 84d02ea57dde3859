#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The BPF programs of bcc's tools, as Debian's package libbpf-tools has them, each loaded and
attached by itself over the stock library and over ours: both must say the same.

  tools.py PROGRAM LIBBPF OBJECT...

PROGRAM is what tools.c became, linked to the stock library, and LIBBPF our libbpf.so.1. Prints a
line for each object: "same OBJECT (of N programs N attached, N ran)", or "DIFFERENT OBJECT (how)".
Whether a program has run depends on the machine too, so that is told and not compared.
"""

import collections
import glob
import os
import struct
import subprocess
import sys

import oracle

SUITE, PACKAGE = "bookworm", "libbpf-tools"
IDENT = b"\x7fELF\x02\x01\x01"  # 64 bits, little-endian
RELOCATABLE_FOR_BPF = (1, 247)
RAN = ", ran"


def embedded(data):
    """The BPF objects that a program carries with it. They end with their section headers."""
    at = data.find(IDENT, 1)
    while at >= 0:
        if struct.unpack_from("<HH", data, at + 16) == RELOCATABLE_FOR_BPF:
            headers, = struct.unpack_from("<Q", data, at + 40)
            size, number = struct.unpack_from("<HH", data, at + 58)
            yield data[at:at + headers + size * number]
        at = data.find(IDENT, at + 1)


def fetch(place):
    """Makes the folder `place` with the objects of Debian's package."""
    with oracle.fetching(SUITE, place) as (work, made):
        oracle.apt(work, "download", PACKAGE)
        unpacked = os.path.join(work, "unpacked")
        oracle.unpack(glob.glob(work + "/*.deb"), unpacked)
        for path in sorted(glob.glob(os.path.join(unpacked, "usr/sbin/*"))):
            if not os.path.islink(path):
                with open(path, "rb") as file:
                    objects = embedded(file.read())
                for number, code in enumerate(objects):
                    name = os.path.basename(path) + (f"-{number}" if number else "")
                    with open(f"{made}/{name}.o", "wb") as file:
                        file.write(code)


def objects():
    """The objects' paths; they are fetched when they are not there."""
    return sorted(glob.glob(oracle.made(f"objects+{SUITE}+{PACKAGE}", fetch) + "/*.o"))


def by_object(text):
    """What was said of each object's programs, and how many of them have run."""
    said, runs = collections.defaultdict(list), collections.Counter()
    for line in text.splitlines():
        name = line.split()[0].rstrip(":")
        said[name].append(line.removesuffix(RAN))
        runs[name] += line.endswith(RAN)
    return said, runs


def compare(stock, ours):
    """A line for each object, and whether all are the same."""
    (stock, _), (ours, runs) = stock, ours
    lines, same = [], True
    for name in sorted({*stock, *ours}):
        attached = sum(line.endswith(": attached") for line in ours.get(name, []))
        if stock.get(name) == ours.get(name):
            lines.append(f"same {name} (of {len(ours[name])} programs {attached} attached, "
                         f"{runs[name]} ran)")
        else:
            same = False
            differ = [f"{one} | {other}" for one, other in
                      zip(stock.get(name, []), ours.get(name, [])) if one != other]
            lines.append(f"DIFFERENT {name} ({differ[0] if differ else 'not all programs'})")
    return lines, same


def main(program, library, *paths):
    said = []
    for environment in {}, {"LD_PRELOAD": library}:
        done = subprocess.run([program, *paths], env={**os.environ, **environment}, text=True,
                              stdout=subprocess.PIPE, check=False)
        said.append(by_object(done.stdout))
        if done.returncode != 0:
            print(f"DIFFERENT all ({program} ended with {done.returncode})")
            return 1
    lines, same = compare(*said)
    print("\n".join(lines))
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
