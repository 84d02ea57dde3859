#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Runs each scenario on the real kernel and on the simulated one: they must see the same.

usage: compare_kernels.py SCENARIOS SIMULATOR
"""
import difflib
import os
import subprocess
import sys

SKIPPED = 77
SHOWN_LINES = 12


def run(program, name, **variables):
    result = subprocess.run([program, name], env=dict(os.environ, **variables), timeout=60,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return result.returncode, result.stdout.decode(errors='replace').splitlines()


def possible_cpus():
    with open('/sys/devices/system/cpu/possible', encoding='ascii') as file:
        return int(file.read().strip().replace('-', ',').split(',')[-1]) + 1


def main():
    program, simulator = sys.argv[1:]
    names = run(program, 'list')[1]
    different = same = skipped = 0
    for name in names:
        code, real = run(program, name)
        if code == SKIPPED:
            skipped += 1
            print(f'{name}: {real[-1]}')
            continue
        variables = {'LD_PRELOAD': simulator, 'RINGSIDE_SIM_CPUS': str(possible_cpus())}
        sim_code, simulated = run(program, name, **variables)
        if (code, real) == (sim_code, simulated) and code == 0 and real:
            same += 1
            print(f'{name}: {len(real)} lines, the same')
            continue
        different += 1
        print(f'{name}: DIFFERENT (status {code} and {sim_code})')
        diff = difflib.unified_diff(real, simulated, 'real', 'simulated', lineterm='', n=2)
        for line in list(diff)[:SHOWN_LINES]:
            print('  ' + line[:120])
    print(f'{same} of {len(names)} scenarios see the same, {different} do not, {skipped} skipped')
    # A scenario that checks who may do what tells little where nothing is allowed.
    if skipped > len(names) // 2:
        print('SKIP: the real kernel refuses most of this')
        return SKIPPED
    return 1 if different or not names else 0


if __name__ == '__main__':
    sys.exit(main())
