#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The generator makes the right scripts from a small list, and refuses a list that contradicts
itself."""
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tools' / 'gen'))
import symbols  # noqa: E402

LIST = '''# a comment
old_read LIBBPF_0.0.1 default ringside ring done
thing__new LIBBPF_0.0.4 compat ringside ring done   # and another
thing__free LIBBPF_0.8.0 default both ring done
thing__new LIBBPF_0.8.0 default both ring done
later LIBBPF_0.10.0 default libbpf ring todo
name LIBBPF_1.0.0 default libbpf ring done
ringside_thing__ask RINGSIDE_0.1.0 default ringside ring done
ringside_thing__tell RINGSIDE_0.2.0 default ringside ring todo
'''.splitlines()


class Outputs(unittest.TestCase):
    def setUp(self):
        self.listed = symbols.parse(LIST)

    def test_version_script_has_every_node_and_no_compat_name(self):
        self.assertEqual(' '.join(symbols.version_script(self.listed, 'libringside')).split(),
                         'LIBBPF_0.0.1 { global: old_read; local: *; }; '
                         'LIBBPF_0.0.4 { } LIBBPF_0.0.1; '
                         'LIBBPF_0.8.0 { global: thing__free; thing__new; } LIBBPF_0.0.4; '
                         'LIBBPF_0.10.0 { } LIBBPF_0.8.0; '
                         'LIBBPF_1.0.0 { } LIBBPF_0.10.0; '
                         'RINGSIDE_0.1.0 { global: ringside_thing__ask; }; '
                         'RINGSIDE_0.2.0 { } RINGSIDE_0.1.0;'.split())

    def test_a_library_without_functions_of_an_owner_has_none_of_its_nodes(self):
        script = symbols.version_script(self.listed, 'libbpf')
        self.assertEqual(script[-2:], ['  name;', '} LIBBPF_0.10.0;'])
        self.assertEqual(symbols.chain(self.listed, 'libbpf')[-1],
                         ('LIBBPF_1.0.0', 'LIBBPF_0.10.0'))

    def test_exports_are_of_the_library_and_done(self):
        nodes = [f'LIBBPF_{version} LIBBPF_{version} A'
                 for version in ('0.0.1', '0.0.4', '0.8.0', '0.10.0', '1.0.0')]
        self.assertEqual(symbols.exports(self.listed, 'libbpf'), sorted(nodes + [
            'LIBBPF_0.8.0 thing__free T @@', 'LIBBPF_0.8.0 thing__new T @@',
            'LIBBPF_1.0.0 name T @@']))
        self.assertEqual(symbols.exports(self.listed, 'libringside'), sorted(nodes + [
            'LIBBPF_0.0.1 old_read T @@', 'LIBBPF_0.0.4 thing__new T @',
            'LIBBPF_0.8.0 thing__free T @@', 'LIBBPF_0.8.0 thing__new T @@',
            'RINGSIDE_0.1.0 RINGSIDE_0.1.0 A', 'RINGSIDE_0.1.0 ringside_thing__ask T @@',
            'RINGSIDE_0.2.0 RINGSIDE_0.2.0 A']))

    def test_archive_has_each_default_name_once(self):
        self.assertEqual(symbols.archive(self.listed, 'libringside'),
                         ['old_read', 'ringside_thing__ask', 'thing__free', 'thing__new'])

    def test_only_what_another_libbpf_defines_is_renamed_there(self):
        self.assertEqual(symbols.static_renames(self.listed, 'libringside'),
                         [f'{name} ringside_next_{name}'
                          for name in ('old_read', 'thing__free', 'thing__new')])


class Refusals(unittest.TestCase):
    def test_a_list_that_is_wrong_is_refused_with_its_line(self):
        for line, words in (
                ('x LIBBPF_1.1.0 default libbpf done', '5 columns'),
                ('x LIBBPF_1.1.0 default libbpf ring done more', '7 columns'),
                ('9x LIBBPF_1.1.0 default libbpf ring done', 'no name'),
                ('x LIBBPF_1.1 default libbpf ring done', 'no version node'),
                ('x LIBBPF_1.1.0 weak libbpf ring done', 'weak is none of'),
                ('x LIBBPF_1.1.0 default glibc ring done', 'glibc is none of'),
                ('x LIBBPF_1.1.0 default libbpf rings done', 'rings is none of'),
                ('x LIBBPF_1.1.0 default libbpf ring soon', 'soon is none of'),
                ('name LIBBPF_1.0.0 compat libbpf ring done', 'already'),
                ('name LIBBPF_1.1.0 default libbpf ring done', 'has a default version'),
                ('x LIBBPF_0.9.0 default libbpf ring done', 'out of order'),
                ('a LIBBPF_1.0.0 default libbpf ring done', 'out of order'),
                ('y LIBBPF_2.0.0 default libbpf ring done', 'out of order'),
                ('ringside_a RINGSIDE_0.0.9 default ringside ring done', 'out of order'),
                ('ringside_x LIBBPF_1.1.0 default libbpf ring done', 'does not belong'),
                ('x RINGSIDE_0.2.0 default libbpf ring done', 'does not belong'),
                ('x OTHER_1.1.0 default libbpf ring done', 'no version node')):
            with self.subTest(line=line):
                with self.assertRaisesRegex(symbols.ListError, f'symbols:10: .*{words}'):
                    symbols.parse(LIST + [line])


if __name__ == '__main__':
    unittest.main()
