#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What the macros give at run time, on the running kernel: values.bpf.c compiled with our headers,
and with stock's, which must give the same."""
import pathlib
import platform
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import building

NUMBERS = 32
# The context: 1 to 12, each in the high and the low half of 64 bits.
CONTEXT = [number << 32 | number for number in range(1, 13)]
BITS = [1, 1, 1, 1, 100, 100, 100, 1, -2, -2, -2, 1, -1000000, -1000000, -1000000, 1, 2, 2, 2, 1,
        -199, -199, -199, 1]
EFAULT, ERANGE = 14, 34
SWAPPED, = struct.unpack('>Q', struct.pack('<Q', CONTEXT[1]))
PRINTED = '1 -5 words ff 5 6 7 8 9 10 11 -12'
# By program: the result, the text, the numbers, of which those that are 0 are left out at the end.
EXPECTED = {
    'arguments': (2, '', [1, 2, CONTEXT[2], CONTEXT[3], 5, 6, CONTEXT[6], 8, 9, 10, 11,
                          CONTEXT[11]]),
    'structs': (0, '', [1, 0, CONTEXT[1], CONTEXT[2], 4, CONTEXT[4], CONTEXT[5], 7]),
    'bit_fields': (0, '', BITS),
    'bit_fields_among_ones': (0, '', BITS),
    'chains': (0, 'third', [10, 30, 6, 7, 0, 20, 6, 0, -ERANGE, -EFAULT]),
    'types': (0, '', [1, 16, 8, 1, 16, -7, 1, 1, 8, 1]),
    'orders': (0, '', [0x200, 0x2000000, SWAPPED, 0x3412, 0x78563412, 0x0807060504030201]),
    'printed': (0, PRINTED, [len('none') + 1, len('1') + 1, len(PRINTED) + 1, len('ringside 1'),
                             len('ringside 1 2 3 4')]),
    'loops': (0, '', [2 + 3 + 4 + 5 + 6, 4 + 2 + 1, 4, 9]),
    'symbols': (0, '', [1]),
    'jumped_to': (78, '', [0, 77]),
    'jumps': (78, '', [76, 77, 79])}


class Values(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_with(self, include, *arguments):
        """What each program leaves: {name: (result, text, numbers)}."""
        runner, programs = self.folder / 'run', self.folder / 'values.o'
        source = (building.HERE / 'values.bpf.c').read_text(encoding='utf-8')
        self.assertEqual(building.compiled(source, programs, include, '-D__TARGET_ARCH_x86',
                                           *arguments), '')
        subprocess.run(['gcc', *building.WARNINGS, f'-I{building.OURS}', '-o', runner,
                        building.HERE / 'run.c', '-lbpf'], check=True)
        done = subprocess.run([runner, programs], stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode == 77:
            self.skipTest('bpf(2) is not allowed')
        self.assertEqual(done.returncode, 0)
        return {name: (int(result), text, [int(number) for number in numbers.split()])
                for name, result, text, numbers in
                re.findall(r'^(\w+) (\d+) \[(.*)\](.*)$', done.stdout, re.M)}

    def check(self, left):
        for name, (result, text, numbers) in EXPECTED.items():
            with self.subTest(program=name):
                numbers = [number % 2**64 for number in numbers]
                self.assertEqual(left[name], (result, text,
                                              numbers + [0] * (NUMBERS - len(numbers))))
        self.assertEqual(sorted(left), sorted(EXPECTED))

    def test_values(self):
        self.check(self.run_with(building.OURS, *building.WARNINGS))

    def test_values_with_stock_headers(self):
        """The expectations hold for stock, too."""
        try:
            include = building.stock('1.7.0')
        except building.oracle.Unavailable as error:
            self.skipTest(f'libbpf 1.7.0: {error}')
        self.check(self.run_with(building.mixed(self.folder / 'stock', (include, building.HEADERS)),
                                 '-w'))


if __name__ == '__main__':
    if shutil.which(building.CLANG) is None:
        print('SKIP: no clang')
        sys.exit(77)
    if [int(part) for part in re.findall(r'\d+', platform.release())[:2]] < [6, 4]:
        print('SKIP: Linux before 6.4 has no iterators over numbers')
        sys.exit(77)
    unittest.main()
