#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Programs with usdt.bpf.h on probes of a live process: what they read, with objects of both
layouts of the map, of our header and of stock's, attached by stock libraries that write that
layout, and by ours, which chooses it for each object.

  usdt_test.py [LIBBPF]    our libbpf.so.1, if it is built
"""
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest

import building

# What usdt_live.c has in registers and memory; how many, and the cookie; a good argument, those
# behind the last one (-ENOENT, 0). Then the probe with an index, whose operands the older layout
# cannot express, and a place that cannot be read (-EFAULT, 0).
EACH = [-5, 0x123456789ab, 0x2345, 0xc8, -77, 7, -5, 0xfedc, 8, 0x1122334455667788, 0, -2000, -2000,
        -2000]
INDEXED = [4, 9, 2, 2, -2]
BROKEN = [-14, 0]
# The layouts, with the newest release of the library that writes them and its headers' number.
OLDER = ('1.1.2', 101, ['-DBPF_USDT_LAYOUT_16'])
NEWER = ('1.7.0', 107, [])


# The headers that real objects were built with, and their layouts.
HEADERS = [('1.1.2', OLDER), ('1.4.6', OLDER), ('1.5.0', OLDER), ('1.7.0', NEWER)]
LIBBPF = None  # ours


class Probes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_with(self, layout, include, version, *arguments, by_ours=False):
        """What the programs leave, with headers from a folder."""
        release, _, macros = layout
        programs, host = self.folder / 'programs.o', self.folder / 'host'
        source = (building.HERE / 'usdt_live.bpf.c').read_text(encoding='utf-8')
        self.assertEqual(building.compiled(source, programs, include, '-D__TARGET_ARCH_x86',
                                           f'-DVERSION={version}', *macros, *arguments), '')
        subprocess.run(['gcc', *building.WARNINGS, f'-I{building.OURS}', '-o', host,
                        building.HERE / 'usdt_live.c', '-lbpf'], check=True)
        environment = dict(os.environ)
        if by_ours:
            alone = self.folder / 'alone'
            alone.mkdir(exist_ok=True)
            (alone / 'libbpf.so.1').unlink(missing_ok=True)
            (alone / 'libbpf.so.1').symlink_to(LIBBPF)
            environment['LD_LIBRARY_PATH'] = str(alone)
            listed = subprocess.run([host], env={**environment, 'LD_TRACE_LOADED_OBJECTS': '1'},
                                    stdout=subprocess.PIPE, text=True, check=True).stdout
            self.assertIn(f'{alone}/libbpf.so.1', listed)
            command = [str(host)]
        else:
            try:
                command = building.oracle.command(building.oracle.root(release), [str(host)])
            except building.oracle.Unavailable as error:
                self.skipTest(f'libbpf {release}: {error}')
        done = subprocess.run([*command, programs, host], stdout=subprocess.PIPE, text=True,
                              check=False, env=environment)
        if done.returncode == 77:
            self.skipTest('bpf(2) is not allowed')
        self.assertEqual(done.returncode, 0, done.stdout)
        return [int(number) for number in done.stdout.split()]

    def check(self, left, indexed):
        self.assertEqual(left[:len(EACH)], EACH)
        self.assertEqual(left[len(EACH):len(EACH) + len(INDEXED)], indexed)
        self.assertEqual(left[len(EACH) + len(INDEXED):][:len(BROKEN)], BROKEN)

    def stock(self, layout, release=None, by_ours=False):
        release, version = release or layout[0], layout[1]
        try:
            include = building.stock(release)
        except building.oracle.Unavailable as error:
            self.skipTest(f'libbpf {release}: {error}')
        place = building.mixed(self.folder / release, (include, building.HEADERS))
        return self.run_with(layout, place, version, '-w', by_ours=by_ours)

    def test_ours_with_the_newer_layout(self):
        self.check(self.run_with(NEWER, building.OURS, 108, *building.WARNINGS), INDEXED)

    def test_ours_with_the_older_layout(self):
        self.check(self.run_with(OLDER, building.OURS, 108, *building.WARNINGS), [0] * 5)

    def test_stock_with_the_newer_layout(self):
        """The expectations hold for stock, too."""
        self.check(self.stock(NEWER), INDEXED)

    def test_stock_with_the_older_layout(self):
        self.check(self.stock(OLDER), [0] * 5)

    def test_attached_by_ours(self):
        """Each object gets the layout that it was built with. The stock library, which always
        writes its own, gives programs of the other layout nothing but zeros."""
        if LIBBPF is None:
            self.skipTest('our libbpf.so.1 is not built')
        for release, layout in HEADERS:
            with self.subTest(headers=release):
                self.check(self.stock(layout, release, by_ours=True),
                           INDEXED if layout is NEWER else [0] * 5)
        for layout, indexed in ((NEWER, INDEXED), (OLDER, [0] * 5)):
            with self.subTest(headers='ours', layout=layout[0]):
                self.check(self.run_with(layout, building.OURS, 108, *building.WARNINGS,
                                         by_ours=True), indexed)


if __name__ == '__main__':
    if len(sys.argv) > 1:
        LIBBPF = pathlib.Path(sys.argv.pop()).resolve()
    if shutil.which(building.CLANG) is None:
        print('SKIP: no clang')
        sys.exit(77)
    if platform.machine() != 'x86_64':
        print('SKIP: the probes are for x86-64')
        sys.exit(77)
    unittest.main()
