#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Writes files into a C file: embed.py FILE... > objects.c. Each is found by its name: "maps.el"
for maps.el.o, "kinds/first.el" for first.o in the archive kinds.el.a, "rows.txt" for rows.txt."""
import pathlib
import sys


def members(data):
    """(name, bytes) of each file in an archive. Names of more than 15 bytes are in a file "//"."""
    at, names = len(b"!<arch>\n"), b""
    while at < len(data):
        name, size = data[at:at + 16].rstrip(), int(data[at + 48:at + 58])
        content = data[at + 60:at + 60 + size]
        at += 60 + size + size % 2
        if name == b"//":
            names = content
        elif name.startswith(b"/"):
            start = int(name[1:])
            yield names[start:names.index(b"/\n", start)].decode(), content
        else:
            yield name.rstrip(b"/").decode(), content


def objects(path):
    """(name, bytes) of what a file holds."""
    if path.suffix == ".a":
        folder, order = path.stem.rsplit(".", 1)
        return [(f"{folder}/{name[:-len('.o')]}.{order}", data)
                for name, data in members(path.read_bytes())]
    return [(path.name[:-len(".o")] if path.suffix == ".o" else path.name, path.read_bytes())]


def main():
    all_objects = [each for name in sys.argv[1:] for each in objects(pathlib.Path(name))]
    print('#include "object/objects.h"\n')
    for number, (_, data) in enumerate(all_objects):
        rows = [data[at:at + 24] for at in range(0, len(data), 24)]
        print(f'static const unsigned char object_{number}[] __attribute__((aligned(8))) = {{')
        for row in rows:
            print('  ' + ' '.join(f'{byte},' for byte in row))
        print('};')
    print('const struct test_object test_objects[] = {')
    for number, (name, data) in enumerate(all_objects):
        print(f'  {{"{name}", object_{number}, {len(data)}}},')
    print('  {0, 0, 0},\n};')


if __name__ == '__main__':
    main()
