# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Random BTFs, the same ones for each seed: units of one C program, and graphs without sense."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import btf_image as image  # noqa: E402


class Program:
    """Structs, unions, enums and typedefs that refer to each other, as C would declare them. A
    declaration is (kind, name, facts); facts of a struct are its members (name, expression)."""

    def __init__(self, random):
        self.random, self.declarations = random, {}
        for number in range(random.randint(2, 6)):
            kind = random.choices((image.STRUCT, image.UNION, image.ENUM, image.ENUM64,
                                   image.TYPEDEF), (8, 2, 2, 1, 4))[0]
            self.declarations[number] = kind, f"n{number % 5}", None
        for number, (kind, name, _) in self.declarations.items():
            self.declarations[number] = kind, name, self.facts(kind)

    def facts(self, kind):
        random = self.random
        if kind in (image.ENUM, image.ENUM64):
            return [(f"E{value}", value) for value in range(random.randint(1, 3))]
        if kind == image.TYPEDEF:
            return self.expression()
        return [(f"m{number}", self.expression()) for number in range(random.randint(0, 4))]

    def expression(self, depth=0):
        random = self.random
        kind = random.choice(
            ("int", "long", "float", "named", "named", "pointer", "pointer", "const", "array",
             "function", "unnamed") if depth < 3 else ("int", "named"))
        if kind == "named":
            return kind, random.choice(list(self.declarations))
        if kind in ("pointer", "const"):
            return kind, self.expression(depth + 1)
        if kind == "array":
            return kind, random.randint(1, 3), self.expression(depth + 1)
        if kind == "function":
            return kind, self.expression(depth + 1), [self.expression(depth + 1)
                                                      for _ in range(random.randint(0, 2))]
        if kind == "unnamed":
            return kind, [(f"u{number}", self.expression(depth + 1))
                          for number in range(random.randint(1, 2))]
        return (kind,)


class Unit:
    """What a compiler writes for a part of a program into a BTF: each type once, but for a few that
    it writes twice; some structs and enums only as forward declarations, some a bit different."""

    def __init__(self, program, btf, random, base=None):
        self.program, self.btf, self.random = program, btf, random
        # A unit that is split over another refers to most of its types.
        self.ids = {key: made for key, made in base.keys.items() if random.random() < 0.7} \
            if base else {}
        self.strings, btf.keys = {}, self.ids
        self.hidden = {n for n in program.declarations if random.random() < 0.3}
        self.changed = {n for n in program.declarations if random.random() < 0.1}

    def name(self, text):
        if text not in self.strings or self.random.random() < 0.02:
            self.strings[text] = self.btf.name(text)
        return self.strings[text]

    def write(self, everything=False):
        numbers = list(self.program.declarations)
        self.random.shuffle(numbers)
        self.id(("int",))
        for number in numbers[:len(numbers) if everything else
                              self.random.randint(1, len(numbers))]:
            self.id(("named", number))
        if self.random.random() < 0.5:
            function = self.btf.type(image.FUNC, self.name("f"), 1,
                                     self.id(("function", ("int",), [("pointer", ("named", 0))])))
            if self.random.random() < 0.3:
                self.btf.type(image.DECL_TAG, self.name("tag"), 0, function, -1 & 0xFFFFFFFF)
        if self.random.random() < 0.3:
            variable = self.btf.type(image.VAR, self.name("v"), 0, self.id(("named", 0)), 1)
            self.btf.type(image.DATASEC, self.name(".data"), 1, 8, variable, 0, 8)

    def id(self, expression):
        if expression == ("void",):
            return 0
        key = repr(expression)
        if key in self.ids and self.random.random() > 0.03:
            return self.ids[key]
        return self.make(key, expression)

    def type(self, key, *words, **more):
        """A type that is known by its key from when its id is, so that it may lead to itself."""
        made = self.btf.type(*words, **more)
        self.ids[key] = made
        return made

    def fill(self, made, index, value):
        """Sets a word of a type that has been written."""
        self.btf.words[self.starts(made) + index] = value

    def starts(self, made):
        at = 0
        for _ in range(made - self.btf.first_id):
            at += size_of(self.btf.words, at)
        return at

    def make(self, key, expression):
        kind, *rest = expression
        if kind == "int":
            return self.type(key, image.INT, self.name("int"), 0, 4, 1 << 24 | 32)
        if kind == "long":
            return self.type(key, image.INT, self.name("long"), 0, 8, 1 << 24 | 64)
        if kind == "float":
            return self.type(key, image.FLOAT, self.name("double"), 0, 8)
        if kind in ("pointer", "const"):
            made = self.type(key, image.PTR if kind == "pointer" else image.CONST, 0, 0, 0)
            self.fill(made, 2, self.id(rest[0]))
            return made
        if kind == "array":
            made = self.type(key, image.ARRAY, 0, 0, 0, 0, 0, rest[0])
            self.fill(made, 3, self.id(rest[1]))
            self.fill(made, 4, self.id(("int",)))
            return made
        if kind == "function":
            made = self.type(key, image.FUNC_PROTO, 0, len(rest[1]), 0, *[0] * (2 * len(rest[1])))
            self.fill(made, 2, self.id(rest[0]))
            for number, parameter in enumerate(rest[1]):
                self.fill(made, 3 + 2 * number, self.name(f"p{number}"))
                self.fill(made, 4 + 2 * number, self.id(parameter))
            return made
        if kind == "unnamed":
            return self.composite(key, image.STRUCT, 0, rest[0])
        return self.named(key, rest[0])

    def named(self, key, number):
        kind, name, facts = self.program.declarations[number]
        name = self.name(name)
        if kind == image.TYPEDEF:
            made = self.type(key, kind, name, 0, 0)
            self.fill(made, 2, self.id(facts))
            return made
        if kind in (image.ENUM, image.ENUM64):
            if number in self.hidden:
                return self.type(key, image.ENUM, name, 0, 4)
            if number in self.changed:
                facts = facts + [("EX", 9)]
            words = [word for text, value in facts for word in
                     ((self.name(text), value) if kind == image.ENUM else
                      (self.name(text), value, 0))]
            return self.type(key, kind, name, len(facts), 4 if kind == image.ENUM else 8, *words)
        if number in self.hidden:
            return self.type(key, image.FWD, name, 0, 0,
                             flag=image.FLAG if kind == image.UNION else 0)
        if number in self.changed:
            facts = facts + [("more", ("int",))]
        return self.composite(key, kind, name, facts)

    def composite(self, key, kind, name, members):
        words = [0] * (3 * len(members))
        made = self.type(key, kind, name, len(members), 8 * len(members), *words)
        for number, (text, expression) in enumerate(members):
            self.fill(made, 3 + 3 * number, self.name(text))
            self.fill(made, 4 + 3 * number, self.id(expression))
            self.fill(made, 5 + 3 * number, 64 * number if kind == image.STRUCT else 0)
        return made


EXTRA = {image.INT: 1, image.ARRAY: 3, image.VAR: 1, image.DECL_TAG: 1}
ELEMENT = {image.STRUCT: 3, image.UNION: 3, image.ENUM: 2, image.FUNC_PROTO: 2, image.DATASEC: 3,
           image.ENUM64: 3}


def size_of(words, at):
    kind, vlen = words[at + 1] >> 24 & 0x1F, words[at + 1] & 0xFFFF
    return 3 + EXTRA.get(kind, 0) + ELEMENT.get(kind, 0) * vlen


def wild(random, btf, kinds):
    """4 to 25 types over a few names, which lead anywhere. `kinds` may be drawn."""
    count = random.randint(4, 25)
    first, end = btf.first_id, btf.end_id() + count
    names = [0] + [btf.name(f"w{number % 4}") for number in range(random.randint(2, 5))]

    def name():
        return random.choice(names)

    def some_id():
        return random.choice((0, random.randrange(1, end), random.randrange(first, end)))

    # A FUNC leads to a FUNC_PROTO, or nothing is read.
    chosen = [random.choice(kinds) for _ in range(count)]
    prototypes = [first + at for at, kind in enumerate(chosen) if kind == image.FUNC_PROTO]
    for kind in chosen:
        flag = image.FLAG if kind in (image.FWD, image.ENUM) and random.random() < 0.3 else 0
        vlen = random.randint(0, 2) if kind in ELEMENT else 0
        third, rest = some_id(), []
        if kind in (image.STRUCT, image.UNION, image.ENUM, image.ENUM64, image.FLOAT,
                    image.INT, image.DATASEC):
            third = random.choice((4, 8))
        if kind == image.INT:
            rest = [random.choice((32, 1 << 24 | 32))]
        elif kind == image.ARRAY:
            third, rest = 0, [some_id(), some_id(), random.randint(0, 2)]
        elif kind in (image.STRUCT, image.UNION):
            rest = [word for _ in range(vlen)
                    for word in (name(), some_id(), random.choice((0, 32)))]
        elif kind == image.ENUM:
            rest = [word for _ in range(vlen) for word in (name(), random.randint(0, 1))]
        elif kind == image.ENUM64:
            rest = [word for _ in range(vlen) for word in (name(), random.randint(0, 1), 0)]
        elif kind == image.FWD:
            third = 0
        elif kind == image.FUNC:
            if not prototypes:
                kind = image.PTR
            else:
                third = random.choice(prototypes)
        elif kind == image.FUNC_PROTO:
            rest = [word for _ in range(vlen) for word in (name(), some_id())]
        elif kind in (image.VAR, image.DECL_TAG):
            rest = [random.randint(0, 1)]
        elif kind == image.DATASEC:
            rest = [word for _ in range(vlen) for word in (some_id(), 0, 4)]
        btf.type(kind, name(), vlen, third, *rest, flag=flag)
    return btf
