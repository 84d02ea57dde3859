#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Adds up the last test run of each of some meson build folders, in one line for all to read.

  tally.py BUILD...
"""
import json
import sys
from pathlib import Path

WORD_OF = {'OK': 'passed', 'EXPECTEDFAIL': 'passed', 'SKIP': 'skipped', 'IGNORED': 'skipped'}


def main(builds):
    count = {'passed': 0, 'failed': 0, 'skipped': 0}
    for build in builds:
        with open(Path(build) / 'meson-logs' / 'testlog.json', encoding='utf-8') as log:
            for line in log:
                test = json.loads(line)
                word = WORD_OF.get(test['result'], 'failed')
                count[word] += 1
                if word == 'skipped':
                    said = (test.get('stdout') or '').strip().splitlines()
                    print(f'skipped: {test["name"]}: {said[-1] if said else "no reason given"}')
    print(', '.join(f'{number} {word}' for word, number in count.items()))


if __name__ == '__main__':
    main(sys.argv[1:])
