#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Libraries that are broken on purpose, each in one way: `ringside abi check` catches each of them
with the check that is for it, and with no other."""
import re
import shutil
import struct
import unittest

import abi_tool
from abi_tool import Recipe, as_json, ringside

CHECKS = ['soname', 'nodes', 'symbols', 'defaults', 'kinds', 'exports', 'textrel', 'stack', 'relro',
          'needed', 'layouts']
PT_NULL, PT_GNU_STACK = 0, 0x6474e551
POLL = 'int perf_buffer__poll(struct perf_buffer *pb, int timeout_ms) {}'
OLD_NEW = 'void perf_buffer__new_of_LIBBPF_0_0_4(void) {}'


def node_without_functions(recipe):
    recipe.script = re.sub(r'LIBBPF_1\.2\.0 {.*?} LIBBPF_1\.1\.0;\n', '', recipe.script, 1, re.S)
    recipe.edit('script', '} LIBBPF_1.2.0;', '} LIBBPF_1.1.0;')


def functions_in_the_node_after(recipe):
    recipe.edit('script', '} LIBBPF_1.1.0;\nLIBBPF_1.3.0 {\nglobal:\n', '')
    recipe.edit('script', 'LIBBPF_1.2.0 {', 'LIBBPF_1.3.0 {')
    recipe.edit('script', '} LIBBPF_1.2.0;', '} LIBBPF_1.1.0;')


def no_nodes(recipe):
    recipe.script = ''


def node_of_no_release(recipe):
    recipe.edit('script', 'LIBBPF_1.6.0 {', 'LIBBPF_1.5.1 {\n} LIBBPF_1.5.0;\nLIBBPF_1.6.0 {')
    recipe.edit('script', '} LIBBPF_1.5.0;\nLIBBPF_1.7.0', '} LIBBPF_1.5.1;\nLIBBPF_1.7.0')


def node_without_parent(recipe):
    recipe.edit('script', '} LIBBPF_0.0.4;', '};')


def parent_left_out(recipe):
    recipe.edit('script', '} LIBBPF_0.0.5;', '} LIBBPF_0.0.4;')


def two_parents(recipe):
    recipe.edit('script', '} LIBBPF_0.0.5;', '} LIBBPF_0.0.5 LIBBPF_0.0.3;')


def symbol_missing(recipe):
    recipe.drop_function('perf_buffer__poll')


def symbol_in_another_node(recipe):
    recipe.edit('script', '  perf_buffer__poll;\n', '')
    recipe.edit('script', '  perf_buffer__consume;\n',
                '  perf_buffer__consume;\n  perf_buffer__poll;\n')


def symbol_hidden(recipe):
    recipe.edit('source', POLL, '__attribute__((visibility("hidden"))) ' + POLL)
    recipe.options.append('-Wl,--undefined-version')


def defaults_swapped(recipe):
    recipe.edit('source', 'perf_buffer__new@LIBBPF_0.0.4', 'perf_buffer__new@LIBBPF_0.6.0')
    recipe.edit('script', '  perf_buffer__new;\n', '')
    recipe.edit('script', '  perf_buffer__poll;\n', '  perf_buffer__poll;\n  perf_buffer__new;\n')


def default_is_hidden(recipe):
    recipe.edit('script', '  perf_buffer__poll;\n', '')
    recipe.edit('source', 'void perf_buffer__poll(',
                '__asm__(".symver poll_of_old,perf_buffer__poll@LIBBPF_0.0.4");\n'
                'void poll_of_old(')


def compat_missing(recipe):
    recipe.edit('source', '__asm__(".symver perf_buffer__new_of_LIBBPF_0_0_4,'
                          'perf_buffer__new@LIBBPF_0.0.4");', '')
    recipe.edit('source', OLD_NEW, 'static ' + OLD_NEW)


def symbol_is_data(recipe):
    recipe.edit('source', POLL, 'int perf_buffer__poll = 1;')


def symbol_is_thread_local(recipe):
    recipe.edit('source', POLL, '__thread int perf_buffer__poll = 1;')


def symbol_is_weak(recipe):
    recipe.edit('source', POLL, '__attribute__((weak)) ' + POLL)


def extra_export(recipe):
    recipe.source += 'void extra(void) {}\n'
    recipe.edit('script', '  perf_buffer__poll;\n', '  perf_buffer__poll;\n  extra;\n')


def extra_version(recipe):
    recipe.source += '__asm__(".symver more,perf_buffer__poll@LIBBPF_1.2.0");\nvoid more(void) {}\n'


def wrong_soname(recipe):
    recipe.soname = 'libbpf.so.2'


def no_soname(recipe):
    recipe.soname = None


def text_relocations(recipe):
    recipe.source += '__asm__(".text\\n.quad word\\n.data\\nword: .quad 0\\n.text");\n'
    recipe.options += ['-fuse-ld=bfd', '-Wl,-z,notext']


def executable_stack(recipe):
    recipe.options.append('-Wl,-z,execstack')


def no_relro(recipe):
    recipe.options.append('-Wl,-z,norelro')


def another_library(recipe):
    recipe.options += ['-Wl,--no-as-needed', '-lm']


def field_moved(recipe):
    recipe.edit('source', 'struct perf_buffer_opts {\nsize_t sz;\n__u32 sample_period;',
                'struct perf_buffer_opts {\n__u32 sample_period;\nsize_t sz;')


def field_shifted(recipe):
    recipe.edit('source', 'struct perf_buffer_opts {\nsize_t sz;\n',
                'struct perf_buffer_opts {\nsize_t sz;\nlong before;\n')


def field_wider(recipe):
    recipe.edit('source', '__u32 retval;\nint repeat;', '__u64 retval;\nint repeat;')


def field_gone(recipe):
    recipe.edit('source', '__u32 sample_period;\n', '')


def field_in_a_union_shifted(recipe):
    recipe.edit('source', 'const char * path;\n', 'const char * before;\nconst char * path;\n')


def arguments_swapped(recipe):
    recipe.edit('source', POLL, 'int perf_buffer__poll(int timeout_ms, struct perf_buffer *pb) {}')


def callback_changed(recipe):
    recipe.edit('source', '(*perf_buffer_lost_fn)(void *, int, __u64)',
                '(*perf_buffer_lost_fn)(void *, __u64, int)')


def enum_changed(recipe):
    recipe.edit('source', 'LIBBPF_WARN = 0, LIBBPF_INFO = 1', 'LIBBPF_INFO = 0, LIBBPF_WARN = 1')


def mutant(change, check, words, findings=1, version='1.7.0'):
    return change, check, words, findings, version


# What is changed, the check that finds it, what it says, how often, and in which release.
MUTANTS = [
    mutant(node_without_functions, 'nodes', 'LIBBPF_1.2.0 is not there, with'),
    mutant(functions_in_the_node_after, 'nodes', 'LIBBPF_1.2.0 is not there, with'),
    mutant(no_nodes, 'nodes', 'no version nodes at all'),
    mutant(node_of_no_release, 'nodes', 'LIBBPF_1.5.1 is of no libbpf release'),
    mutant(symbol_missing, 'symbols', 'perf_buffer__poll@@LIBBPF_0.0.4 is not there'),
    mutant(symbol_in_another_node, 'symbols', 'not there, but in LIBBPF_0.0.9'),
    mutant(symbol_hidden, 'symbols', 'perf_buffer__poll@@LIBBPF_0.0.4 is not there'),
    mutant(defaults_swapped, 'defaults', 'perf_buffer__new@LIBBPF_0.6.0 must be the default', 2,
           '0.8.3'),
    mutant(default_is_hidden, 'defaults', 'perf_buffer__poll@LIBBPF_0.0.4 must be the default', 1,
           '0.8.3'),
    mutant(compat_missing, 'defaults', 'perf_buffer__new@LIBBPF_0.0.4 is not there', 1, '0.8.3'),
    mutant(symbol_is_data, 'kinds', 'perf_buffer__poll@@LIBBPF_0.0.4 is data'),
    mutant(symbol_is_thread_local, 'kinds', 'perf_buffer__poll@@LIBBPF_0.0.4 is thread-local'),
    mutant(symbol_is_weak, 'kinds', 'perf_buffer__poll@@LIBBPF_0.0.4 is weak'),
    mutant(extra_export, 'exports', 'extra@@LIBBPF_0.0.4 is exported'),
    mutant(extra_version, 'exports', 'perf_buffer__poll@LIBBPF_1.2.0 is exported'),
    mutant(wrong_soname, 'soname', 'libbpf.so.2, not libbpf.so.1'),
    mutant(no_soname, 'soname', 'there is no soname'),
    mutant(text_relocations, 'textrel', 'text relocations'),
    mutant(executable_stack, 'stack', 'executable stack'),
    mutant(no_relro, 'relro', 'no RELRO'),
    mutant(another_library, 'needed', 'libm.so.6 is needed'),
]
# What no loader reads is no fault, and noted.
NOTED = [
    (node_without_parent, 'LIBBPF_0.0.5 follows on nothing, not on LIBBPF_0.0.4: no loader reads'),
    (parent_left_out, 'LIBBPF_0.0.6 follows on LIBBPF_0.0.4, not on LIBBPF_0.0.5: no loader reads'),
    (two_parents, 'LIBBPF_0.0.6 follows on LIBBPF_0.0.[53] and LIBBPF_0.0.[53], not on'),
]
LAYOUT_MUTANTS = [
    mutant(field_moved, 'layouts', "struct perf_buffer_opts: .*sample_period' offset changed"),
    mutant(field_shifted, 'layouts', "struct perf_buffer_opts: .*offset changed from 8 to 16"),
    mutant(field_wider, 'layouts', 'struct bpf_test_run_opts: .*retval'),
    mutant(field_gone, 'layouts', 'struct perf_buffer_opts: .*sample_period'),
    mutant(field_in_a_union_shifted, 'layouts', 'struct bpf_link_create_opts: '),
    mutant(arguments_swapped, 'layouts', 'function int perf_buffer__poll'),
    mutant(callback_changed, 'layouts', 'perf_buffer_lost_fn'),
    mutant(enum_changed, 'layouts', 'enum libbpf_print_level'),
]


class Mutants(abi_tool.Case):
    def check(self, library, version):
        status, said = as_json('check', library, '--against', version)
        self.assertEqual([check['check'] for check in said['checks']], CHECKS)
        self.assertEqual(said['conforms'], status == 0)
        return {check['check']: check for check in said['checks']}

    def assert_caught(self, library, check, words, findings, version):
        checks = self.check(library, version)
        failed = [name for name in CHECKS if checks[name]['status'] == 'failed']
        self.assertEqual(failed, [check], [checks[name]['findings'][0] for name in failed])
        found = checks[check]['findings']
        self.assertEqual(len(found), findings, found)
        self.assertTrue(any(re.search(words, finding['what']) for finding in found), found)
        for finding in found:
            self.assertTrue(finding['breaks'])
            self.assertNotIn('\n', finding['what'] + finding['breaks'])

    def test_each_mutant_is_caught_by_its_check_alone(self):
        for change, *expected in MUTANTS:
            with self.subTest(change.__name__):
                recipe = Recipe(expected[-1], typed=expected[-1] != '0.8.3')
                change(recipe)
                self.assert_caught(recipe.build(self.folder), *expected)
        print(f'{len(MUTANTS)} mutants, each caught by its check')

    def assert_noted(self, library, words):
        status, said = as_json('check', library, '--against', '1.7.0')
        self.assertEqual((status, said['conforms']), (0, True), said['checks'])
        self.assertTrue(any(re.search(words, note) for note in said['notes']), said['notes'])
        self.assertNotIn('notes', [check['check'] for check in said['checks']])

    def test_what_no_loader_reads_is_noted(self):
        for change, words in NOTED:
            with self.subTest(change.__name__):
                recipe = Recipe('1.7.0')
                change(recipe)
                library = recipe.build(self.folder)
                self.assert_noted(library, words)
                # Nor is it a difference of two libraries.
                same = ringside('diff', '1.7.0', library)
                self.assertEqual(same.returncode, 0, same)
                self.assertRegex(same.stdout, r'note: node LIBBPF_0\.0\.\d: its parent')

    @unittest.skipUnless(shutil.which('ld.lld'), 'ld.lld is not installed')
    def test_a_library_that_lld_links_conforms(self):
        """It writes of no node which one it follows on."""
        recipe = Recipe('1.7.0')
        recipe.options.append('-fuse-ld=lld')
        self.assert_noted(recipe.build(self.folder),
                          r'LIBBPF_0.0.2 follows on nothing, not on LIBBPF_0.0.1 \(and 23 more '
                          r'nodes like it\): no loader reads')

    @unittest.skipUnless(abi_tool.HAS_ABIDIFF, 'abidiff is not installed')
    def test_each_mutant_of_layouts_is_caught(self):
        for change, *expected in LAYOUT_MUTANTS:
            with self.subTest(change.__name__):
                recipe = Recipe(expected[-1], typed=True)
                change(recipe)
                self.assert_caught(recipe.build(self.folder), *expected)
        print(f'{len(LAYOUT_MUTANTS)} mutants of layouts, each caught by its check')

    def test_a_stack_that_is_not_told_is_caught(self):
        library = Recipe('1.7.0').build(self.folder)
        content = bytearray(library.read_bytes())
        start, = struct.unpack_from('<Q', content, 32)
        size, count = struct.unpack_from('<HH', content, 54)
        for at in range(start, start + size * count, size):
            if struct.unpack_from('<I', content, at)[0] == PT_GNU_STACK:
                struct.pack_into('<I', content, at, PT_NULL)
        library.write_bytes(content)
        self.assert_caught(library, 'stack', 'no PT_GNU_STACK', 1, '1.7.0')

    def test_an_unchanged_library_passes_every_check(self):
        for version, typed in (('1.7.0', True), ('1.1.2', True), ('0.8.3', False)):
            checks = self.check(Recipe(version, typed).build(self.folder), version)
            skipped = [] if typed and abi_tool.HAS_ABIDIFF else ['layouts']
            self.assertEqual([name for name in CHECKS if checks[name]['status'] != 'passed'],
                             skipped)

    @unittest.skipUnless(abi_tool.HAS_ABIDIFF, 'abidiff is not installed')
    def test_a_struct_that_grows_at_its_end_keeps_the_abi(self):
        recipe = Recipe('1.7.0', typed=True)
        recipe.edit('source', '__u32 sample_period;\n', '__u32 sample_period;\n__u64 later;\n')
        recipe.edit('source', '} uprobe_multi;',
                    '} uprobe_multi;\nstruct { __u64 much[9]; } later;')
        self.assertEqual(self.check(recipe.build(self.folder), '1.7.0')['layouts']['status'],
                         'passed')

    def test_without_debug_information_the_layouts_are_not_checked(self):
        recipe = Recipe('1.7.0', typed=True)
        recipe.options += ['-g0', '-Wl,--strip-debug']
        layouts = self.check(recipe.build(self.folder), '1.7.0')['layouts']
        self.assertEqual(layouts['status'], 'skipped')
        self.assertIn('there is no debug information', layouts['skipped'])

    def test_without_abidiff_the_report_says_so(self):
        library = Recipe('1.7.0', typed=True).build(self.folder)
        done = ringside('check', library, env={'PATH': str(self.folder)})
        self.assertEqual(done.returncode, 0)
        self.assertIn('abidiff is not installed', done.stdout)


if __name__ == '__main__':
    unittest.main(verbosity=2)
