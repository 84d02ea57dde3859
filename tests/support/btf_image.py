# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""BTF in the making, word by word, so that it can be wrong: for fuzz targets and for tests."""
import struct

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST = range(1, 11)
RESTRICT, FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(11, 20)
UNKNOWN = 20
FLAG = 1 << 31
MAGIC = 0xEB9F


class Btf:
    """Types and strings. order: "<" or ">". A split one goes on behind its base, `over`, as that is
    now; with split alone, behind one of no strings."""

    def __init__(self, order="<", split=False, over=None):
        self.order, self.words, self.count = order, [], 0
        self.strings, self.first_string, self.first_id = (b"" if split or over else b"\0"), 0, 1
        if over:
            self.first_string, self.first_id = over.first_string + len(over.strings), over.end_id()

    def end_id(self):
        return self.first_id + self.count

    def name(self, text):
        """The offset of a string that is added."""
        at = self.first_string + len(self.strings)
        self.strings += text.encode() + b"\0"
        return at

    def type(self, kind, name=0, vlen=0, third=0, *rest, flag=0):
        """The id of a type that is added."""
        self.words += [name, flag | kind << 24 | vlen, third, *rest]
        self.count += 1
        return self.end_id() - 1

    def bytes(self, layout=b"", gap=0, header=b"", tail=b"", lengths=(0, 0), magic=MAGIC):
        words = b"".join(struct.pack(self.order + "I", word & 0xFFFFFFFF) for word in self.words)
        body, layout_at = bytes(gap) + words + bytes(gap), 0
        if layout:
            layout_at, body = len(body), body + layout + bytes(gap)
        fields = [gap, len(words) + lengths[0], len(body), len(self.strings) + lengths[1]]
        if layout or header:
            fields += [layout_at, len(layout)]
        size = 8 + 4 * len(fields) + len(header)
        return (struct.pack(self.order + "HBBI%dI" % len(fields), magic, 1, 0, size, *fields)
                + header + body + self.strings + tail)


def ext(functions=(), lines=(), relocations=(), order="<", sizes=(8, 16, 16)):
    """A .BTF.ext of sections (name, records), each record a list of words. Sizes are those that it
    says its records have."""
    parts = []
    for size, sections in zip(sizes, (functions, lines, relocations)):
        part = struct.pack(order + "I", size) if sections else b""
        for name, records in sections:
            part += struct.pack(order + "2I", name, len(records))
            for record in records:
                part += struct.pack(order + "%dI" % len(record), *record)
        parts.append(part)
    fields, at = [], 0
    for part in parts:
        fields += [at if part else 0, len(part)]
        at += len(part)
    return struct.pack(order + "HBBI6I", MAGIC, 1, 0, 32, *fields) + b"".join(parts)
