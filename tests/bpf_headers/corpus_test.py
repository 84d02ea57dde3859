#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The corpus compiled with our headers and with stock ones: the same instructions, relocations,
data and types, for each machine and both byte orders."""
import difflib
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

import bpf_object
import building

# What ours compile to otherwise on purpose, by file: lines that are not compared. The functions of
# usdt.bpf.h are code of our own; the rest of the file is as the library knows it.
OWN_CODE = {'usdt': r'(section |\.rel|function |core |symbol bpf_usdt_\w+: .*)?\.text'}
# Files that look at registers, and the machines whose registers 1.1.2 gives as later releases do.
OF_MACHINES = ('registers', 'usdt')
OLD_MACHINES = ('x86', 'arm', 'mips')
RELEASES = {'1.1.2': 101, '1.7.0': 107}


def cases(release):
    """What is compiled for a release: (file, more arguments)."""
    for path in sorted(building.CORPUS.glob('*.bpf.c')):
        name = path.name.split('.')[0]
        if name == 'usdt' and release == '1.1.2':
            continue  # The layout of the maps has changed since.
        machines = building.MACHINES if name in OF_MACHINES else ('x86',)
        for machine in machines if release != '1.1.2' else OLD_MACHINES:
            if machine in machines:
                yield name, (f'-D__TARGET_ARCH_{machine}',)
        if name == 'registers':
            yield name, ('-D__TARGET_ARCH_x86', '-DBY_UAPI')
            if release != '1.1.2':
                for machine in ('powerpc', 'sparc'):
                    yield name, (f'-D__TARGET_ARCH_{machine}', '-D__arch64__')
        elif name == 'printing':
            yield name, ('-DBPF_NO_GLOBAL_DATA',)
        elif name == 'usdt':
            yield name, ('-D__TARGET_ARCH_x86', '-DSETTINGS')
        elif name == 'chains' and release != '1.1.2':
            yield name, ('-D__TARGET_ARCH_s390',)


class Corpus(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.known = {}

    def lines(self, name, include, *arguments, **keywords):
        """A file of the corpus, compiled, as lines of text. Each is compiled once."""
        asked = name, include, arguments, tuple(keywords.items())
        if asked not in self.known:
            self.known[asked] = self.compiled(name, include, *arguments, **keywords)
        return self.known[asked]

    def compiled(self, name, include, *arguments, **keywords):
        output = self.folder / 'object.o'
        output.unlink(missing_ok=True)
        source = (building.CORPUS / f'{name}.bpf.c').read_text(encoding='utf-8')
        said = building.compiled(source, output, include, *arguments, **keywords)
        self.assertEqual(said, '')
        own = re.compile(OWN_CODE.get(name, '(?!)'))
        return [line for line in bpf_object.lines(output.read_bytes()) if not own.match(line)]

    def stock(self, version):
        """The headers of a release alone, or a skipped test."""
        try:
            include = building.stock(version)
        except building.oracle.Unavailable as error:
            self.skipTest(f'libbpf {version}: {error}')
        return building.mixed(self.folder / version, (include, building.HEADERS))

    def compare(self, name, theirs, ours, *arguments, **keywords):
        """Compiles with both, ours without a warning, and compares."""
        expected = self.lines(name, theirs, '-w', *arguments, **keywords)
        found = self.lines(name, ours, *building.WARNINGS, *arguments, **keywords)
        difference = list(difflib.unified_diff(expected, found, 'stock', 'ours', '', '', 0, ''))
        self.assertEqual('\n'.join(difference[:40]), '')

    def release(self, version):
        include = self.stock(version)
        for order in building.ORDERS:
            for name, arguments in cases(version):
                with self.subTest(name=name, order=order, arguments=arguments):
                    self.compare(name, include, building.OURS, f'-DVERSION={RELEASES[version]}',
                                 *arguments, target=order)

    def test_the_same_as_with_the_headers_of_1_7_0(self):
        self.release('1.7.0')

    def test_the_same_as_with_the_headers_of_1_1_2(self):
        self.release('1.1.2')

    def test_the_same_with_one_header_of_the_other(self):
        """Projects have a copy of one of these headers and take the others from the system."""
        include = self.stock('1.7.0')
        pure = include, building.OURS
        for one in building.HEADERS:
            others = [name for name in building.HEADERS if name != one]
            for number, (most, some) in enumerate((pure, pure[::-1])):
                place = building.mixed(self.folder / f'{one}{number}', (most, others),
                                       (some, [one]))
                for name in ('attributes', 'printing', 'chains', 'heads', 'registers', 'usdt'):
                    with self.subTest(one=one, of=some, name=name):
                        arguments = '-DVERSION=107', '-D__TARGET_ARCH_x86', '-w'
                        self.assertTrue(self.lines(name, place, *arguments) ==
                                        self.lines(name, include, *arguments), 'different')

    def test_each_standard_of_c(self):
        for standard in ('gnu89', 'gnu11', 'gnu2x'):
            for path in building.CORPUS.glob('*.bpf.c'):
                name = path.name.split('.')[0]
                if (standard, name) == ('gnu89', 'loops'):
                    continue  # C89 has no declarations in the head of a for.
                with self.subTest(standard=standard, name=name):
                    self.lines(name, building.OURS, f'-std={standard}', '-DVERSION=108',
                               '-D__TARGET_ARCH_x86', *building.WARNINGS)

    def test_a_changed_header_is_seen(self):
        """What compares, sees: instructions, relocations, data, types and records."""
        changes = (
            ('bpf_helper_defs.h', '(void *) 1;', '(void *) 7;', 'maps'),
            ('bpf_helpers.h', 'int(*name)[number]', 'long(*name)[number]', 'maps'),
            ('bpf_helpers.h', '__type(name, type) __typeof__(type)* name',
             '__type(name, type) __typeof__(type)** name', 'maps'),
            ('bpf_helpers.h', '"arg:nullable"', '"arg:nonnull"', 'attributes'),
            ('bpf_helpers.h', 'btf_type_tag("kptr")', 'btf_type_tag("kptr_untrusted")',
             'attributes'),
            ('bpf_helpers.h', 'visibility("hidden")', 'visibility("default")', 'attributes'),
            ('bpf_helpers.h', 'section(".kconfig")', 'section(".ksyms")', 'attributes'),
            ('bpf_helpers.h', 'static const char ___format[]', 'static char ___format[]',
             'printing'),
            ('bpf_core_read.h', 'BPF_TYPE_ID_LOCAL = 0', 'BPF_TYPE_ID_LOCAL = 1', 'core'),
            ('bpf_core_read.h', 'bpf_probe_read_user(dst', 'bpf_probe_read_kernel(dst', 'core'),
            ('bpf_core_read.h', '___bpf_chain(bpf_core_read, bpf_core_read_str',
             '___bpf_chain(bpf_core_read, bpf_core_read', 'chains'),
            ('bpf_tracing.h', '#define ___bpf_parm6 r9', '#define ___bpf_parm6 r8', 'registers'),
            ('bpf_tracing.h', 'unsigned long long*, (', 'const unsigned long long*, (', 'heads'),
            ('usdt.bpf.h', '__type(value, __u32)', '__type(value, int)', 'usdt'),
            ('bpf_endian.h', '__builtin_bswap16', '', 'endian'))
        for number, (header, old, new, name) in enumerate(changes):
            place = building.mixed(self.folder / str(number), (building.OURS, building.HEADERS))
            text = (place / 'bpf' / header).read_text(encoding='utf-8')
            self.assertIn(old, text)
            (place / 'bpf' / header).write_text(text.replace(old, new), encoding='utf-8')
            with self.subTest(header=header, new=new):
                arguments = '-DVERSION=107', '-D__TARGET_ARCH_x86', '-w'
                self.assertTrue(self.lines(name, place, *arguments) !=
                                self.lines(name, building.OURS, *arguments), 'not seen')


if __name__ == '__main__':
    if shutil.which(building.CLANG) is None:
        print('SKIP: no clang')
        sys.exit(77)
    unittest.main(verbosity=2)
