#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The table of docs/environment.md has the variables that the sources name, and no other."""
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / 'docs' / 'environment.md'
NAME = re.compile(r'"((?:RINGSIDE|LIBBPF)_[A-Z0-9_]+)"')


def named_in_sources():
    return {name for folder in ('src', 'abi') for path in (ROOT / folder).rglob('*.?pp')
            for name in NAME.findall(path.read_text(encoding='utf-8'))}


class Environment(unittest.TestCase):
    def test_the_table_has_what_the_sources_read(self):
        rows = re.findall(r'^\| `(\w+)`', PAGE.read_text(encoding='utf-8'), re.M)
        self.assertIn('RINGSIDE_WAKEUPS', rows)
        self.assertEqual(sorted(rows), sorted(named_in_sources()))

    def test_variables_are_read_in_one_way(self):
        """So that no program with more rights than its user has reads any."""
        readers = [f'{path.relative_to(ROOT)}' for folder in ('src', 'abi')
                   for path in (ROOT / folder).rglob('*.?pp')
                   if re.search(r'\bgetenv|environ\b', path.read_text(encoding='utf-8'))]
        self.assertEqual(readers, [])
        process = ROOT / 'src/os/linux/process.cpp'
        self.assertIn('secure_getenv', process.read_text(encoding='utf-8'))


if __name__ == '__main__':
    sys.exit(unittest.main())
