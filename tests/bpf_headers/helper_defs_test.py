#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""bpf_helper_defs.h is what its generator makes of the newest UAPI header, and the generator takes
those of older kernels, and refuses damaged ones."""
import pathlib
import re
import sys
import unittest

import building

sys.path.insert(0, str(building.ROOT / 'tools' / 'gen'))
import helper_defs  # noqa: E402

COMMITTED = building.OURS / 'bpf' / 'bpf_helper_defs.h'
HERE = pathlib.Path('/usr/include/linux/bpf.h')
# A suite's libbpf, and how many helpers the kernel headers of that suite have.
SUITES = {'0.3': 155, '1.1.2': 209, '1.5.0': 211, '1.7.0': 211}
SMALL = '''\
 * Start of BPF helper function descriptions:
 *
 * void *bpf_map_lookup_elem(struct bpf_map *map, const void *key)
 * \tDescription
 * \t\tWords, s8 and (x).
 * \tReturn
 * \t\tWords.
 *
 * s64 bpf_get_socket_cookie(struct sk_buff *skb)
 * \tReturn
 * \t\tWords.
 *
 * s64 bpf_get_socket_cookie(struct bpf_sock_addr *ctx)
 * \tReturn
 * \t\tWords.
 *
 * u32 bpf_fast(void)
 * \tAttributes
 * \t\t__bpf_fastcall
 */
#define ___BPF_FUNC_MAPPER(FN, ctx...)\t\t\t\\
\tFN(unspec, 0, ##ctx)\t\t\t\t\\
\tFN(fast, 7, ##ctx)\t\t\t\t\\
\tFN(map_lookup_elem, 1, ##ctx)\t\t\t\\
\tFN(get_socket_cookie, 46, ##ctx)\t\t\\
\t/* the end */
'''


def declared(lines):
    """The helpers that lines of C declare: {name: (declaration without line ends, number)}."""
    text = re.sub(r'\s+', ' ', ' '.join(lines))
    return {name: (before, number) for before, name, number in re.findall(
        r'static ([^;]*?\(\* const (\w+)\)[^;]*?) = \(void \*\) (\d+);', text)}


class Generator(unittest.TestCase):
    def header(self, version):
        """The UAPI header of a suite."""
        try:
            root = pathlib.Path(building.oracle.root(version, ['linux-libc-dev']))
        except building.oracle.Unavailable as error:
            self.skipTest(f'headers of the suite with libbpf {version}: {error}')
        return (root / 'usr' / 'include' / 'linux' / 'bpf.h').read_text(encoding='utf-8')

    def test_what_is_committed_is_what_it_makes(self):
        made = '\n'.join(helper_defs.header(self.header('1.7.0'))) + '\n'
        self.assertEqual(COMMITTED.read_text(encoding='utf-8'), made,
                         'run tools/gen/helper_defs.py')

    def test_headers_of_each_suite(self):
        newest = declared(COMMITTED.read_text(encoding='utf-8').splitlines())
        self.assertEqual(len(newest), 211)
        for version, count in SUITES.items():
            with self.subTest(version=version):
                found = declared(helper_defs.header(self.header(version)))
                self.assertEqual(len(found), count)
                for name, (_, number) in found.items():
                    self.assertEqual(number, newest[name][1], name)

    @unittest.skipUnless(HERE.exists(), 'no UAPI headers')
    def test_the_header_of_this_machine(self):
        newest = declared(COMMITTED.read_text(encoding='utf-8').splitlines())
        found = declared(helper_defs.header(HERE.read_text(encoding='utf-8')))
        self.assertGreater(len(found), 160)
        self.assertEqual({name: number for name, (_, number) in found.items()
                          if name in newest and newest[name][1] != number}, {})

    def test_each_rule(self):
        lines = helper_defs.header(SMALL)
        for line in ('static void *(* const bpf_map_lookup_elem)(void *map, const void *key) = '
                     '(void *) 1;',
                     'static __s64 (* const bpf_get_socket_cookie)(void *ctx) = (void *) 46;',
                     'static __bpf_fastcall __u32 (* const bpf_fast)(void) = (void *) 7;',
                     'struct bpf_sk_lookup;'):
            self.assertIn(line, lines)
        self.assertEqual(len([line for line in lines if line.startswith('static ')]), 3)

    def test_counted_numbers(self):
        """Up to 6.1 the list had no numbers."""
        text = re.sub(r'(FN\(\w+), \d+, ##ctx\)', r'\1),', SMALL).replace('(FN, ctx...)', '(FN)')
        self.assertIn('static __u32 (* const bpf_fast)(void) = (void *) 1;',
                      [line.replace('__bpf_fastcall ', '') for line in helper_defs.header(text)])

    def test_damage_is_refused(self):
        for old, new, words in (
                ('Start of BPF helper', 'End of BPF helper', 'no description'),
                ('#define ___BPF_FUNC_MAPPER', '#define MAPPER', 'no list'),
                ('FN(fast, 7, ##ctx)', 'FN(fast, 1, ##ctx)', 'twice'),
                ('FN(fast, 7, ##ctx)', 'FN(map_lookup_elem, 7, ##ctx)', 'twice'),
                ('FN(fast, 7, ##ctx)', 'FN(fast, seven, ##ctx)', 'not a row'),
                ('FN(fast, 7, ##ctx)', 'FN(slow, 7, ##ctx)', 'bpf_fast has no number'),
                ('FN(unspec, 0, ##ctx)', 'FN(other, 0, ##ctx)', 'helper 0'),
                (' * u32 bpf_fast(void)\n * \tAttributes\n * \t\t__bpf_fastcall\n', '',
                 'bpf_fast has no prototype'),
                ('bpf_fast(void)', 'bpf_fast(void', 'not a prototype'),
                ('u32 bpf_fast(void)', 'u32 fast(void)', 'not a prototype')):
            self.assertIn(old, SMALL)
            with self.subTest(new=new):
                with self.assertRaisesRegex(helper_defs.HeaderError, words):
                    helper_defs.header(SMALL.replace(old, new))


if __name__ == '__main__':
    unittest.main(verbosity=2)
