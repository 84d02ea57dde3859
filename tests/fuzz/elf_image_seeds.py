# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The seeds of the targets that read ELF files as the library does."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

from elf_image import (NOBITS, REL, STRTAB, SYMTAB, Layout, Section, Segment, hostile,
                       image)

LAYOUTS = {'64_little': Layout(), '64_big': Layout(True, '>'), '32_little': Layout(False),
           '32_big': Layout(False, '>')}
FUNC, OBJECT, GLOBAL, WEAK = 2, 1, 16, 32


def bpf_object(layout, extended=False):
    """A small object with each kind of section that a loader reads."""
    symbols = [layout.symbol(), layout.symbol(1, GLOBAL | FUNC, 0, 1, 0, 16),
               layout.symbol(6, GLOBAL | OBJECT, 0, 3, 0, 8), layout.symbol(8, WEAK)]
    return image([
        Section('xdp', content=bytes(range(16)), flags=6),
        Section('.bss', NOBITS, flags=3, nobits_size=64),
        Section('.maps', content=bytes(8), flags=3),
        Section('.symtab', SYMTAB, b''.join(symbols), link=5, info=1,
                entry_size=24 if layout.wide else 16),
        Section('.strtab', STRTAB, b'\0prog\0m\0other\0'),
        Section('.relxdp', REL, layout.pack('QQ', 0, 1), link=4, info=1,
                entry_size=16 if layout.wide else 8),
        Section('.BTF', content=b'btf'),
    ], [Segment(1, 5, 64, 0x1000, 16, 32)], layout, extended=extended)


def file_seeds():
    seeds = {'empty': b'', 'magic': b'\x7fELF', 'archive': b'!<arch>\n'}
    for name, layout in LAYOUTS.items():
        seeds[name] = bpf_object(layout)
        seeds[name + '_extended'] = bpf_object(layout, True)
        seeds[name + '_sections_none'] = image(layout=layout)
    seeds['sections_overlap'] = image([Section('a', content=bytes(4))] * 40)
    for variant, data in hostile(bpf_object(LAYOUTS['64_little'])):
        seeds['64_little_' + variant] = data
    return seeds
