#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Adds up the last test runs of meson build folders: a line for each skip, with its reason, and a
line with the sums. What a Python test skips of itself counts, too.

  tally.py BUILD...

Exits with 1 if a test was skipped and gave no reason.
"""
import ast
import collections
import json
import os
import re
import sys
from pathlib import Path

import skips

WORD_OF = {'OK': 'passed', 'EXPECTEDFAIL': 'passed', 'SKIP': 'skipped', 'IGNORED': 'skipped'}


# What unittest says with verbosity=2.
PART = re.compile(r'\.\.\. skipped ([\'"].*)$', re.M)


def results(build):
    """What meson logged last of each test in a build folder. The log of tests that a wrapper runs
    has the wrapper's name in its own."""
    logs = (Path(build) / 'meson-logs').glob('testlog*.json')
    with open(max(logs, key=os.path.getmtime), encoding='utf-8') as log:
        return [json.loads(line) for line in log]


def skips_of(test, word):
    """The reasons of all that a test skips; None where it gives none."""
    parts = [ast.literal_eval(text) for text in PART.findall(test.get('stderr') or '')]
    return parts + ([skips.reason(test.get('stdout') or '')] if word == 'skipped' else [])


def main(builds):
    count = collections.Counter()
    why = collections.Counter()
    for test in [test for build in builds for test in results(build)]:
        word = WORD_OF.get(test['result'], 'failed')
        count[word] += word != 'skipped'
        why.update((test['name'], reason) for reason in skips_of(test, word))
    for (name, reason), times in why.items():
        print(f'skipped: {name}: {reason or "IT GIVES NO REASON"}'
              f'{f" ({times} times)" if times > 1 else ""}')
    print(f'{count["passed"]} passed, {count["failed"]} failed, {sum(why.values())} skipped')
    return 1 if any(reason is None for _, reason in why) else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
