#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Adds up the last test runs of meson build folders: a line for each skipped test, with its
reason, and a line with the sums.

  tally.py BUILD...

Exits with 1 if a test was skipped and gave no reason.
"""
import collections
import json
import sys
from pathlib import Path

import skips

WORD_OF = {'OK': 'passed', 'EXPECTEDFAIL': 'passed', 'SKIP': 'skipped', 'IGNORED': 'skipped'}


def results(build):
    """What meson logged of each test in a build folder."""
    with open(Path(build) / 'meson-logs' / 'testlog.json', encoding='utf-8') as log:
        return [json.loads(line) for line in log]


def main(builds):
    count = collections.Counter()
    without_reason = 0
    for test in [test for build in builds for test in results(build)]:
        word = WORD_OF.get(test['result'], 'failed')
        count[word] += 1
        if word == 'skipped':
            reason = skips.reason(test.get('stdout') or '')
            without_reason += reason is None
            print(f'skipped: {test["name"]}: {reason or "IT GIVES NO REASON"}')
    print(', '.join(f'{count[word]} {word}' for word in ('passed', 'failed', 'skipped')))
    return 1 if without_reason else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
