#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Which tests words mean, and what these need."""

import unittest

import selection

TESTS = [
    {"name": "unit ring", "suite": ["ringside:unit", "ringside:ring"], "depends": ["a@exe"]},
    {"name": "unit btf", "suite": ["ringside:unit", "ringside:btf"], "depends": ["b@exe"]},
    {"name": "ringside-conform-page", "suite": ["ringside:tools"], "depends": ["c@exe", "a@exe"]},
    {"name": "scripts", "suite": ["ringside:tools"], "depends": []},
]
TARGETS = [{"id": f"{name}@exe", "filename": [f"/build/main/tests/{name}"],
            "build_by_default": name == "d"} for name in "abcd"]


class Selection(unittest.TestCase):
    def names(self, *words):
        return [test["name"] for test in selection.selected(TESTS, words)]

    def test_a_suite_is_that_suite_alone(self):
        self.assertEqual(self.names("ring"), ["unit ring"])
        self.assertEqual(self.names("unit"), ["unit ring", "unit btf"])

    def test_another_word_is_a_part_of_a_name(self):
        self.assertEqual(self.names("conform"), ["ringside-conform-page"])
        self.assertEqual(self.names("unit btf"), ["unit btf"])

    def test_several_words_mean_the_tests_of_each(self):
        self.assertEqual(self.names("btf", "page"), ["unit btf", "ringside-conform-page"])

    def test_a_word_may_mean_nothing(self):
        self.assertEqual(self.names("linker"), [])

    def test_what_others_run_is_left_out_by_name(self):
        others = selection.selected(TESTS, ["unit"])
        self.assertEqual([test["name"] for test in selection.left(TESTS, others)],
                         ["ringside-conform-page", "scripts"])
        self.assertEqual(selection.left(TESTS, []), TESTS)

    def test_what_tests_need_is_there_once(self):
        self.assertEqual(selection.files_for(TESTS, TARGETS, "/build/main"),
                         ["tests/a", "tests/b", "tests/c"])
        self.assertEqual(selection.files_for(TESTS[3:], TARGETS, "/build/main"), [])
        self.assertEqual(selection.files_for(TESTS[:1], TARGETS, "/build/main", by_default=True),
                         ["tests/a", "tests/d"])


if __name__ == "__main__":
    unittest.main()
