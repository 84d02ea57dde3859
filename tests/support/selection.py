#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Which tests of a build folder some words mean, and what must be built to run them.

  selection.py tests BUILD WORD...      the names of the tests
  selection.py targets BUILD WORD...    the files that they need, as ninja names them
  selection.py left BUILD "OTHER WORD..."...
                                        the names of BUILD's tests that no other folder runs
  selection.py left-targets BUILD "OTHER WORD..."...
                                        the files that these need, and all others but tests

A word that is a suite (such as unit, or a family of functions such as ring) means the tests of that
suite. Any other word means the tests that have it in their name. Meson must have set the folder up.
"""

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
    if len(arguments) < 3 or arguments[0] not in ("tests", "targets", "left", "left-targets"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    what, build, *words = arguments
    tests = read(build, "tests")
    if what.startswith("left"):
        for folder, *suites in map(str.split, words):
            tests = left(tests, selected(read(folder, "tests"), suites))
    else:
        tests = selected(tests, words)
    if what.endswith("targets"):
        lines = files_for(tests, read(build, "targets"), build, what == "left-targets")
    else:
        lines = [test["name"] for test in tests]
    print("\n".join(lines))
    return 0 if tests else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
