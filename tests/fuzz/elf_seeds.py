# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Small ELF files, made byte by byte: the seeds of the target that reads libraries."""
import platform
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from elf_image import Strings  # noqa: E402

MACHINES = {"x86_64": 62, "aarch64": 183}
LOAD, DYNAMIC, INTERP, PT_NOTE, STACK, RELRO = 1, 2, 3, 4, 0x6474E551, 0x6474E552
STRTAB, RELA, HASH, NOTE, NOBITS, DYNSYM, GNU_HASH = 3, 4, 5, 7, 8, 11, 0x6FFFFFF6
SHT_DYNAMIC, VERDEF, VERNEED, VERSYM = 6, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
DT_NEEDED, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_RELA, DT_RELASZ, DT_STRSZ = 1, 4, 5, 6, 7, 8, 10
DT_SONAME, DT_TEXTREL, DT_BIND_NOW, DT_GNU_HASH = 14, 22, 24, 0x6FFFFEF5
DT_VERSYM, DT_VERDEF, DT_VERNEED, DT_FLAGS_1 = 0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFE, 0x6FFFFFFB
PIE = 0x08000000
FUNC, OBJECT, TLS = 2, 1, 6
GLOBAL, WEAK = 1 << 4, 2 << 4
HIDDEN = 0x8000


def definitions(name, soname, nodes):
    """A table of version definitions from (node, parents)."""
    data = b""
    entries = [(1, 1, [soname])] + [(0, 2 + i, [node, *parents])
                                    for i, (node, parents) in enumerate(nodes)]
    for flags, index, names in entries:
        size = 20 + 8 * len(names)
        following = 0 if index == len(nodes) + 1 else size
        data += struct.pack("<HHHHIII", 1, flags, index, len(names), 0, 20, following)
        for i, text in enumerate(names):
            data += struct.pack("<II", name(text), 8 if i + 1 < len(names) else 0)
    return data


def needs(name, wanted):
    """A table of version needs from (library, [(node, index)])."""
    data = b""
    for number, (library, versions) in enumerate(wanted):
        size = 16 + 16 * len(versions)
        following = size if number + 1 < len(wanted) else 0
        data += struct.pack("<HHIII", 1, len(versions), name(library), 16, following)
        for i, (node, index) in enumerate(versions):
            data += struct.pack("<IHHII", 0, 0, index, name(node),
                                16 if i + 1 < len(versions) else 0)
    return data


def hash_table(count):
    """The gABI's hash table of all symbols, of whose chains nothing is read."""
    return struct.pack("<II", 1, count) + bytes(4 * (1 + count))


def gnu_hash_table(first, count):
    """A GNU hash table of the symbols from `first` on, in one bucket."""
    chain = [2] * (count - first - 1) + [3] * (count > first)
    return struct.pack(f"<IIIIQI{len(chain)}I", 1, first, 1, 6, 0, first if chain else 0, *chain)


def relocations(count):
    """A relocation for each symbol."""
    return b"".join(struct.pack("<QQQ", 0, symbol << 32 | 6, 0) for symbol in range(1, count))


def elf(soname="libbpf.so.1", nodes=(("LIBBPF_0.0.1", ()),), symbols=(), needed=("libc.so.6",),
        wanted=(), tags=(), segments=((STACK, 6), (RELRO, 4)), debug=False, kind=3, found="hash"):
    """An ELF file. symbols: (name, version, info, is it defined). found: how they are counted."""
    name, section_name = Strings(), Strings()
    entries = struct.pack("<IBBHQQ", 0, 0, 0, 0, 0, 0)
    versions = struct.pack("<H", 0)
    for symbol, version, info, defined in symbols:
        entries += struct.pack("<IBBHQQ", name(symbol), info, 0, 1 if defined else 0, 64, 1)
        versions += struct.pack("<H", version)
    tables = [(".dynsym", DYNSYM, DT_SYMTAB, entries),
              (".gnu.version", VERSYM, DT_VERSYM, versions)]
    count = 1 + len(symbols)
    if found == "hash":
        tables.append((".hash", HASH, DT_HASH, hash_table(count)))
    elif found == "gnu_hash":
        first = 1 + sum(1 for symbol in symbols if not symbol[3])
        tables.append((".gnu.hash", GNU_HASH, DT_GNU_HASH, gnu_hash_table(first, count)))
    elif found == "relocations":
        tables.append((".rela.dyn", RELA, DT_RELA, relocations(count)))
        tags = [*tags, (DT_RELASZ, 24 * (count - 1))]
    if nodes:
        tables.append((".gnu.version_d", VERDEF, DT_VERDEF, definitions(name, soname, nodes)))
    if wanted:
        tables.append((".gnu.version_r", VERNEED, DT_VERNEED, needs(name, wanted)))
    dynamic = [(DT_NEEDED, name(library)) for library in needed] + list(tags)
    if soname:
        dynamic.append((DT_SONAME, name(soname)))
    dynamic.append((DT_STRSZ, len(name.data)))
    tables.append((".dynstr", STRTAB, DT_STRTAB, name.data))
    tables.append((".note", NOTE, None, struct.pack("<III4s4s", 4, 4, 3, b"GNU", b"\1\2\3\4")))
    if debug:
        tables.append((".debug_info", 1, None, b"debug"))

    at = 64 + 56 * (3 + len(segments))
    body, headers = b"", [bytes(64)]

    def add(title, number, data, size=None):
        nonlocal body
        body += bytes(-len(body) % 8)
        place = at + len(body)
        body += data
        headers.append(struct.pack("<IIQQQQIIQQ", section_name(title), number, 0, place, place,
                                   len(data) if size is None else size, 0, 0, 8, 0))
        return place
    for title, number, tag, data in tables:
        place = add(title, number, data)
        if number == NOTE:
            note = place, len(data)
        if tag is not None:
            dynamic.append((tag, place))
    data = b"".join(struct.pack("<QQ", *entry) for entry in dynamic + [(0, 0)])
    where = add(".dynamic", SHT_DYNAMIC, data), len(data)
    section_name(".shstrtab")
    add("", STRTAB, section_name.data)
    body += bytes(-len(body) % 8)
    whole = at + len(body)
    program = [(LOAD, 5, 0, whole), (DYNAMIC, 6, *where), (PT_NOTE, 4, *note)]
    program += [(number, flags, 0, 0) for number, flags in segments]
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", kind,
                         MACHINES.get(platform.machine(), 0), 1, 0, 64, whole, 0, 64, 56,
                         len(program), 64, len(headers), len(headers) - 1)
    header += b"".join(struct.pack("<IIQQQQQQ", number, flags, place, place, place, size, size, 8)
                       for number, flags, place, size in program)
    return header + body + b"".join(headers)


def seeds():
    """The seeds by name."""
    chain = [("LIBBPF_0.0.1", ()), ("LIBBPF_0.0.2", ("LIBBPF_0.0.1",)),
             ("LIBBPF_0.0.4", ("LIBBPF_0.0.2",))]
    good = ("perf_buffer__poll", 4, GLOBAL | FUNC, True)
    wanted = [("libbpf.so.1", [("LIBBPF_0.0.4", 2), ("LIBBPF_0.6.0", 3)]),
              ("libc.so.6", [("GLIBC_2.2.5", 4)])]
    imports = [("perf_buffer__poll", 2, GLOBAL | FUNC, False), ("puts", 4, GLOBAL | FUNC, False),
               ("perf_buffer__new", 3, WEAK | FUNC, False), ("stderr", 4, GLOBAL | OBJECT, True)]
    whole = elf(nodes=chain, symbols=[good])
    return {
        "library": whole,
        "library_debug": elf(nodes=chain, symbols=[good], debug=True),
        "preload": elf("libringside.so.1", chain, [good]),
        "compat": elf(nodes=chain, symbols=[
            ("xsk_umem__create", 3 | HIDDEN, GLOBAL | FUNC, True),
            ("xsk_umem__create", 4, GLOBAL | FUNC, True)]),
        "kinds": elf(nodes=chain, symbols=[
            ("perf_buffer__poll", 4, GLOBAL | OBJECT, True), ("perf_buffer__free", 4, WEAK | FUNC,
                                                              True),
            ("btf__new", 2, GLOBAL | TLS, True), ("extra", 1, GLOBAL | FUNC, True),
            ("local", 0, GLOBAL | FUNC, True), ("LIBBPF_0.0.1", 2, GLOBAL | OBJECT, True)]),
        "twice": elf(nodes=chain + chain[:1], symbols=[good, good]),
        "no_version": elf(nodes=chain, symbols=[("perf_buffer__poll", 9, GLOBAL | FUNC, True)]),
        "no_nodes": elf(nodes=(), symbols=[("perf_buffer__poll", 1, GLOBAL | FUNC, True)]),
        "no_soname": elf("", chain, [good]),
        "other_node": elf(nodes=chain + [("LIBBPF_9.9.9", ("LIBBPF_0.0.4",)), ("OTHER", ())]),
        "ring_of_nodes": elf(nodes=[("X", ("Y",)), ("Y", ("X",)), ("LIBBPF_0.0.2", ("X",))]),
        "program": elf("", (), imports, ("libbpf.so.1", "libc.so.6"), wanted, [(DT_FLAGS_1, PIE)]),
        "module": elf("", (), [("perf_buffer__poll", 1, GLOBAL | FUNC, False)], (), wanted),
        "interpreted": elf("", (), imports, (), wanted, segments=((INTERP, 4), (STACK, 7))),
        "fixed": elf("", (), imports, (), wanted, kind=2),
        "hardened_badly": elf(nodes=chain, symbols=[good], segments=(), needed=("libm.so.6", "x"),
                              tags=[(DT_TEXTREL, 0), (DT_BIND_NOW, 0)]),
        "strange_names": elf("lib\x1b[2J\nbpf.so", [("LIBBPF_\xff", ("\r",))],
                             [("\0", 2, GLOBAL | FUNC, True), ("<&\">", 2, GLOBAL | FUNC, True)]),
        "gnu_hash": elf(nodes=chain, symbols=[good, good], found="gnu_hash"),
        "gnu_hash_of_none": elf("", (), imports[:3], (), wanted, found="gnu_hash"),
        "relocated": elf("", (), imports, (), wanted, found="relocations"),
        "no_sections": whole[:40] + bytes(8) + whole[48:60] + bytes(4) + whole[64:],
        "static": elf(kind=2)[:56] + bytes(2) + elf(kind=2)[58:],
        "cut": whole[:-100], "header": whole[:64], "text": b"INPUT(libbpf.so.1)\n",
        "object": elf(kind=1), "other_machine": whole[:18] + b"\x03\0" + whole[20:],
        "narrow": whole[:4] + b"\x01" + whole[5:], "archive": b"!<arch>\n",
    }
