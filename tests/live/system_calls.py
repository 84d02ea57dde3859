#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Counts the system calls that a reader's polls make, by kind: on the stock library, on ours, and
on ours as RINGSIDE_WAKEUPS=exact and RINGSIDE_FOLLOW_CPUS=off have it; idle and under load.

  system_calls.py PROGRAM perf|ring LIBRINGSIDE PAGE

With both variables, and for BPF rings in any case, they are of the stock library's kinds alone. For
perf rings there are those besides that PAGE lists.
"""
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

LISTED = re.compile(r'<!-- tests/live/system_calls.py .*?```\n(.*?)```', re.S)
CALL = re.compile(r'^(\w+)\(')
MARK = 'getsid'
# What the program itself does to start its load.
OF_THE_PROGRAM = {'clone', 'clone3', 'vfork', 'rt_sigprocmask', 'getpid', 'sched_getaffinity',
                  'sched_setaffinity'}
WAITS = {'epoll_wait', 'epoll_pwait'}
# What else the machine does keeps programs back that are traced, and so may a load be quiet.
TRIES = 3
# Looks at CPUs, at most once a second, in 2.5 seconds: of two files each.
MOST_LOOKS = 6


def count(program, kind, library, **variables):
    """How often each call was made while nothing came, and under load."""
    with tempfile.TemporaryDirectory() as folder:
        trace = os.path.join(folder, 'trace')
        # The stock library is not to be found where ours was built.
        command = ['strace', '-qq', '-o', trace, '-E', 'LD_LIBRARY_PATH']
        if library:
            command += ['-E', f'LD_PRELOAD={library}']
        for name, value in variables.items():
            command += ['-E', f'{name}={value}']
        done = subprocess.run([*command, program, kind], stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            sys.exit(done.returncode)
        with open(trace, encoding='utf-8', errors='replace') as lines:
            names = [found[1] for found in map(CALL.match, lines) if found]
    marks = [place for place, name in enumerate(names) if name == MARK]
    idle, busy = (collections.Counter(names[begin + 1:end])
                  for begin, end in zip(marks, marks[1:]))
    for name in OF_THE_PROGRAM:
        busy.pop(name, None)
    return idle, busy


def compare(program, kind, library, listed):
    """What is wrong with the calls in each mode."""
    modes = {
        'stock': count(program, kind, None),
        'adaptive': count(program, kind, library),
        'exact': count(program, kind, library, RINGSIDE_WAKEUPS='exact',
                       RINGSIDE_FOLLOW_CPUS='off'),
    }
    wrong = []
    for number, part in enumerate(('idle', 'busy')):
        stock = modes['stock'][number]
        for mode, counts in modes.items():
            print(f'{part:5} {mode:9}', dict(counts[number].most_common()))
            more = set(counts[number]) - set(stock)
            if mode == 'adaptive' and kind == 'perf':
                more -= listed
            if more:
                wrong.append(f'{part}, {mode}: calls that the stock library does not make: {more}')
        for mode in ('adaptive', 'exact'):
            waits = sum(modes[mode][number][name] for name in WAITS)
            theirs = sum(stock[name] for name in WAITS)
            if part == 'idle' and waits > theirs + 2:
                wrong.append(f'idle, {mode}: {waits} waits, and {theirs} on the stock library')
            if part == 'busy' and mode == 'adaptive' and waits > theirs / 2:
                wrong.append(f'busy: {waits} waits, and {theirs} on the stock library')
        looks = modes['adaptive'][number]['openat']
        if looks > MOST_LOOKS:
            wrong.append(f'{part}: {looks} files opened')
    return wrong


def main(program, kind, library, page):
    if shutil.which('strace') is None:
        print('SKIP: there is no strace')
        return 77
    with open(page, encoding='utf-8') as text:
        listed = set(LISTED.search(text.read())[1].split())
    for _ in range(TRIES):
        wrong = compare(program, kind, library, listed)
        if not wrong:
            break
    print('\n'.join(wrong))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
