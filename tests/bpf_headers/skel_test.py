#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""skel_internal.h makes the system calls that stock's makes, but for what it does better, and a
light skeleton by hand loads itself with it on the running kernel."""
import pathlib
import subprocess
import tempfile
import unittest

import building


class Skeletons(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def built(self, name, *arguments):
        """A program of this folder."""
        program = self.folder / name
        subprocess.run(['gcc', '-O2', *arguments, str(building.HERE / f'{name}.c'), '-o',
                        str(program)], check=True)
        return program

    def stock(self):
        """Arguments to compile with stock's header, and with the kernel's of the same suite."""
        include = self.folder / 'include'
        try:
            building.oracle.kernel_headers('1.7.0', include)
            (include / 'bpf').symlink_to(building.stock('1.7.0') / 'bpf')
        except building.oracle.Unavailable as error:
            self.skipTest(f'libbpf 1.7.0: {error}')
        return f'-isystem{include}',

    def printed(self, *command):
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout

    def test_calls_are_stocks(self):
        ours = self.printed(self.built('skel_calls', *building.WARNINGS, f'-I{building.OURS}'))
        stock = self.printed(self.built('skel_calls', '-w', *self.stock()))
        # 1.7.0 asks for the map's hash (BPF_OBJ_GET_INFO_BY_FD) also if the loader is not signed.
        self.assertEqual(ours, ''.join(line for line in stock.splitlines(True)
                                       if ' command 15 ' not in line))
        self.assertIn('= -1, told: 1', ours)
        self.assertIn('= -22, told: 1', ours)

    def test_what_is_better(self):
        program = self.built('skel_calls', *building.WARNINGS, f'-I{building.OURS}')
        lines = self.printed(program, 'own').splitlines()
        # A long name is cut, with its final NUL, so that the kernel takes it.
        self.assertTrue(lines[0].endswith(' 28=0x616e2061 32=0x6f20656d 36=0x6f6d2066 40=0x206572'))
        self.assertIn(' command 14 size 12: 0=0x4d', lines[1])
        # The loader is signed: the hash is asked for, and that may fail.
        for part in lines[2:9], lines[9:16]:
            self.assertEqual([line.split()[2] for line in part[:-1]],
                             ['0', '2', '22', '15', '5', '10'])
            self.assertIn(' 80=data 88=0x20', part[0])
            self.assertTrue(part[4].endswith(' 148=0x1 152=data 160=0x7 164=0xfffffffd'))
            self.assertEqual(part[6], '= 0, told: 0')

    def test_a_light_skeleton(self):
        program = self.built('skel_live', *building.WARNINGS, f'-I{building.OURS}')
        done = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode == 77:
            self.skipTest(done.stdout.strip())
        self.assertEqual((done.returncode, done.stdout), (0, ''))


if __name__ == '__main__':
    unittest.main(verbosity=2)
