#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The comparison of list and releases finds what is missing, moved, marked wrong or made up."""
import unittest

import check_manifests
import symbol_list

NEWEST = {('LIBBPF_0.0.1', 'a'): '@@', ('LIBBPF_1.0.0', 'b'): '@@'}
NODES = ['LIBBPF_0.0.1', 'LIBBPF_1.0.0']
LAST_0X = {('LIBBPF_0.0.1', 'a'): '@@', ('LIBBPF_0.0.1', 'b'): '@', ('LIBBPF_0.0.1', 'c'): '@@'}
GOOD = ['a LIBBPF_0.0.1 default libbpf ring done', 'b LIBBPF_0.0.1 compat ringside ring done',
        'c LIBBPF_0.0.1 default ringside ring done', 'b LIBBPF_1.0.0 default both ring todo',
        'ringside_a RINGSIDE_0.1.0 default ringside ring done']


class Comparison(unittest.TestCase):
    def problems(self, lines):
        return check_manifests.problems_with(symbol_list.parse(lines), NEWEST, NODES, LAST_0X)

    def test_a_good_list_has_no_problems(self):
        self.assertEqual(self.problems(GOOD), [])

    def test_faults_are_found(self):
        swap = lambda number, line: GOOD[:number] + [line] + GOOD[number + 1:]
        for lines, words in (
                (GOOD[1:], 'LIBBPF_0.0.1 a @@ is in 1.8-dev'),
                (swap(0, 'a LIBBPF_0.0.1 compat libbpf ring done'),
                 'LIBBPF_0.0.1 a @@ is in 1.8-dev'),
                (swap(2, 'c LIBBPF_0.0.1 compat ringside ring done'), 'c @ is listed, but not in'),
                (swap(2, 'd LIBBPF_0.0.1 default ringside ring done'),
                 'd @@ is listed, but not in'),
                (swap(4, 'z LIBBPF_1.0.0 default libbpf ring todo'), 'z @@ is listed, but not in'),
                (swap(4, 'z LIBBPF_1.1.0 default libbpf ring todo'), 'nodes are')):
            with self.subTest(lines=lines):
                self.assertTrue(any(words in problem for problem in self.problems(lines)),
                                self.problems(lines))


if __name__ == '__main__':
    unittest.main()
