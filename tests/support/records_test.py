#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""A record knows which of its files are not what they were."""

import contextlib
import io
import pathlib
import tempfile
import unittest
import unittest.mock

import records

TABLE = {"one": records.Record("./dev one", ("src/**/*", "tests/*.py"), "ring"),
         "other": records.Record("./dev other", ("src/*.h",))}


class Records(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.put("src/a.h", "int a; // what a is\n")
        self.put("src/b/b.cpp", '#include "a.h"\n\nconst char* text = "// no comment";\n')
        self.put("tests/x.py", "x = 1\n")
        for name, value in (("ROOT", self.root), ("FOLDER", self.root / "records"),
                            ("RECORDS", TABLE)):
            patch = unittest.mock.patch.object(records, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def put(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def test_a_new_record_is_fresh_and_has_what_was_printed(self):
        records.write("one", "a table\n\nof two lines\n")
        self.assertEqual(records.differing("one"), [])
        text = (self.root / "records" / "one.txt").read_text(encoding="utf-8")
        self.assertIn("\n\na table\n\nof two lines\n\n== of these files\n", text)
        self.assertIn("`./dev one`", text)

    def test_there_is_none_before_it_is_written(self):
        self.assertIsNone(records.differing("one"))

    def test_it_is_older_than_what_changed_came_or_went(self):
        records.write("one", "")
        self.put("src/a.h", "int b;\n")
        self.assertEqual(records.differing("one"), ["src/a.h"])
        self.put("src/new.h", "")
        self.assertEqual(records.differing("one"), ["src/a.h", "src/new.h"])
        (self.root / "tests" / "x.py").unlink()
        self.assertEqual(records.differing("one"), ["src/a.h", "src/new.h", "tests/x.py"])

    def test_comments_do_not_count_but_strings_do(self):
        records.write("one", "")
        self.put("src/a.h", "/* it has\n * a comment */\nint a;\n")
        self.assertEqual(records.differing("one"), [])
        self.put("src/b/b.cpp", '#include "a.h"\nconst char* text = "// a comment";\n')
        self.assertEqual(records.differing("one"), ["src/b/b.cpp"])
        self.put("src/b/b.cpp", '#include "a.h"\nconst char* text = "// no comment";\n')
        self.put("tests/x.py", "x = 1  # one\n")
        self.assertEqual(records.differing("one"), ["tests/x.py"])

    def test_only_a_record_of_a_family_fails(self):
        def status():
            with contextlib.redirect_stdout(io.StringIO()) as told:
                return records.check(), told.getvalue()
        records.write("one", "")
        self.assertEqual(status(), (0, "docs/records/other.txt is missing: ./dev other writes "
                                       "it\n"))
        records.write("other", "")
        self.assertEqual(status(), (0, ""))
        self.put("tests/x.py", "x = 2\n")
        self.put("src/b/c.cpp", "")
        self.assertEqual(status(), (1, "docs/records/one.txt is older than src/b/c.cpp and 1 more: "
                                       "./dev one renews it, which a change to the family ring "
                                       "needs\n"))


class Table(unittest.TestCase):
    def test_each_pattern_means_files(self):
        for name, record in records.RECORDS.items():
            for pattern in record.files:
                self.assertTrue(records.fingerprints([pattern]), f"{name}: {pattern}")


if __name__ == "__main__":
    unittest.main()
