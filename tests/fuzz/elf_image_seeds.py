# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The seeds of the targets that read ELF files as the library does."""
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import btf_image
from elf_image import (NOBITS, NOTE, REL, STRTAB, SYMTAB, Layout, Section, Segment, Strings,
                       hostile, image)

LAYOUTS = {'64_little': Layout(), '64_big': Layout(True, '>'), '32_little': Layout(False),
           '32_big': Layout(False, '>')}
DYNSYM, HASH, SYMTAB_SHNDX, GNU_HASH = 11, 5, 18, 0x6ffffff6
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


def object_seeds():
    """Objects that open as far as their layout goes; those of a compiler lie in tests/objects."""
    seeds = {name: bpf_object(layout) for name, layout in LAYOUTS.items()}
    for variant, data in hostile(bpf_object(LAYOUTS['64_little'])):
        seeds['64_little_' + variant] = data
    return seeds


def fit_seeds():
    """Objects as above, each behind the size and the bytes of a kernel's types."""
    types = btf_image.Btf()
    types.type(btf_image.INT, types.name('int'), 0, 4, 1 << 24 | 32)
    kernel = types.bytes()
    return {name: struct.pack('<I', len(kernel)) + kernel + data
            for name, data in object_seeds().items()}


def gnu_hash(text):
    value = 5381
    for character in text.encode():
        value = (value * 33 + character) & 0xffffffff
    return value


def sysv_hash(text):
    value = 0
    for character in text.encode():
        value = (value << 4) + character
        value = (value ^ (value & 0xf0000000) >> 24) & 0x0fffffff
    return value


def gnu_table(layout, names, buckets=3, shift=6):
    """.gnu.hash for symbols from index 1 on, which stand in the order of their buckets."""
    bits = 64 if layout.wide else 32
    word, first, chain = 0, [0] * buckets, []
    for index, name in enumerate(names):
        value = gnu_hash(name)
        word |= 1 << value % bits | 1 << (value >> shift) % bits
        first[value % buckets] = first[value % buckets] or index + 1
        last = index + 1 == len(names) or gnu_hash(names[index + 1]) % buckets != value % buckets
        chain.append(value | 1 if last else value & ~1)
    return (layout.pack('IIIIQ', buckets, 1, 1, shift, word) +
            layout.pack('I' * (buckets + len(chain)), *first, *chain))


def sysv_table(layout, names, buckets=3):
    first, following = [0] * buckets, [0] * (len(names) + 1)
    for index, name in enumerate(names, 1):
        bucket = sysv_hash(name) % buckets
        following[index], first[bucket] = first[bucket], index
    return layout.pack('I' * (2 + buckets + len(following)), buckets, len(following), *first,
                       *following)


def library(layout, hashed):
    """Dynamic symbols with a hash table, symbols with versions and a large index, and notes."""
    names = sorted(['puts', 'realpath', 'realpath', 'memcpy', '_Z3foov'],
                   key=lambda name: gnu_hash(name) % 3)
    entry = 24 if layout.wide else 16
    dynamic, fixed = Strings(), Strings()
    entries = [layout.symbol()] + [layout.symbol(dynamic(name), GLOBAL | FUNC, 0, 1, 16 * at)
                                   for at, name in enumerate(names)]
    plain = [layout.symbol()] + [layout.symbol(fixed(name), FUNC, 0, section, 8)
                                 for name, section in (('f', 1), ('f@V1', 1), ('f@@V2', 0xffff))]
    note = layout.pack('III', 8, 24 + 13 if layout.wide else 12 + 13, 3) + b'stapsdt\0'
    note += layout.pack('QQQ', 0x1010, 0x2000, 0x3000) + b'libc\0setjmp\0\0' + bytes(3)
    table = gnu_table if hashed == GNU_HASH else sysv_table
    return image([
        Section('.text', content=bytes(64), flags=6, address=0x1000),
        Section('.dynsym', DYNSYM, b''.join(entries), link=3, info=1, entry_size=entry),
        Section('.dynstr', STRTAB, dynamic.data),
        Section('.symtab', SYMTAB, b''.join(plain), link=5, info=1, entry_size=entry),
        Section('.strtab', STRTAB, fixed.data),
        Section('.hash', hashed, table(layout, names), link=2),
        Section('.shndx', SYMTAB_SHNDX, layout.pack('IIII', 0, 0, 0, 70000), link=4),
        Section('.note.stapsdt', NOTE, note),
    ], layout=layout, kind=3, machine=62)


def symbol_seeds():
    seeds = {}
    for name, layout in LAYOUTS.items():
        seeds[name + '_object'] = bpf_object(layout)
        for kind, hashed in (('gnu', GNU_HASH), ('sysv', HASH)):
            seeds[f'{name}_{kind}'] = library(layout, hashed)
    for variant, data in hostile(library(LAYOUTS['64_little'], GNU_HASH), 256):
        if variant.endswith('_most') or variant.startswith('cut'):
            seeds['gnu_' + variant] = data
    return seeds


def function_seeds():
    """Libraries whose functions have versions, and files without any."""
    seeds = {name: data for name, data in symbol_seeds().items() if 'cut' not in name}
    for name, layout in LAYOUTS.items():
        entry = 24 if layout.wide else 16
        strings = Strings()
        f, g, own, first, second = map(strings, ('f', 'g', 'libx.so.1', 'V1', 'V2'))
        symbols = [layout.symbol(), layout.symbol(g, GLOBAL | FUNC, 0, 0, 0x1030),
                   layout.symbol(f, GLOBAL | FUNC, 0, 1, 0x1008),
                   layout.symbol(f, WEAK | FUNC, 0, 1, 0x1010),
                   layout.symbol(f, GLOBAL | FUNC, 0, 1, 0x1018)]
        definitions = b''.join(
            layout.pack('HHHHIIIII', 1, 0, index, 1, 0, 20, following, text, 0)
            for index, text, following in ((1, own, 28), (2, first, 28), (3, second, 0)))
        seeds[name + '_versions'] = image([
            Section('.text', content=bytes(64), flags=6, address=0x1000),
            Section('.dynsym', DYNSYM, b''.join(symbols), link=3, info=1, entry_size=entry),
            Section('.dynstr', STRTAB, strings.data),
            Section('.gnu.version', 0x6fffffff, layout.pack('HHHHH', 0, 1, 0x8002, 0x8003, 3),
                    link=2),
            Section('.gnu.version_d', 0x6ffffffd, definitions, link=3, info=3),
        ], layout=layout, kind=3, machine=62)
    return seeds


NOPS = b'\x90\x0f\x1f\x44\0\0'


def probe_note(layout, address, semaphore=0, arguments=b'', base=0x2000, probe=b'app\0begin\0'):
    """A note of a USDT probe, as sys/sdt.h makes it."""
    text = layout.pack('QQQ', address, base, semaphore) + probe + arguments + b'\0'
    return layout.pack('III', 8, len(text), 3) + b'stapsdt\0' + text + bytes(-len(text) % 4)


def traced(layout, notes, kind=3, base=0x2000):
    """A program with code at 0x1000 and semaphores at 0x3000."""
    symbols = [layout.symbol(), layout.symbol(1, GLOBAL | OBJECT, 0, 2, 0x3008, 4)]
    at = layout.header_size + 2 * layout.segment_size
    return image([
        Section('.text', content=NOPS + bytes(58), flags=6, address=0x1000),
        Section('.probes', content=bytes(16), flags=3, address=0x3000),
        Section('.note.stapsdt', NOTE, notes),
        Section('.stapsdt.base', content=b'\0', flags=2, address=base),
        Section('.symtab', SYMTAB, b''.join(symbols), link=6, info=1,
                entry_size=24 if layout.wide else 16),
        Section('.strtab', STRTAB, b'\0var\0'),
    ], [Segment(1, 5, at, 0x1000, 64, 64), Segment(1, 6, at + 64, 0x3000, 16, 32)], layout,
        kind=kind, machine=62 if layout.wide else 3)


def probe_seeds():
    """A byte that says what the kernel can do, and a file with the probe app:begin."""
    seeds = {}
    for name, layout in LAYOUTS.items():
        other = probe_note(layout, 0x1001, probe=b'app\0end\0')
        plain = probe_note(layout, 0x1001, arguments=b'-4@%edi 8@var(%rip)')
        counted = probe_note(layout, 0x1008, 0x3002, b'8@-8(%rbp)')
        for able in range(4):
            seeds[f'{name}_{able}'] = bytes([able]) + traced(layout, other + counted + plain)
        seeds[name + '_nops'] = b'\3' + traced(layout, probe_note(layout, 0x1000), 2)
        seeds[name + '_moved'] = b'\1' + traced(layout, plain, base=0x2700)
        seeds[name + '_none'] = b'\1' + traced(layout, other)
    layout = LAYOUTS['64_little']
    note = probe_note(layout, 0x1001, 0x3000, b'8@$1')
    for size in range(0, len(note), 4):
        cut = layout.pack('III', 8, max(size - 20, 0), 3) + note[12:size]
        seeds[f'cut_{size}'] = b'\1' + traced(layout, cut + note)
        seeds[f'end_{size}'] = b'\1' + traced(layout, note + note[:size])
    for variant, data in hostile(traced(layout, note)):
        seeds['hostile_' + variant] = b'\3' + data
    return seeds
