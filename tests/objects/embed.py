#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Writes objects into a C file: embed.py FILE... > objects.c. Each is found by its name: "maps.el"
for maps.el.o."""
import pathlib
import sys


def main():
    objects = [(pathlib.Path(name).name[:-len('.o')], pathlib.Path(name).read_bytes())
               for name in sys.argv[1:]]
    print('#include "object/objects.h"\n')
    for number, (_, data) in enumerate(objects):
        rows = [data[at:at + 24] for at in range(0, len(data), 24)]
        print(f'static const unsigned char object_{number}[] __attribute__((aligned(8))) = {{')
        for row in rows:
            print('  ' + ' '.join(f'{byte},' for byte in row))
        print('};')
    print('const struct test_object test_objects[] = {')
    for number, (name, data) in enumerate(objects):
        print(f'  {{"{name}", object_{number}, {len(data)}}},')
    print('  {0, 0, 0},\n};')


if __name__ == '__main__':
    main()
