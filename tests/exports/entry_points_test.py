#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Each function that the symbol list calls done is defined once, in the folder of its family, and
abi/ defines no other."""
import collections
import pathlib
import re
import sys
import unittest

import symbol_list

ABI = symbol_list.ROOT / 'abi'
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/', re.S)
# A version node stands before the definition that it is for, as in abi/boundary/symver.hpp.
DEFINITION = re.compile(r'(?:RINGSIDE_SYMVER\(\w+, "(?P<versioned>\w+@\w[\w.]*)"\)\s*'
                        r'(?:extern "C"\s*)?)?'
                        r'\b(?:LIBBPF|RINGSIDE)_API\b[^;{}=()]*?\b(?P<name>\w+)\s*\([^;{}]*\{')


def entry_points(text):
    """The functions that a source file exports: name, or name@NODE of a compatibility symbol."""
    return [match['versioned'] or match['name']
            for match in DEFINITION.finditer(COMMENT.sub('', text))]


def spelled(symbol):
    """How entry_points() calls a symbol."""
    return f'{symbol.name}@{symbol.node}' if symbol.kind == 'compat' else symbol.name


def problems_with(symbols, sources):
    """What list and sources differ in, as lines to print. `sources` is {path below abi/: text}."""
    places = collections.defaultdict(list)
    for path, text in sources.items():
        for name in entry_points(text):
            places[name].append(path)
    done = {spelled(symbol): symbol for symbol in symbols if symbol.status == 'done'}
    problems = [f'{name} is defined in {path}, and not done in the list'
                for name in sorted(set(places) - set(done)) for path in places[name]]
    for name, symbol in sorted(done.items()):
        where = places.get(name, [])
        if len(where) != 1:
            problems.append(f'{name} is defined in {len(where)} files: {", ".join(where)}')
        elif pathlib.PurePath(where[0]).parts[0] != symbol.family:
            problems.append(f'{name} is of the family {symbol.family}, and defined in {where[0]}')
    return problems


class EntryPoints(unittest.TestCase):
    def test_each_is_in_the_folder_of_its_family(self):
        sources = {str(path.relative_to(ABI)): path.read_text(encoding='utf-8')
                   for path in ABI.rglob('*.cpp')}
        self.assertEqual(problems_with(symbol_list.load(ABI / 'symbols.txt'), sources), [])

    def test_the_comparison_finds_what_is_wrong(self):
        symbols = symbol_list.parse([
            'thing__new LIBBPF_0.0.4 compat ringside ring done',
            'thing__free LIBBPF_0.8.0 default both ring done',
            'thing__new LIBBPF_0.8.0 default both ring done',
            'later LIBBPF_1.0.0 default libbpf btf todo'])
        old = 'RINGSIDE_SYMVER(old, "thing__new@LIBBPF_0.0.4")\n' \
              'extern "C" LIBBPF_API thing* old(int fd) {\n'
        good = {'ring/free.cpp': '// LIBBPF_API int other() {\n'
                                 'LIBBPF_API void thing__free(thing*) {',
                'ring/new.cpp': 'LIBBPF_API int call(int);\n'
                                'extern "C" LIBBPF_API struct thing* thing__new(int fd) {\n',
                'ring/old.cpp': old}
        self.assertEqual(problems_with(symbols, good), [])
        for path, text, words in (
                ('ring/new.cpp', '', 'thing__new is defined in 0 files'),
                ('ring/old.cpp', '', 'thing__new@LIBBPF_0.0.4 is defined in 0'),
                ('util/free.cpp', good['ring/free.cpp'],
                 'in 2 files: ring/free.cpp, util/free.cpp'),
                ('ring/free.cpp', '', 'thing__free is defined in 0 files'),
                ('btf/later.cpp', 'LIBBPF_API int later() {', 'later is defined in btf/later.cpp')):
            with self.subTest(path=path, text=text):
                problems = problems_with(symbols, {**good, path: text})
                self.assertEqual(len(problems), 1, problems)
                self.assertRegex(problems[0], words)
        moved = {**good, 'ring/free.cpp': '', 'util/free.cpp': good['ring/free.cpp']}
        self.assertEqual(problems_with(symbols, moved), [
            'thing__free is of the family ring, and defined in util/free.cpp'])


if __name__ == '__main__':
    sys.exit(unittest.main())
