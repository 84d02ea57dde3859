# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Small BTFs, made word by word: the seeds of the targets that read BTF."""
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from btf_image import (ARRAY, CONST, DATASEC, DECL_TAG, ENUM, ENUM64, FLAG, FLOAT,  # noqa: E402
                       FUNC, FUNC_PROTO, FWD, INT, PTR, RESTRICT, STRUCT, TYPEDEF, TYPE_TAG, UNION,
                       UNKNOWN, VAR, VOLATILE, Btf, ext)

# Bytes once and for each element, of each kind.
LAYOUT = {INT: (4, 0), ARRAY: (12, 0), STRUCT: (0, 12), UNION: (0, 12), ENUM: (0, 8),
          FUNC_PROTO: (0, 8), VAR: (4, 0), DATASEC: (0, 12), DECL_TAG: (4, 0), ENUM64: (0, 12)}


def every_kind(order="<", split=False):
    """One type of each kind, all connected."""
    btf = Btf(order, split)
    name = btf.name
    number = btf.type(INT, name("int"), 0, 4, 1 << 24 | 32)
    long = btf.type(INT, name("long"), 0, 8, 1 << 24 | 64)
    pointer = btf.type(PTR, 0, 0, number)
    array = btf.type(ARRAY, 0, 0, 0, pointer, number, 3)
    struct_ = btf.type(STRUCT, name("s"), 3, 16, name("a"), number, 0, name("bits"), number,
                       3 << 24 | 32, name("p"), pointer, 64, flag=FLAG)
    btf.type(UNION, name("u"), 2, 24, name("x"), array, 0, name("y"), struct_, 0)
    btf.type(ENUM, name("e"), 2, 4, name("E_A"), 0, name("E_B"), -1, flag=FLAG)
    btf.type(FWD, name("fwd"), 0, 0, flag=FLAG)
    typedef = btf.type(TYPEDEF, name("t"), 0, struct_)
    btf.type(VOLATILE, 0, 0, typedef)
    const = btf.type(CONST, 0, 0, typedef)
    btf.type(RESTRICT, 0, 0, pointer)
    proto = btf.type(FUNC_PROTO, 0, 2, number, name("x"), const, 0, 0)
    function = btf.type(FUNC, name("f"), 1, proto)
    variable = btf.type(VAR, name("v"), 0, typedef, 1)
    btf.type(DATASEC, name(".data"), 1, 16, variable, 0, 16)
    btf.type(FLOAT, name("double"), 0, 8)
    btf.type(DECL_TAG, name("tag"), 0, function, 0)
    btf.type(TYPE_TAG, name("user"), 0, long)
    btf.type(ENUM64, name("e64"), 2, 8, name("L"), 0, 1, name("M"), -1, -1)
    return btf


def layout(order="<", last=(4, 4)):
    """A table of layouts, with an entry for a kind that is not known."""
    entries = [LAYOUT.get(kind, (0, 0)) for kind in range(UNKNOWN)] + [last]
    return b"".join(struct.pack(order + "BBH", *entry, 0) for entry in entries)


def loops():
    """Types that lead to themselves."""
    btf = Btf()
    btf.type(TYPEDEF, btf.name("t"), 0, 1)
    btf.type(CONST, 0, 0, 3)
    btf.type(PTR, 0, 0, 2)
    btf.type(STRUCT, btf.name("s"), 2, 8, 0, 4, 0, 0, 5, 32)
    btf.type(ARRAY, 0, 0, 0, 4, 1, 0xFFFFFFFF)
    return btf


def unknown(order="<"):
    btf = every_kind(order)
    btf.type(UNKNOWN, btf.name("new"), 2, 77, 1, 2, 3)
    return btf


def read():
    """Inputs of btf_read: a byte of flags, then a BTF. Flag 1: split over a base."""
    plain, split = b"\0", b"\1"
    whole = every_kind().bytes()
    seeds = {
        "every_kind": plain + whole,
        "every_kind_big": plain + every_kind(">").bytes(),
        "split": split + every_kind(split=True).bytes(),
        "empty": plain + Btf().bytes(), "empty_split": split + Btf(split=True).bytes(),
        "loops": plain + loops().bytes(),
        "layout": plain + unknown().bytes(layout()),
        "layout_big": plain + unknown(">").bytes(layout(">")),
        "layout_huge": plain + unknown().bytes(layout(last=(252, 252))),
        "layout_odd": plain + unknown().bytes(layout(last=(3, 2))),
        "unknown": plain + unknown().bytes(),
        "gaps": plain + every_kind().bytes(gap=8, tail=b"tail"),
        "gaps_layout": plain + unknown().bytes(layout(), gap=4),
        "header_zeros": plain + every_kind().bytes(header=bytes(12)),
        "header_unknown": plain + every_kind().bytes(header=b"new!"),
        "types_cut": plain + every_kind().bytes(lengths=(-4, 0)),
        "types_long": plain + every_kind().bytes(lengths=(4, 0)),
        "strings_cut": plain + every_kind().bytes(lengths=(0, -1)),
        "strings_long": plain + every_kind().bytes(lengths=(0, 1)),
        "magic": plain + every_kind().bytes(magic=0x9FEA), "cut": plain + whole[:30],
        "header_short": plain + whole[:4] + b"\x10" + whole[5:],
    }
    bad = Btf()
    bad.type(FUNC, bad.name("f"), 0, 2)
    bad.type(PTR, 0, 0, 0)
    seeds["func_of_no_proto"] = plain + bad.bytes()
    far = Btf()
    far.type(FUNC_PROTO, 0, 0, 0x7000000)
    seeds["return_beyond"] = plain + far.bytes()
    vast = Btf()
    vast.type(STRUCT, 0, 0xFFFFFF, 0)
    seeds["many_members"] = plain + vast.bytes()
    return seeds


def dump():
    """Inputs of btf_dump: how many bytes of data there are, the data, and a BTF."""
    data = bytes(range(40))

    def of(btf, some=data):
        return bytes([len(some)]) + some + btf.bytes()
    names = Btf()
    number = names.type(INT, names.name("int"), 0, 4, 1 << 24 | 32)
    for name in "s", "s", "s___2":
        names.type(STRUCT, names.name(name), 1, 4, names.name("m"), number, 0)
    return {"every_kind": of(every_kind()), "no_data": of(every_kind(), b""),
            "cut_data": of(every_kind(), data[:5]), "loops": of(loops()), "names": of(names)}


def co_re():
    """Inputs of co_re: a record, two instructions, and the BTF of a program and of a kernel."""

    def of(kind, type_id, access, code, local=every_kind(), target=every_kind()):
        program = struct.pack("<BBhi", code, 1, 0, 0) + struct.pack("<BBhi", 0, 0, 0, 0)
        return (bytes([kind, type_id, len(access)]) + access + program
                + struct.pack("<H", len(local.bytes())) + local.bytes() + target.bytes())
    struct_id, enum_id, load, move, wide = 5, 7, 0x61, 0xb7, 0x18
    seeds = {"field_%d" % kind: of(kind, struct_id, b"0:1", load) for kind in range(6)}
    seeds.update({"type_%d" % kind: of(kind, struct_id, b"0", move) for kind in (6, 7, 8, 9, 12)})
    seeds.update({"enumerator_%d" % kind: of(kind, enum_id, b"1", wide) for kind in (10, 11)})
    seeds.update({"not_there": of(0, struct_id, b"0:2", load, target=Btf()),
                  "no_access": of(0, struct_id, b"", load),
                  "loops": of(0, 1, b"0:0:0", load, loops(), loops())})
    return seeds


def units():
    """Two units of one program, with a forward declaration and an enum that is one."""
    btf = Btf()
    name = btf.name
    for _ in range(2):
        at = btf.end_id()
        btf.type(INT, name("int"), 0, 4, 1 << 24 | 32)
        btf.type(STRUCT, name("s"), 2, 16, name("next"), at + 2, 0, name("t"), at + 3, 64)
        btf.type(PTR, 0, 0, at + 1)
        btf.type(PTR, 0, 0, at + 4)
        btf.type(FWD, name("t"), 0, 0)
        btf.type(TYPEDEF, name("s_t"), 0, at + 1)
        btf.type(ENUM, name("e"), 0, 4)
        btf.type(ARRAY, 0, 0, 0, at + 5, at, 2)
    btf.type(STRUCT, name("t"), 1, 4, name("x"), 1, 0)
    btf.type(ENUM, name("e"), 1, 4, name("A"), 1)
    return btf


def dedup():
    """Inputs of btf_dedup: a byte of flags, the size of a .BTF.ext and that, then a BTF."""
    def with_ext(btf, records=b"", split=0):
        return struct.pack("<BH", split, len(records)) + records + btf.bytes()

    records = ext([(1, [(0, 1), (8, 9)])], [(1, [(0, 1, 1, 0)])], [(1, [(8, 5, 1, 0)])])
    beyond = ext([(1, [(0, 99)])])
    variable = Btf()
    variable.type(INT, variable.name("int"), 0, 4, 32)
    for at in (2, 4):
        variable.type(VAR, variable.name("v"), 0, 1, 1)
        variable.type(STRUCT, 0, 1, 4, 0, at, 0)
    chain = Btf()
    for at in range(20):
        chain.type(CONST, 0, 0, at + 2)
    chain.type(CONST, 0, 0, 1)
    return {"every_kind": with_ext(every_kind()), "units": with_ext(units()),
            "loops": with_ext(loops()),
            "ext": with_ext(units(), records), "ext_beyond": with_ext(units(), beyond),
            "split": with_ext(every_kind(split=True), split=1), "loop": with_ext(chain),
            "variable_in_struct": with_ext(variable), "unknown": with_ext(unknown())}


def ext_seeds():
    """Inputs of btf_ext: a .BTF.ext. Each part has two sections."""
    function, line, access = (0, 3), (8, 1, 2, 5 << 10 | 7), (16, 4, 9, 0)

    def parts(*records):
        return [[(1, list(some)), (7, list(some[:1]))] for some in records]
    all_parts = parts([function, (8, 4)], [line, line], [access])
    longer = parts([(*function, 77)], [(*line, 78)], [(*access, 79, 80)])
    whole = ext(*all_parts)
    header, body = whole[:32], whole[32:]

    def with_header(*fields):
        return struct.pack("<HBBI6I", 0xEB9F, 1, 0, 32, *fields) + body
    # Ids of functions are the size of the records of lines, and how many there are.
    ids_that_are_counts = bytearray(ext([(1, [(0, 16), (8, 1), (16, 3), (24, 4)])]))
    struct.pack_into("<2I", ids_that_are_counts, 16, 16, 28)
    functions, lines, relocations = (struct.unpack_from("<2I", header, at) for at in (8, 16, 24))
    return {
        "all": whole, "all_big": ext(*all_parts, order=">"),
        "functions": ext(all_parts[0]), "lines": ext((), all_parts[1]),
        "relocations": ext((), (), all_parts[2]), "no_parts": ext() + b"x",
        "longer_records": ext(*longer, sizes=(12, 20, 24)),
        "longer_records_big": ext(*longer, order=">", sizes=(12, 20, 24)),
        "short_header": struct.pack("<HBBI4I", 0xEB9F, 1, 0, 24, *functions, *lines) + body,
        "longer_header": header[:4] + struct.pack("<I", 36) + header[8:] + b"more" + body,
        "overlap": with_header(*functions, *relocations, *relocations),
        "overlap_within": ids_that_are_counts,
        "beyond": with_header(*functions, *lines, relocations[0] + 4, relocations[1]),
        "odd": with_header(functions[0] + 2, functions[1], *lines, *relocations),
        "no_records": ext([(1, [])]), "many_records": with_header(
            *functions, *lines, *relocations).replace(struct.pack("<2I", 1, 2),
                                                      struct.pack("<2I", 1, 1 << 29)),
        "cut": whole[:-1], "header_alone": header, "empty": b"",
    }


def relocate():
    """Inputs of btf_relocate: the sizes of a base and of a BTF split over it, both, and another."""
    def of(base, split, other):
        return struct.pack("<2H", len(base), len(split)) + base + split + other

    base, other = Btf(), Btf()
    number = base.type(INT, base.name("int"), 0, 4, 1 << 24 | 32)
    base.type(STRUCT, base.name("s"), 0, 16)
    base.type(FWD, base.name("fwd"), 0, 0, flag=FLAG)
    base.type(ENUM, base.name("e"), 0, 4)
    split = Btf(over=base)
    split.type(STRUCT, split.name("own"), 2, 24, 1, number, 0, split.name("m"), 2, 64)
    split.type(PTR, 0, 0, 3)
    split.type(TYPEDEF, split.name("t"), 0, 4)
    other.type(FLOAT, other.name("double"), 0, 8)
    other.type(UNION, other.name("fwd"), 0, 4)
    other.type(ENUM, other.name("e"), 1, 4, other.name("A"), 1)
    other.type(STRUCT, other.name("s"), 1, 16, other.name("m"), 5, 0)
    other.type(INT, other.name("int"), 0, 4, 1 << 24 | 32)
    whole = every_kind()
    over = Btf(over=whole)
    for at in range(1, whole.end_id()):
        over.type(PTR, 0, 0, at)
    return {"distilled": of(base.bytes(), split.bytes(), other.bytes()),
            "every_kind": of(whole.bytes(), over.bytes(), b""),
            "loops": of(loops().bytes(), Btf(over=loops()).bytes(), b"")}
