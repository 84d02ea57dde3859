#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Files that are no library, or no whole one: one line that says what, why and what to do, status
2, and never a crash, a long wait or much memory."""
import os
import pathlib
import random
import re
import resource
import struct
import subprocess
import unittest

import abi_tool
from abi_tool import CC, Recipe, ringside

EI_CLASS, EI_DATA, E_MACHINE, E_SHOFF, E_SHNUM = 4, 5, 18, 40, 60
MOST_MEMORY = 1 << 30
MOST_CPU_S = 10
SANITIZED = os.environ.get('SANITIZED') == '1'


def limit():
    """Limits a child; that it ends by a signal is an error."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    if not SANITIZED:  # a sanitizer reserves more address space than there is
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


class Inputs(abi_tool.Case):
    def setUp(self):
        super().setUp()
        self.good = Recipe('1.7.0').build(self.folder).read_bytes()

    def write(self, content, name='input'):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def changed(self, layout, offset, value):
        """The good library with one number overwritten."""
        content = bytearray(self.good)
        struct.pack_into('<' + layout, content, offset, value)
        return bytes(content)

    def run_bounded(self, *arguments):
        return ringside(*arguments, preexec_fn=limit)

    def assert_refused(self, path, words, verbs=('check', 'who')):
        for verb in verbs:
            done = self.run_bounded(verb, path)
            self.assertEqual((done.returncode, done.stdout), (2, ''), done)
            self.assertRegex(done.stderr, rf'^ringside abi: {path}: [^\n]*\n$')
            self.assertIn(words, done.stderr)

    def test_what_is_no_elf_file(self):
        for content, words in ((b'', 'is empty'),
                               (b'#!/bin/sh\n', 'not an ELF file (it starts with "#!/bin/s")'),
                               (b'\x7fEL', 'not an ELF file (it starts with "\\x7fEL")'),
                               (b'!<arch>\nlibrary.o/', 'is an archive'),
                               (b'GROUP ( libbpf.so.1 )', 'not an ELF file'),
                               (os.urandom(4) + bytes(2000), 'not an ELF file')):
            self.assert_refused(self.write(content), words)

    def test_what_is_no_file(self):
        pipe = self.folder / 'pipe'
        os.mkfifo(pipe)
        for path, words in ((self.folder, 'is a folder'), (pipe, 'is a device or pipe'),
                            (pathlib.Path('/dev/zero'), 'is a device or pipe'),
                            (self.folder / 'nowhere', 'No such file')):
            self.assert_refused(path, words)

    def test_other_machines(self):
        for layout, offset, value, words in (
                ('B', EI_CLASS, 1, 'is a 32-bit file for'),
                ('H', E_MACHINE, 247, 'file for BPF; this command reads 64-bit'),
                ('H', E_MACHINE, 243, '64-bit file for riscv'),
                ('H', E_MACHINE, 9999, '64-bit file for machine 9999'),
                ('B', EI_DATA, 2, '64-bit file for')):
            self.assert_refused(self.write(self.changed(layout, offset, value)), words)

    def test_a_true_32_bit_library(self):
        path = self.folder / 'library32.so'
        source = self.write(b'int f(void) { return 1; }\n', 'f.c')
        made = subprocess.run(['i686-linux-gnu-gcc', '-shared', '-o', str(path), str(source)],
                              check=False) if abi_tool.shutil.which('i686-linux-gnu-gcc') else None
        if made is None or made.returncode != 0:
            self.skipTest('no compiler for i686')
        self.assert_refused(path, 'is a 32-bit file for i386; this command reads 64-bit files for')

    def test_elf_files_that_are_no_library(self):
        source = self.write(b'int main(void) { return 0; }\n', 'main.c')

        def compiled(name, *options):
            path = self.folder / name
            subprocess.run([*CC, '-o', str(path), str(source), *options], check=True)
            return path
        self.assert_refused(compiled('object.o', '-c'), 'is an object file')
        for options in ('-static',), ('-static-pie',):
            static = compiled('static', *options)
            self.assert_refused(static, 'is linked statically', ('who',))
            self.assert_refused(static, 'is a program', ('check',))
        self.assert_refused(compiled('program'), 'is a program', ('check',))
        self.assert_refused(compiled('pie', '-pie', '-fPIE'), 'is a program', ('check',))
        self.assert_refused(compiled('fixed', '-no-pie'), 'is a program', ('check',))
        library = compiled('other.so', '-shared', '-fPIC')
        self.assert_refused(library, 'is no libbpf: its soname is missing', ('check',))
        debug = self.folder / 'library.debug'
        subprocess.run(['objcopy', '--only-keep-debug', str(library), str(debug)], check=True)
        self.assert_refused(debug, 'holds only the debug information of another file')

    def stripped(self, content):
        """The same file without section headers, as sstrip(1) leaves it."""
        start, = struct.unpack_from('<Q', content, E_SHOFF)
        content = bytearray(content[:start])
        struct.pack_into('<Q', content, E_SHOFF, 0)
        struct.pack_into('<HHH', content, 58, 0, 0, 0)
        return bytes(content)

    def test_a_library_without_section_headers(self):
        """Libraries and programs are read as the loader reads them, which needs no sections."""
        for hash_style in 'gnu', 'sysv', 'both':
            recipe = Recipe('1.7.0')
            recipe.options.append(f'-Wl,--hash-style={hash_style}')
            library = recipe.build(self.folder)
            bare = self.write(self.stripped(library.read_bytes()))
            for verb in ('check',), ('list',), ('diff', '1.7.0'):
                whole, same = (ringside(*verb, path) for path in (library, bare))
                self.assertEqual(whole.returncode, 0)
                self.assertEqual((same.returncode, same.stdout.replace(str(bare), str(library))),
                                 (whole.returncode, whole.stdout))
        for options in (), ('-no-pie',), ('-Wl,-z,now',):
            program = self.folder / 'reads'
            subprocess.run([*CC, '-w', '-o', str(program), '-x', 'c', '-', '-x', 'none', *options,
                            str(library)], input=b'int ring_buffer__poll(); int main(void) {'
                           b'perf_buffer__poll(0, 0); return (long)ring_buffer__poll; }',
                           check=True)
            bare = self.write(self.stripped(program.read_bytes()), 'bare')
            found = ringside('who', bare)
            self.assertIn('imports 2 functions of libbpf.so.1', found.stdout)
            self.assertEqual(found.stdout.replace(str(bare), str(program)),
                             ringside('who', program).stdout)

    def test_hash_tables_that_lie(self):
        """A table that leads out of the file, or does not end, is no library's."""
        hash_table = Recipe('1.7.0')
        hash_table.options.append('-Wl,--hash-style=gnu')
        content = hash_table.build(self.folder).read_bytes()
        sections = subprocess.run(['readelf', '-SW', str(self.folder / 'library.so')], text=True,
                                  check=True, stdout=subprocess.PIPE).stdout
        where = int(re.search(r'\.gnu\.hash +\S+ +\S+ +(\S+)', sections)[1], 16)
        for word, value in ((0, 0xffffffff), (0, 1 << 24), (2, 0xffffffff), (2, 1 << 20),
                            (1, 0), (1, 0xffff)):
            damaged = bytearray(content)
            struct.pack_into('<I', damaged, where + 4 * word, value)
            done = self.run_bounded('check', self.write(bytes(damaged)))
            self.assertIn(done.returncode, (1, 2), (word, value, done))
            self.assertRegex(done.stderr, r'^(ringside abi: [^\n]*\n)?$')

    def test_headers_that_lie(self):
        start, = struct.unpack_from('<Q', self.good, E_SHOFF)
        for layout, offset, value in (('Q', E_SHOFF, len(self.good)), ('Q', E_SHOFF, 1 << 63),
                                      ('H', E_SHNUM, 0), ('H', E_SHNUM, 0xfeff),
                                      ('H', 54, 3), ('H', 56, 0xffff), ('H', 58, 0),
                                      ('Q', 32, len(self.good) - 8)):
            self.assert_refused(self.write(self.changed(layout, offset, value)), 'is damaged')
        # The first section's size would count the sections, if there were too many for the header.
        content = bytearray(self.changed('H', E_SHNUM, 0))
        struct.pack_into('<Q', content, start + 32, 1 << 31)
        self.assert_refused(self.write(bytes(content)), 'is damaged')

    def test_a_truncated_library(self):
        for size in [*range(1, 80), *range(80, len(self.good), len(self.good) // 97)]:
            path = self.write(self.good[:size])
            for verb in 'check', 'who':
                done = self.run_bounded(verb, path)
                self.assertEqual(done.returncode, 2, (size, done))
                self.assertRegex(done.stderr, r'^ringside abi: [^\n]*\n$')

    def test_a_huge_file_that_is_mostly_holes(self):
        """Tables of gigabytes are not read, wherever they are told to be."""
        start, count = struct.unpack_from('<Q', self.good, E_SHOFF)[0], \
            struct.unpack_from('<H', self.good, E_SHNUM)[0]
        for number in range(1, count):
            path = self.write(self.good)
            os.truncate(path, 1 << 36)
            with open(path, 'r+b') as file:
                file.seek(start + number * 64 + 32)
                file.write(struct.pack('<Q', 1 << 35))
            for verb in 'check', 'who':
                self.assertIn(self.run_bounded(verb, path).returncode, (0, 1, 2))

    def test_bytes_flipped_at_random(self):
        """No answer is expected but a sane one: a status that there is, and one line of error."""
        chance = random.Random(1)
        places = [(0, 1000), (len(self.good) - 3000, len(self.good)), (0, len(self.good)),
                  (0, 20000)]
        for turn in range(200):
            content = bytearray(self.good)
            for _ in range(chance.randint(1, 8)):
                content[chance.randrange(*places[turn % 4])] = chance.randrange(256)
            done = self.run_bounded(('check', 'who', 'list', 'diff')[turn % 4],
                                    *[self.write(bytes(content))] * (2 if turn % 4 == 3 else 1))
            self.assertRegex(done.stderr, r'^(ringside abi: [^\n]*\n)?$')
            self.assertEqual(done.returncode == 2, bool(done.stderr) or 'imports nothing' in
                             done.stdout, done)

    def test_the_command_line(self):
        library = self.write(self.good)
        for arguments, words in (
                (('check', library, '--debug-info', '/no/such/folder'), '/no/such/folder'),
                (('diff', library, library, '--debug-info', library), '--debug-info'),
                (('check', library, '--against', '9.9'), 'libbpf 9.9 is not known'),
                (('list', '1.4.8'), 'libbpf 1.4.8 is not known'),
                (('diff', '1.0', '2.0'), 'libbpf 2.0 is not known'),
                (('check',), 'LIB is required'),
                (('who', library, library), 'not expected'),
                (('check', library, '--json', '--junit'), 'excludes')):
            done = ringside(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ''), done)
            self.assertIn(words, done.stderr)
        self.assertEqual(ringside().returncode, 0)
        for verb in 'check', 'diff', 'list', 'who':
            self.assertIn(f'ringside abi {verb}', ringside(verb, '--help').stdout)


if __name__ == '__main__':
    unittest.main(verbosity=2)
