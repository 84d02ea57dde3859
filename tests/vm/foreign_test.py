#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What ./dev vm decides for machines of other kinds, and what it reads of their programs."""

import os
import unittest

import foreign
import suites
import vm


class Words(unittest.TestCase):
    """Machines of another kind, and the words that are left for kernels."""

    def test_no_word_is_all(self):
        self.assertEqual(vm.foreign_plan([]), (list(foreign.MACHINES), []))

    def test_their_suite_is_all_of_them_and_no_kernel(self):
        self.assertEqual(vm.foreign_plan(["pure"]), (list(foreign.MACHINES), None))

    def test_names_are_these_and_no_kernel(self):
        self.assertEqual(vm.foreign_plan(["armhf", "s390x"]), (["s390x", "armhf"], None))

    def test_other_words_are_about_kernels(self):
        self.assertEqual(vm.foreign_plan(["6.1", "live"]), ([], ["6.1", "live"]))
        self.assertEqual(vm.foreign_plan(["6.1", "armhf"]), (["armhf"], ["6.1"]))

    def test_each_has_a_cross_file(self):
        support = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support")
        for machine, qemu in foreign.MACHINES.items():
            with open(os.path.join(support, machine + ".ini")) as file:
                self.assertIn(f"exe_wrapper = '{qemu}'\n", file.read())


class Programs(unittest.TestCase):
    """What the programs of such a machine say of each case."""

    UNIT = {"name": "unit btf", "suite": ["ringside:unit", "ringside:btf"]}
    CORPUS = {"name": "btf_read", "suite": ["ringside:fuzz", "ringside:btf"]}
    FAILED = ("----\nbad\n----\nx.cpp:3\n....\n\nx.cpp:5: FAILED:\n  CHECK( one == 2 )\n"
              "with expansion:\n  1 == 2\n\nx.cpp:5: FAILED:\n  CHECK( one == 2 )\n")

    def test_all_passed(self):
        cases = foreign.cases_of(self.UNIT, foreign.Ended(
            0, "====\nAll tests passed (7 assertions in 2 test cases)\n\n", "a message"))
        self.assertEqual([case.word for case in cases], ["passed"] * 2)

    def test_some_passed(self):
        cases = foreign.cases_of(self.UNIT, foreign.Ended(
            1, self.FAILED + "====\ntest cases:  3 |  2 passed | 1 failed\n", ""))
        self.assertEqual([case.word for case in cases], ["passed", "passed", "failed"])
        self.assertEqual(cases[-1], suites.Case("unit btf: x.cpp:5", "failed",
                                                "CHECK( one == 2 )"))

    def test_none_passed(self):
        cases = foreign.cases_of(self.UNIT, foreign.Ended(
            1, self.FAILED + "====\ntest cases: 1 | 1 failed\n", ""))
        self.assertEqual([case.word for case in cases], ["failed"])

    def test_a_program_that_breaks_off_is_a_failure(self):
        passed = "All tests passed (1 assertion in 1 test case)\n"
        for ended in (foreign.Ended(-11, "", "oops"), foreign.Ended(None, "", ""),
                      foreign.Ended(0, "", ""), foreign.Ended(-6, passed, "")):
            self.assertIn("failed",
                          [case.word for case in foreign.cases_of(self.UNIT, ended)], ended)

    def test_a_corpus_is_one_case(self):
        self.assertEqual(foreign.cases_of(self.CORPUS, foreign.Ended(0, "some\nnames\n", "")),
                         [suites.Case("fuzz btf_read", "passed")])
        self.assertEqual(foreign.cases_of(self.CORPUS, foreign.Ended(-6, "", "a\ndoes not hold\n")),
                         [suites.Case("fuzz btf_read", "failed", "status -6: does not hold")])

    def test_a_program_is_run_by_qemu(self):
        ended = foreign.run_one("/bin/echo", ["program", "word"], "/")
        self.assertEqual(ended, foreign.Ended(0, "program word\n", ""))


if __name__ == "__main__":
    unittest.main()
