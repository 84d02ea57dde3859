#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The library checks find each fault that they are there for, and none in a good library. The
libraries are made here from the symbol list, with empty functions, the way the real ones are."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import check_library
import elf
import symbol_list

SYMBOLS = symbol_list.load(symbol_list.ROOT / 'abi' / 'symbols.txt')
ARCHIVE_PY = symbol_list.ROOT / 'tools' / 'gen' / 'archive.py'
COMPILER = os.environ.get('CC', 'cc').split()

COMPAT_FUNCTION = '''
#ifndef __has_attribute
#define __has_attribute(x) 0
#endif
#if __has_attribute(symver)
__attribute__((visibility("default"), symver("{name}@{node}")))
#else
__asm__(".symver old_{name},{name}@{node}");
__attribute__((visibility("default"), used))
#endif
void old_{name}(void);
void old_{name}(void) {{}}
'''


def defaults(library):
    """C functions for the default symbols of a library; a call makes it need libc."""
    return 'int getpid(void);\n' + ''.join(
        f'__attribute__((visibility("default"))) void {name}(void) {{ getpid(); }}\n'
        for name in symbol_list.archive(SYMBOLS, library))


def compats(library):
    """C functions for its compatibility symbols: link-time optimisation wants them in a file apart
    from the defaults of the same names."""
    return ''.join(COMPAT_FUNCTION.format(**symbol._asdict())
                   for symbol in symbol_list.exported(SYMBOLS, library) if symbol.kind == 'compat')


class Toy(unittest.TestCase):
    """A folder to build in."""
    library = 'libringside'

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding='ascii')
        return str(path)

    def cc(self, *options):
        subprocess.run([*COMPILER, '-fPIC', '-O2', '-fvisibility=hidden', *options], check=True)

    def shared(self, *options, source='', script=None, soname=None):
        """The problems of a shared library, built as told."""
        script = script or '\n'.join(symbol_list.version_script(SYMBOLS, self.library))
        soname = soname or check_library.SONAMES[self.library]
        output = str(self.folder / 'library.so')
        self.cc('-shared', '-fuse-ld=bfd', '-o', output,
                self.write('defaults.c', defaults(self.library) + source),
                self.write('compats.c', compats(self.library)),
                '-Wl,--no-undefined-version', '-Wl,-soname,' + soname,
                '-Wl,--version-script=' + self.write('library.map', script), *options)
        return check_library.shared_problems(elf.shared_library(output), SYMBOLS, self.library)

    def assert_problem(self, problems, word):
        self.assertTrue(any(word in problem for problem in problems), (word, problems))


class SharedLibrary(Toy):
    def test_a_good_library_has_no_problems(self):
        for self.library in symbol_list.LIBRARIES:
            self.assertEqual(self.shared(), [])

    def test_link_time_optimisation_keeps_versions(self):
        if 'clang' in os.path.basename(COMPILER[0]):
            self.skipTest('GNU ld needs a plugin of LLVM for it')
        self.assertEqual(self.shared('-flto'), [])

    def script(self, old, new):
        text = '\n'.join(symbol_list.version_script(SYMBOLS, self.library))
        self.assertIn(old, text)
        return text.replace(old, new)

    def test_an_export_too_many_is_found(self):
        self.assert_problem(
            self.shared(source='__attribute__((visibility("default"))) void extra(void) {}',
                        script=self.script('perf_buffer__poll;', 'perf_buffer__poll; extra;')),
            'too many: LIBBPF_0.0.4 extra T @@')

    def test_a_missing_export_is_found(self):
        self.assert_problem(self.shared(script=self.script('  perf_buffer__poll;\n', '')),
                            'missing: LIBBPF_0.0.4 perf_buffer__poll T @@')

    def test_a_wrong_node_is_found(self):
        script = self.script('  perf_buffer__poll;\n', '').replace(
            'perf_buffer__consume;', 'perf_buffer__consume; perf_buffer__poll;')
        self.assert_problem(self.shared(script=script),
                            'too many: LIBBPF_0.0.9 perf_buffer__poll T @@')

    def test_a_weak_or_data_export_is_found(self):
        for declaration, word in (('__attribute__((weak)) void extra(void) {}', 'FUNC/WEAK'),
                                  ('int extra = 1;', 'extra D')):
            self.assert_problem(
                self.shared(source='__attribute__((visibility("default")))' + declaration,
                            script=self.script('perf_buffer__poll;', 'perf_buffer__poll; extra;')),
                word)

    def test_a_default_where_a_compat_symbol_belongs_is_found(self):
        old = 'perf_buffer__new'
        self.library = 'libbpf'
        source = f'__asm__(".symver twin,{old}@LIBBPF_0.0.4");' \
                 '__attribute__((visibility("default"), used)) void twin(void) {}'
        self.assert_problem(self.shared(source=source), f'too many: LIBBPF_0.0.4 {old} T @')

    def test_a_chain_with_a_missing_node_is_found(self):
        script = self.script('LIBBPF_0.0.5 {\n} LIBBPF_0.0.4;\n', '').replace(
            '} LIBBPF_0.0.5;', '} LIBBPF_0.0.4;')
        problems = self.shared(script=script)
        self.assert_problem(problems, 'missing: LIBBPF_0.0.5 LIBBPF_0.0.5 A')
        self.assert_problem(problems, 'version nodes are')

    def test_a_broken_chain_is_found(self):
        self.assert_problem(self.shared(script=self.script('} LIBBPF_0.0.5;', '};')),
                            'version nodes are')

    def test_a_wrong_soname_is_found(self):
        self.assert_problem(self.shared(soname='libbpf.so.0'), 'soname')

    def test_a_second_needed_library_is_found(self):
        self.assert_problem(self.shared('-Wl,--no-as-needed', '-lm'), 'libm.so')

    def test_an_executable_stack_is_found(self):
        self.assert_problem(self.shared('-Wl,-z,execstack'), 'stack')

    def test_a_function_that_runs_when_it_is_loaded_is_found(self):
        source = '__attribute__((constructor)) static void early(void) { getpid(); }'
        self.assert_problem(self.shared(source=source), 'when loaded')

    def test_text_relocations_are_found(self):
        source = '__asm__(".text\\n.quad word\\n.data\\nword: .quad 0\\n.text");'
        self.assert_problem(self.shared('-Wl,-z,notext', source=source), 'text relocations')

    def test_a_name_without_definition_fails_the_link(self):
        with self.assertRaises(subprocess.CalledProcessError):
            self.shared(script=self.script('perf_buffer__poll;', 'perf_buffer__poll; nowhere;'))


class Archive(Toy):
    def object(self, name, source):
        output = str(self.folder / (name + '.o'))
        self.cc('-c', '-o', output, self.write(name + '.c', source))
        return output

    def archive(self, *objects, names=None):
        names = names or symbol_list.archive(SYMBOLS, self.library)
        output = str(self.folder / f'{self.library}.a')
        subprocess.run([sys.executable, str(ARCHIVE_PY), output,
                        self.write('names.txt', '\n'.join(names) + '\n'), *objects], check=True)
        return output

    def problems(self, *objects, names=None):
        return check_library.archive_problems(
            elf.archive_globals(self.archive(*objects, names=names)), SYMBOLS, self.library)

    def test_a_good_archive_has_no_problems(self):
        for self.library in symbol_list.LIBRARIES:
            other = '__attribute__((visibility("default"))) int inner_too(void) { return 1; }'
            self.assertEqual(self.problems(self.object('one', defaults(self.library)),
                                           self.object('two', other)), [])

    def test_a_global_too_many_is_found(self):
        names = symbol_list.archive(SYMBOLS, self.library) + ['extra']
        self.assert_problem(
            self.problems(self.object('one', defaults(self.library) + 'void extra(void) {}'),
                          names=names), "too many: ('extra', 'T')")

    def test_a_missing_global_is_found(self):
        names = symbol_list.archive(SYMBOLS, self.library)
        self.assert_problem(self.problems(self.object('one', defaults(self.library)),
                                          names=names[1:]), f"missing: ('{names[0]}', 'T')")

    def test_shared_code_in_two_archives_does_not_collide(self):
        """The same inline function, in a group of its own, from two archives in one program; and
        the same inner function, which is another in each."""
        group = '__asm__(".section .text.shared,\\"axG\\",@progbits,shared,comdat\\n"' \
                '".weak shared\\nshared: ret\\n.text");'
        archives = []
        for self.library in ('first', 'second'):
            entry = self.library
            source = f'{group} void shared(void); void inner(void); void {entry}(void); ' \
                     f'void {entry}(void) {{ shared(); inner(); }}'
            inner = f'int {entry}_was_here; void inner(void) {{ {entry}_was_here = 1; }}'
            archives.append(self.archive(self.object(entry, source),
                                         self.object(entry + '_inner', inner), names=[entry]))
        program = 'void first(void); void second(void); int main(void) ' \
                  '{ first(); second(); return 0; }'
        self.cc('-o', str(self.folder / 'program'), self.write('main.c', program), *archives)
        subprocess.run([str(self.folder / 'program')], check=True)


if __name__ == '__main__':
    if shutil.which(COMPILER[0]) is None:
        print(f'SKIP: no {COMPILER[0]}')
        sys.exit(77)
    unittest.main(verbosity=2)
