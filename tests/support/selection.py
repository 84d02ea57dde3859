#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Which tests of a build folder some words mean, and what must be built to run them.

  selection.py tests BUILD [WORD...] [--but "OTHER WORD..."]...
                                        the names of the tests
  selection.py targets BUILD [WORD...] [--but "OTHER WORD..."]...
                                        the files that they need, as ninja names them

A word that is a suite (such as unit, or a family of functions such as ring) means the tests of that
suite. Any other word means the tests that have it in their name. Without words it is all tests, and
what is built by default for another end. Left out are those that words mean in another folder.
Meson must have set the folders up.
"""

import argparse
import json
import os
import sys


def read(build, what):
    """What meson knows of a build folder: its tests or targets."""
    with open(os.path.join(build, "meson-info", f"intro-{what}.json"), encoding="utf-8") as facts:
        return json.load(facts)


def suites_of(test):
    """The suites of a test, without the project that meson puts before each."""
    return {suite.split(":")[-1] for suite in test["suite"]}


def selected(tests, words):
    """The tests that words mean, in their order."""
    suites = set().union(*map(suites_of, tests))
    return [test for test in tests
            if any(word in (suites_of(test) if word in suites else test["name"])
                   for word in words)]


def left(tests, others):
    """The tests that are not among the others, by their names, in their order."""
    names = {test["name"] for test in others}
    return [test for test in tests if test["name"] not in names]


def files_for(tests, targets, build, by_default=False):
    """The files that tests need, and those of targets that are built by default, relative to the
    build folder."""
    needed = {target for test in tests for target in test["depends"]}
    needed.update(target["id"] for target in targets if by_default and target["build_by_default"])
    return [os.path.relpath(path, os.path.abspath(build))
            for target in targets if target["id"] in needed for path in target["filename"]]


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("tests", "targets"))
    parser.add_argument("build")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--but", action="append", default=[], type=str.split)
    options = parser.parse_args(arguments)
    tests = read(options.build, "tests")
    if options.words:
        tests = selected(tests, options.words)
    for folder, *words in options.but:
        tests = left(tests, selected(read(folder, "tests"), words))
    if options.what == "tests":
        lines = [test["name"] for test in tests]
    else:
        lines = files_for(tests, read(options.build, "targets"), options.build,
                          by_default=not options.words)
    print("\n".join(lines))
    return 0 if tests else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
