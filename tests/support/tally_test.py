#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The sums of test runs, and the reason of each skip: one line that the test gave as such."""

import contextlib
import io
import json
import pathlib
import tempfile
import unittest

import skips
import tally


def run(*results):
    """Adds up two build folders with these results each: a word of meson's, what was printed, and
    what was printed as an error."""
    with tempfile.TemporaryDirectory() as root:
        folders = [pathlib.Path(root, name) for name in ("main", "checked")]
        for folder in folders:
            (folder / "meson-logs").mkdir(parents=True)
            lines = [json.dumps(dict(zip(("result", "stdout", "stderr"), result),
                                     name=f"test {number}"))
                     for number, result in enumerate(results)]
            (folder / "meson-logs" / "testlog.json").write_text("\n".join(lines), encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()) as told:
            status = tally.main([str(folder) for folder in folders])
    return status, told.getvalue().splitlines()


class Tally(unittest.TestCase):
    def test_it_adds_up_all_folders(self):
        status, lines = run(("OK", ""), ("OK", ""), ("FAIL", ""), ("TIMEOUT", ""))
        self.assertEqual((status, lines), (0, ["4 passed, 4 failed, 0 skipped"]))

    def test_a_skip_gives_its_reason(self):
        status, lines = run(("SKIP", "much else\nSKIP: no ring here\ndmesg(1) may have more\n"))
        self.assertEqual((status, lines), (0, ["skipped: test 0: no ring here (2 times)",
                                            "0 passed, 0 failed, 2 skipped"]))

    def test_what_a_test_skips_of_itself_counts(self):
        status, lines = run(("OK", "", "test_a (x.Y) ... ok\ntest_b (x.Y) ... skipped \"there's "
                                       "none\"\n\nOK (skipped=1)\n"))
        self.assertEqual((status, lines), (0, ["skipped: test 0: there's none (2 times)",
                                               "2 passed, 0 failed, 2 skipped"]))

    def test_a_skip_without_a_reason_is_wrong(self):
        for printed in ("", None, "no reason\n", "SKIP: \n"):
            self.assertEqual(run(("SKIP", printed))[0], 1, printed)


class Skip(unittest.TestCase):
    def test_it_is_one_line_and_exit_code_77(self):
        with contextlib.redirect_stdout(io.StringIO()) as told, \
                self.assertRaises(SystemExit) as end:
            skips.skip("\nmount: tracefs already mounted.\n  dmesg(1) may have more\n")
        self.assertEqual(end.exception.code, 77)
        self.assertEqual(told.getvalue(), "SKIP: mount: tracefs already mounted.\n")
        self.assertEqual(skips.reason(told.getvalue()), "mount: tracefs already mounted.")


if __name__ == "__main__":
    unittest.main()
