# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""ELF files that are made by hand, of either class and byte order, and hostile variants of any.

As in C++ beside it, a file is: header, program headers, contents, section headers. The empty
section comes first and .shstrtab last, both by themselves.
"""
import collections
import struct

NULL, PROGBITS, SYMTAB, STRTAB, NOTE, NOBITS, REL = 0, 1, 2, 3, 7, 8, 9
# nobits_size: what a section without content in the file claims.
Section = collections.namedtuple(
    'Section', 'name type content flags address link info entry_size nobits_size',
    defaults=(PROGBITS, b'', 0, 0, 0, 0, 0, 0))
Segment = collections.namedtuple('Segment', 'type flags offset address file_size memory_size',
                                 defaults=(1, 4, 0, 0, 0, 0))
# Where each number of a header stands, as struct has it: Q for what the 32-bit class has as I.
HEADER = 'HHIQQQIHHHHHH'
SECTION = 'IIQQQQIIQQ'
SYMBOL = {True: 'IBBHQQ', False: 'IIIBBH'}


class Layout:
    """How numbers stand in files of one class and byte order."""

    def __init__(self, wide=True, order='<'):
        self.wide, self.order = wide, order
        self.header_size = 64 if wide else 52
        self.section_size = 64 if wide else 40
        self.segment_size = 56 if wide else 32

    def pack(self, fields, *numbers):
        return struct.pack(self.order + (fields if self.wide else fields.replace('Q', 'I')),
                           *numbers)

    def symbol(self, name=0, info=0, other=0, section=0, value=0, size=0):
        """One entry of a symbol table."""
        if self.wide:
            return self.pack(SYMBOL[True], name, info, other, section, value, size)
        return self.pack(SYMBOL[False], name, value, size, info, other, section)

    def segment(self, segment):
        kind, flags, offset, address, file_size, memory_size = segment
        if self.wide:
            return self.pack('IIQQQQQQ', kind, flags, offset, address, 0, file_size, memory_size,
                             0)
        return self.pack('IIIIIIII', kind, offset, address, 0, file_size, memory_size, flags, 0)


class Strings:
    """A table of strings."""

    def __init__(self):
        self.data = b'\0'

    def __call__(self, text):
        at = len(self.data)
        self.data += text.encode('latin-1') + b'\0'
        return at


def padded(data):
    return data + bytes(-len(data) % 8)


def image(sections=(), segments=(), layout=Layout(), kind=1, machine=247, extended=False):
    """An ELF file. extended: the counts and the index of the names stand in the first section
    header, as in files with very many sections."""
    names = Strings()
    offsets = [names(section.name) for section in sections]
    own_name = names('.shstrtab')
    sections = [*sections, Section('.shstrtab', STRTAB, names.data)]
    offsets.append(own_name)
    count = len(sections) + 1
    at = layout.header_size + layout.segment_size * len(segments)
    body = b''
    headers = layout.pack(SECTION, 0, 0, 0, 0, 0, count if extended else 0,
                          count - 1 if extended else 0, len(segments) if extended else 0, 0, 0)
    for section, name in zip(sections, offsets):
        size = section.nobits_size if section.type == NOBITS else len(section.content)
        headers += layout.pack(SECTION, name, section.type, section.flags, section.address,
                               at + len(body), size, section.link, section.info, 1,
                               section.entry_size)
        body += padded(section.content)
    header = b'\x7fELF' + bytes([2 if layout.wide else 1, 1 if layout.order == '<' else 2, 1])
    header += bytes(9) + layout.pack(
        HEADER, kind, machine, 1, 0, layout.header_size if segments else 0, at + len(body), 0,
        layout.header_size, layout.segment_size, 0xffff if extended else len(segments),
        layout.section_size, 0 if extended else count, 0xffff if extended else count - 1)
    return header + b''.join(map(layout.segment, segments)) + body + headers


def fields(formats, at):
    """Each number of a structure as (offset, size)."""
    for field in formats:
        size = struct.calcsize('<' + field)
        yield at, size
        at += size


def places(data):
    """Where the numbers of a file's header, section headers and symbol tables stand, as (offset,
    size); a file that does not hold them all has fewer."""
    if len(data) < 52 or data[:4] != b'\x7fELF':
        return
    layout = Layout(data[4] == 2, '<' if data[5] == 1 else '>')

    def of_class(formats):
        return formats if layout.wide else formats.replace('Q', 'I')
    yield from fields('B' * 16 + of_class(HEADER), 0)
    table, = struct.unpack_from(layout.order + of_class('Q'), data, 40 if layout.wide else 32)
    count, = struct.unpack_from(layout.order + 'H', data, 60 if layout.wide else 48)
    for number in range(count):
        at = table + number * layout.section_size
        if at + layout.section_size > len(data):
            return
        yield from fields(of_class(SECTION), at)
        _, kind, _, _, offset, size, _, _, _, entry, = struct.unpack_from(
            layout.order + of_class(SECTION), data, at)
        if kind == SYMTAB and entry:
            for symbol in range(offset, min(offset + size, len(data)) - entry + 1, entry):
                yield from fields(SYMBOL[layout.wide], symbol)


def hostile(data, step=64):
    """Variants of a file, as (name, data): cut at every `step` bytes, and with each number of
    its headers and symbols made 0, 1 more, and the most that fits."""
    for size in range(0, len(data), step):
        yield f'cut_{size}', data[:size]
    order = 'little' if data[5] == 1 else 'big'
    for at, size in places(data):
        number = int.from_bytes(data[at:at + size], order)
        most = (1 << 8 * size) - 1
        for name, value in (('zero', 0), ('more', (number + 1) & most), ('most', most)):
            if value != number:
                changed = data[:at] + value.to_bytes(size, order) + data[at + size:]
                yield f'at_{at}_{name}', changed
