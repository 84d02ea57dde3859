#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What ./dev corpus decides, without a kernel: which package it takes, whether there is room, and
what it says of two runs."""

import contextlib
import io
import os
import tempfile
import unittest

import corpus


class Packages(unittest.TestCase):
    def package(self, facts):
        self.addCleanup(setattr, corpus.kernels, "query", corpus.kernels.query)
        corpus.kernels.query = lambda work, tool, verb, name: facts[name]
        return corpus.package_of("")

    def test_the_one_that_an_empty_one_needs(self):
        name = "linux-image-6.1.0-50-cloud-amd64-dbg"
        package = self.package({
            "linux-image-cloud-amd64-dbg": f"Depends: {name} (= 6.1.176-1)\n",
            name: "Installed-Size: 3\nSize: 2000\n"})
        self.assertEqual(package, corpus.Package(name, 2000, 3072))

    def test_facts_that_are_missing(self):
        for facts in ({"linux-image-cloud-amd64-dbg": "Size: 1\n"},
                      {"linux-image-cloud-amd64-dbg": "Depends: linux-image-1-dbg\n",
                       "linux-image-1-dbg": "Size: 1\n"}):
            with self.assertRaises(corpus.oracle.Unavailable):
                self.package(facts)


class Room(unittest.TestCase):
    def test_too_little(self):
        with self.assertRaisesRegex(corpus.oracle.Unavailable, r"^x needs \d+ MiB, and / has \d+"):
            corpus.need_room("/", 1 << 62, "x")

    def test_enough(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            corpus.need_room("/", 0, "x")
        self.assertIn("x needs 0 MiB", said.getvalue())


class Runs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def done(self, name, text, status=0):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return corpus.Done(status, 1.5, 3 << 20, path)

    def test_words(self):
        self.assertEqual(corpus.words_of(self.done("a", "abc"), self.done("b", "abc")),
                         ("3 bytes, equal", True))
        for theirs, mine in (("abc", 0), ("abd", 0)), (("abc", 0), ("abcd", 0)), \
                (("", 0), ("", 0)), (("abc", 1), ("abc", 0)), (("abc", 0), ("abc", -11)):
            words = corpus.words_of(self.done("a", *theirs), self.done("b", *mine))
            self.assertFalse(words[1], words)

    def test_a_line(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            self.assertTrue(corpus.compare("x", self.done("a", "abc"), self.done("b", "abc")))
        self.assertRegex(said.getvalue(), r"^x +1\.5 s +3 MiB +1\.5 s +3 MiB  3 bytes, equal\n$")

    def test_what_a_run_leaves(self):
        path = os.path.join(self.folder, "out")
        done = corpus.run(["sh", "-c", "echo $WORD; exit 3"], {"WORD": "said"}, path, True)
        self.assertEqual((done.status, done.path), (3, path))
        self.assertGreater(done.bytes, 0)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), "said\n")


if __name__ == "__main__":
    unittest.main()
