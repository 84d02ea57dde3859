# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Small objects for BPF: the seeds of the target that links them."""
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from btf_image import DATASEC, FUNC, FUNC_PROTO, INT, VAR, Btf, ext  # noqa: E402
from elf_image import (NOBITS, PROGBITS, REL, STRTAB, SYMTAB, Layout, Section,  # noqa: E402
                       Strings, image)

FUNC_TYPE, NOTYPE, OBJECT, SECTION_TYPE = 2, 0, 1, 3
LOCAL, GLOBAL, WEAK = 0, 1, 2
WRITE, ALLOC, CODE = 1, 2, 4
TEXT = 1  # where ".text" stands in the strings of the BTF


def types(order, linkage):
    """int, a function and a variable, in their sections."""
    btf = Btf(order)
    assert btf.name(".text") == TEXT
    number = btf.type(INT, btf.name("int"), 0, 4, 1 << 24 | 32)
    prototype = btf.type(FUNC_PROTO, 0, 1, number, btf.name("a"), number)
    btf.type(FUNC, btf.name("f"), linkage, prototype)
    variable = btf.type(VAR, btf.name("v"), 0, number, linkage)
    btf.type(DATASEC, btf.name(".data"), 1, 4, variable, 0, 4)
    return btf.bytes()


def thing(order="<", binding=GLOBAL, defined=True, with_ext=False, license_text=b"GPL\0"):
    """An object with a function, a variable, a call to the section, and a license."""
    layout, names = Layout(True, order), Strings()
    code = bytes([0x85, 0x10, 0, 0]) + struct.pack(order + "i", -1) + bytes([0x95]) + bytes(7)
    symbols = layout.symbol() + layout.symbol(0, SECTION_TYPE, 0, 1)
    if defined:
        symbols += layout.symbol(names("f"), binding << 4 | FUNC_TYPE, 0, 1, 0, 16)
        symbols += layout.symbol(names("v"), binding << 4 | OBJECT, 0, 2, 0, 4)
    else:
        symbols += layout.symbol(names("f"), binding << 4 | NOTYPE)
        symbols += layout.symbol(names("v"), binding << 4 | NOTYPE)
    sections = [
        Section(".text", PROGBITS, code, ALLOC | CODE),
        Section(".data", PROGBITS, b"data", ALLOC | WRITE),
        Section(".bss", NOBITS, flags=ALLOC | WRITE, nobits_size=8),
        Section("license", PROGBITS, license_text, ALLOC),
        Section(".rel.text", REL, struct.pack(order + "QQ", 0, 1 << 32 | 10), link=6, info=1,
                entry_size=16),
        Section(".symtab", SYMTAB, symbols, link=7, info=2, entry_size=24),
        Section(".strtab", STRTAB, names.data),
        Section(".BTF", PROGBITS, types(order, 1 if defined else 2)),
    ]
    if with_ext:
        # A function, a line and a relocation, all in .text.
        records = ext([(TEXT, [(0, 3)])], [(TEXT, [(0, 1, 1, 1024)])], [(TEXT, [(0, 1, 1, 0)])],
                      order)
        sections.append(Section(".BTF.ext", PROGBITS, records))
    return image(sections, layout=layout)


def seeds():
    """Two objects: how long the first one is, and both."""
    def of(one, other=b""):
        return struct.pack("<H", len(one)) + one + other
    pairs = {
        "one": (thing(),), "declared": (thing(defined=False),),
        "definition_then_declaration": (thing(), thing(defined=False)),
        "declaration_then_definition": (thing(defined=False), thing()),
        "weak_then_strong": (thing(binding=WEAK), thing()), "two_definitions": (thing(), thing()),
        "big": (thing(">", defined=False), thing(">")), "both_orders": (thing(), thing(">")),
        "ext": (thing(with_ext=True),),
        "licenses": (thing(), thing(binding=WEAK, license_text=b"BSD\0")),
        "cut": (thing()[:200],), "nothing": (b"",),
    }
    return {name: of(*pair) for name, pair in pairs.items()}
