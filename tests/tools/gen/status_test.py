#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""docs/abi-status.md is what the symbol list says today, and its generator counts right."""
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tools' / 'gen'))
import status  # noqa: E402
import symbols  # noqa: E402

PAGE = ROOT / 'docs' / 'abi-status.md'
LIST = ['thing__free LIBBPF_0.0.4 default both ring done',
        'thing__new LIBBPF_0.0.4 compat ringside ring done',
        'libbpf_other LIBBPF_0.6.0 default libbpf util todo',
        'thing__new LIBBPF_0.6.0 default both ring todo']


class Page(unittest.TestCase):
    def test_the_page_is_what_the_list_says(self):
        made = '\n'.join(status.page(symbols.load(ROOT / 'abi' / 'symbols.txt')))
        self.assertEqual(PAGE.read_text(encoding='utf-8'), made + '\n',
                         'run tools/gen/status.py abi/symbols.txt >docs/abi-status.md')

    def test_families_and_all_are_counted(self):
        lines = list(status.page(symbols.parse(LIST)))
        for line in ('| ring | 3 | 2 | 1 |', '| util | 1 | 0 | 1 |',
                     '| all | 4 | 2 | 2 |'):
            self.assertIn(line, lines)

    def test_the_short_form_counts_what_is_in_our_libbpf(self):
        self.assertEqual(list(status.short(symbols.parse(LIST))),
                         ['1 of 3 functions of libbpf 1.8 are done:', '  ring        1 of    2',
                          '  util        0 of    1'])

    def test_each_library_has_its_word(self):
        lines = list(status.page(symbols.parse(LIST)))
        first = lines[lines.index('## LIBBPF_0.0.4'):lines.index('## LIBBPF_0.6.0')]
        self.assertEqual(first[-3:-1], ['| `thing__free` | done | done |',
                                        '| `thing__new` (compatibility version) | done | – |'])
        self.assertEqual(lines[-2:], ['| `libbpf_other` | – | todo |',
                                      '| `thing__new` | todo | todo |'])


if __name__ == '__main__':
    unittest.main()
