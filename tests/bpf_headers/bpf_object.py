# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""A BPF object file as lines of text, in which two compilers' runs can be compared: instructions,
relocations, data, symbols, BTF and CO-RE records. What depends on the text of a header alone is
left out: lines, files, and the names of local variables."""
import re
import struct

SHT_PROGBITS, SHT_SYMTAB, SHT_NOBITS, SHT_REL = 1, 2, 8, 9
SHF_EXECINSTR = 4
STT_OBJECT, STT_FUNC, STT_SECTION = 1, 2, 3
STB_LOCAL = 0
CALL = 0x85
KINDS = ('void', 'int', 'ptr', 'array', 'struct', 'union', 'enum', 'fwd', 'typedef', 'volatile',
         'const', 'restrict', 'func', 'func_proto', 'var', 'datasec', 'float', 'decl_tag',
         'type_tag', 'enum64')
CORE_KINDS = ('byte_off', 'byte_sz', 'field_exists', 'signed', 'lshift_u64', 'rshift_u64',
              'local_type_id', 'target_type_id', 'type_exists', 'type_size', 'enumval_exists',
              'enumval_value', 'type_matches')


def text_at(data, offset):
    """The string at an offset of a string table."""
    return data[offset:data.index(b'\0', offset)].decode()


class Elf:
    """Sections and symbols of a 64-bit ELF file of either byte order."""

    def __init__(self, data):
        self.order = '<' if data[5] == 1 else '>'
        section_offset, = self.unpack('Q', data, 0x28)
        count, names = self.unpack('HH', data, 0x3c)
        headers = [self.unpack('IIQQQQIIQQ', data, section_offset + 64 * i) for i in range(count)]
        contents = [b'' if header[1] == SHT_NOBITS else data[header[4]:header[4] + header[5]]
                    for header in headers]
        self.sections = [(text_at(contents[names], header[0]), header, content)
                         for header, content in zip(headers, contents)]
        self.symbols = []
        for _, header, content in self.sections:
            if header[1] == SHT_SYMTAB:
                for at in range(0, len(content), 24):
                    name, info, other, section, value, size = self.unpack('IBBHQQ', content, at)
                    self.symbols.append((text_at(contents[header[6]], name), info >> 4, info & 15,
                                         other, section, value, size))

    def unpack(self, layout, data, offset):
        """Numbers at an offset, in the file's byte order."""
        return struct.unpack_from(self.order + layout, data, offset)

    def content(self, wanted):
        """The content of the section of a name, or None."""
        return next((content for name, _, content in self.sections if name == wanted), None)

    def section_name(self, index):
        """What a symbol's section number means."""
        return self.sections[index][0] if 0 < index < len(self.sections) else f'section {index:#x}'


class Btf:
    """The types of a .BTF section, by id."""

    # The words behind a type: a fixed number, and EACH for each of its vlen.
    FIXED = {'int': 1, 'array': 3, 'var': 1, 'decl_tag': 1}
    EACH = {'struct': 3, 'union': 3, 'enum': 2, 'enum64': 3, 'func_proto': 2, 'datasec': 3}

    def __init__(self, elf, data):
        header_size, types, types_size, strings, strings_size = elf.unpack('5I', data, 4)
        start = header_size + strings
        self.strings = data[start:start + strings_size]
        self.types = [('void', '', 0, 0, 0, ())]
        at, end = header_size + types, header_size + types + types_size
        while at < end:
            name, info, size = elf.unpack('3I', data, at)
            kind, vlen = KINDS[info >> 24 & 0x1f], info & 0xffff
            words = self.FIXED.get(kind, 0) + self.EACH.get(kind, 0) * vlen
            self.types.append((kind, self.string(name), vlen, info >> 31, size,
                               elf.unpack(f'{words}I', data, at + 12)))
            at += 12 + 4 * words

    def string(self, offset):
        """A string of the section."""
        return text_at(self.strings, offset)

    def each(self, kind, words):
        """The words behind a type, as tuples for each of its vlen."""
        width = self.EACH[kind]
        return [words[i:i + width] for i in range(0, len(words), width)]

    def spell(self, type_id):
        """A type in words: named ones by kind and name, others by what they are made of."""
        kind, name, _, flag, size, words = self.types[type_id]
        if name and kind in ('struct', 'union', 'enum', 'enum64', 'typedef', 'fwd'):
            # Behind three underscores stands what CO-RE does not look at.
            return f'{kind if kind != "fwd" else "struct"} {re.sub("___.*", "___", name)}'
        if kind in ('void', 'float'):
            return name or kind
        if kind == 'int':
            return f'{name}/{words[0]:#x}'
        if kind == 'array':
            return f'{self.spell(words[0])}[{words[2]}]'
        if kind == 'func_proto':
            parameters = ', '.join(f'{self.spell(id_)} {self.string(parameter)}'
                                   for parameter, id_ in self.each(kind, words))
            return f'{self.spell(size)} ({parameters})'
        if kind in ('struct', 'union'):
            return f'{kind} {size} flag {flag} {{{self.members(type_id)}}}'
        if kind in ('enum', 'enum64'):
            return f'{kind} {size} flag {flag} {{{self.enumerators(type_id)}}}'
        if kind == 'type_tag':
            return f'{self.spell(size)} tag({name})'
        return f'{self.spell(size)} {kind}'

    def members(self, type_id):
        """The members of a struct or union."""
        kind, _, _, _, _, words = self.types[type_id]
        return ' '.join(f'{self.string(name)} @{offset:#x} {self.spell(id_)};'
                        for name, id_, offset in self.each(kind, words))

    def enumerators(self, type_id):
        """The enumerators of an enum; their names only if it has one, too: others are counted."""
        kind, name, _, _, _, words = self.types[type_id]
        return ' '.join(f'{self.string(value[0]) if name else ""} = {value[1:]};'
                        for value in self.each(kind, words))

    def lines(self):
        """What the section says, sorted: definitions of named types, functions, variables."""
        said = set()
        for type_id, (kind, name, _, flag, size, words) in enumerate(self.types):
            if kind in ('struct', 'union') and name:
                said.add(f'{self.spell(type_id)}: {size} flag {flag} {self.members(type_id)}')
            elif kind in ('enum', 'enum64') and name:
                said.add(f'{self.spell(type_id)}: {size} flag {flag} {self.enumerators(type_id)}')
            elif kind == 'typedef':
                said.add(f'{self.spell(type_id)}: {self.spell(size)}')
            elif kind == 'func':
                said.add(f'function {name}, linkage {self.types[type_id][2]}: {self.spell(size)}')
            elif kind == 'decl_tag':
                target = self.types[size]
                said.add(f'tag {name} on {target[0]} {target[1]}, component {words[0]:#x}')
            elif kind == 'datasec':
                for id_, offset, length in self.each(kind, words):
                    _, variable, _, _, of_type, linkage = self.types[id_]
                    if self.types[id_][0] == 'func':
                        said.add(f'in {name}: function {variable}')
                    else:
                        # A static variable's name is that of a local one.
                        shown = variable if linkage[0] else '?'
                        said.add(f'in {name}: {offset} {length} {shown}, linkage {linkage[0]}: '
                                 f'{self.spell(of_type)}')
        return sorted(said)


def ext_lines(elf, btf, data):
    """Function and CO-RE records of .BTF.ext, in their order."""
    header_size, = elf.unpack('I', data, 4)
    for part, at in (('function', 8), ('core', 24)):
        if header_size < at + 8:
            continue
        offset, size = elf.unpack('II', data, at)
        place, end = header_size + offset, header_size + offset + size
        if size == 0:
            continue
        record_size, = elf.unpack('I', data, place)
        place += 4
        while place < end:
            section, count = elf.unpack('II', data, place)
            place += 8
            for _ in range(count):
                where, type_id, *rest = elf.unpack(f'{record_size // 4}I', data, place)
                words = [btf.string(rest[0]), CORE_KINDS[rest[1]]] if part == 'core' else []
                spelled = btf.spell(type_id) if part == 'core' else btf.types[type_id][1]
                yield ' '.join([f'{part} {btf.string(section)}+{where:#x}: {spelled}', *words])
                place += record_size


def relocation_lines(elf, header, name, content):
    """The relocations of a section. A local symbol is told by its place: its name is the
    compiler's."""
    target = elf.sections[header[7]][0]
    if target in ('.BTF', '.BTF.ext') or target.startswith(('.debug', '.eh_frame')):
        return
    for at in range(0, len(content), 16):
        offset, info = elf.unpack('QQ', content, at)
        symbol, binding, _, _, section, value, _ = elf.symbols[info >> 32]
        if binding == STB_LOCAL:
            symbol = f'{elf.section_name(section)}+{value:#x}'
        yield f'{name}: {offset:#x} type {info & 0xffffffff} to {symbol}'


def lines(data):
    """The whole object."""
    elf = Elf(data)
    # Only the maps that are made of data stand in the order of their sections.
    yield ' '.join(['data:', *(name for name, _, _ in elf.sections
                               if name.startswith(('.data', '.rodata', '.bss')))])
    for name, header, content in sorted(elf.sections):
        _, kind, flags, _, _, size, _, _, alignment, entry = header
        if name.startswith(('.debug', '.rel.debug', '.BTF', '.rel.BTF', '.strtab', '.symtab',
                            '.llvm_addrsig', '.eh_frame', '.rel.eh_frame', '.comment')):
            continue
        if kind == SHT_REL:
            yield from relocation_lines(elf, header, name, content)
        elif kind in (SHT_PROGBITS, SHT_NOBITS) and size:
            yield f'section {name}: type {kind} flags {flags:#x} size {size} align {alignment} ' \
                  f'entry {entry}'
            width = 8 if flags & SHF_EXECINSTR else 16
            for at in range(0, len(content), width):
                yield f'{name}+{at:#06x}: {content[at:at + width].hex()}'
    for name, binding, kind, other, section, value, size in sorted(elf.symbols):
        if binding != STB_LOCAL:
            yield f'symbol {name}: {binding} {kind} {other} {elf.section_name(section)} ' \
                  f'{value:#x} {size}'
    if elf.content('.BTF') is not None:
        btf = Btf(elf, elf.content('.BTF'))
        yield from btf.lines()
        if elf.content('.BTF.ext') is not None:
            yield from ext_lines(elf, btf, elf.content('.BTF.ext'))
