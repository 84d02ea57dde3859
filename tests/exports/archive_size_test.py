#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""A program that is linked statically carries what it calls, and little more.

  archive_size_test.py LIBBPF.A
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

COMPILER = os.environ.get('CC', 'cc').split()
INCLUDE = pathlib.Path(__file__).resolve().parents[2] / 'include'

# What one call may add to a program, in bytes of code and data. A page more or less, which is how
# sections are laid out, must not fail it.
BOUNDS = {
    'libbpf_version_string()': 4 * 1024,
    'libbpf_strerror(1, 0, 0)': 8 * 1024,
    'libbpf_num_possible_cpus()': 32 * 1024,
}
PROGRAM = """
#include <bpf/libbpf.h>
int main(void) {{ return {call} != 0; }}
"""
ARCHIVE = None


class ArchiveSize(unittest.TestCase):
    def size(self, folder, call):
        """The bytes of code and data of a program with that call."""
        source, program = (os.path.join(folder, name) for name in ('main.c', 'program'))
        pathlib.Path(source).write_text(PROGRAM.format(call=call), encoding='ascii')
        subprocess.run([*COMPILER, f'-I{INCLUDE}', source, ARCHIVE, '-o', program], check=True)
        done = subprocess.run(['size', program], check=True, text=True, stdout=subprocess.PIPE)
        return sum(map(int, done.stdout.splitlines()[1].split()[:3]))

    def test_a_program_with_one_call(self):
        with tempfile.TemporaryDirectory() as folder:
            empty = self.size(folder, '0')
            for call, bound in BOUNDS.items():
                with self.subTest(call=call):
                    self.assertLess(self.size(folder, call) - empty, bound)


if __name__ == '__main__':
    ARCHIVE = sys.argv.pop()
    unittest.main()
