#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What the command says of programs is what the dynamic loader does with them: which releases a
program starts with, and how it fails on a library that is broken."""
import os
import re
import shutil
import subprocess
import unittest

import abi_tool
import mutants_test
from abi_tool import CC, Recipe, as_json, ringside

SAMPLE = ('0.0.4', '0.0.9', '0.5.0', '0.6.0', '0.8.3', '1.0.0', '1.2.0', '1.3.0', '1.6.0', '1.6.2',
          '1.8-dev')


class Loader(abi_tool.Case):
    def library(self, recipe, name):
        """Builds a library in a folder of its own, under its soname and as libbpf.so."""
        folder = self.folder / name
        folder.mkdir()
        recipe.build(folder, recipe.soname or 'libbpf.so.1')
        (folder / 'libbpf.so').symlink_to(recipe.soname or 'libbpf.so.1')
        return folder

    def compile(self, calls, *options, weak=(), name='program'):
        """A program, or with -shared a module, that calls functions of libbpf."""
        lines = [f'void {call}(void);' for call in calls]
        lines += [f'__attribute__((weak)) void {call}(void);' for call in weak]
        body = ''.join(f'{call}(); ' for call in calls)
        body += ''.join(f'if ({call}) {call}(); ' for call in weak)
        lines.append(f'int puts(const char*); int fflush(void*);\n'
                     f'int main(void) {{ puts("started"); fflush(0); {body}puts("ended"); '
                     'return 0; }')
        source = self.folder / (name + '.c')
        source.write_text('\n'.join(lines), encoding='ascii')
        subprocess.run([*CC, '-w', '-fno-builtin', '-o', str(self.folder / name), str(source),
                        '-Wl,-z,lazy', *map(str, options)], check=True)
        return self.folder / name

    def linked(self, version, calls, *options, **more):
        """The same, linked to a release's library."""
        folder = self.library(Recipe(version), f'linked-{version}')
        return self.compile(calls, *options, f'-L{folder}', '-lbpf', **more)

    def run_with(self, program, folder, bind_now=False):
        environment = {**os.environ, 'LD_LIBRARY_PATH': str(folder), 'LC_ALL': 'C'}
        if bind_now:
            environment['LD_BIND_NOW'] = '1'
        done = subprocess.run([str(program)], env=environment, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done

    def starts_with(self, program, version):
        folder = self.folder / version
        if not folder.exists():
            self.library(Recipe(version), version)
        done = self.run_with(program, folder, bind_now=True)
        return done.returncode == 0 and 'ended' in done.stdout

    def assert_satisfied(self, program, expected):
        """The command names the releases that are expected of SAMPLE, and the loader agrees."""
        status, said = as_json('who', program)
        self.assertEqual([version for version in SAMPLE if version in said['satisfied_by']],
                         expected)
        self.assertEqual([version for version in SAMPLE if self.starts_with(program, version)],
                         expected)
        self.assertEqual(status, 0 if said['satisfied_by'] else 1)
        return said

    def test_a_program_of_1_3(self):
        said = self.assert_satisfied(self.linked('1.3.0', ['perf_buffer__poll', 'ring__size']),
                                     ['1.3.0', '1.6.0', '1.6.2', '1.8-dev'])
        self.assertEqual(said['soname'], 'libbpf.so.1')
        self.assertEqual(said['imports'],
                         [{'symbol': 'perf_buffer__poll', 'node': 'LIBBPF_0.0.4', 'weak': False},
                          {'symbol': 'ring__size', 'node': 'LIBBPF_1.3.0', 'weak': False}])
        for library in 'libringside', 'ringside':
            self.assertEqual(said['own'][library]['lacks'], [])
        text = ringside('who', self.folder / 'program').stdout
        self.assertIn('satisfied by libbpf 1.3.0 to 1.8-dev (', text)
        self.assertIn('libringside.so.1, preloaded, answers all of them', text)
        self.assertIn("ringside's libbpf.so.1 satisfies it", text)

    def test_a_program_of_0_5_meets_compatibility_versions(self):
        said = self.assert_satisfied(self.linked('0.5.0', ['perf_buffer__new', 'bpf_load_program']),
                                     ['0.0.4', '0.0.9', '0.5.0', '0.6.0', '0.8.3'])
        self.assertEqual(said['own']['libringside'],
                         {'answers': ['perf_buffer__new'], 'lacks': ['bpf_load_program']})
        self.assertFalse(said['own']['ringside']['loaded'])
        self.assertIn('is not what it loads: that is libbpf.so.0',
                      ringside('who', self.folder / 'program').stdout)

    def test_a_function_that_came_within_a_minor_release(self):
        self.assert_satisfied(self.linked('1.6.2', ['bpf_object__prepare']), ['1.6.2', '1.8-dev'])

    def test_a_weak_import_is_not_missed(self):
        folder = self.library(Recipe('1.8-dev'), 'linked')
        program = self.compile(['perf_buffer__poll'], f'-L{folder}', '-lbpf',
                               weak=['ring_buffer__add'])
        said = as_json('who', program)[1]
        self.assertEqual([entry['weak'] for entry in said['imports']], [False, True])
        self.assertIn('ring_buffer__add (weak)', ringside('who', program).stdout)

    def test_a_module_that_names_no_library(self):
        """As a Python module that leaves libbpf to the program that loads it."""
        module = self.compile(['perf_buffer__poll', 'perf_buffer__new'], '-shared', '-fPIC',
                              '-Wl,-soname,module.so')
        status, said = as_json('who', module)
        self.assertEqual((status, said['soname']), (0, ''))
        self.assertEqual({entry['node'] for entry in said['imports']}, {''})
        self.assertEqual(said['satisfied_by'], abi_tool.versions())
        self.assertIn('which it does not name among what it needs', ringside('who', module).stdout)

    def test_a_module_that_was_linked(self):
        said = as_json('who', self.linked('1.0.0', ['perf_buffer__poll'], '-shared', '-fPIC'))[1]
        self.assertEqual(said['soname'], 'libbpf.so.1')
        self.assertEqual(said['satisfied_by'][0], '1.0.0')

    def test_what_no_release_has(self):
        recipe = Recipe('1.7.0')
        mutants_test.extra_export(recipe)
        folder = self.library(recipe, 'linked')
        program = self.compile(['perf_buffer__poll', 'extra'], f'-L{folder}', '-lbpf')
        status, said = as_json('who', program)
        self.assertEqual((status, said['satisfied_by']), (1, []))
        self.assertIn('libbpf 1.8-dev comes closest; it lacks\n    extra\n',
                      ringside('who', program).stdout)

    def test_a_program_without_libbpf(self):
        done = ringside('who', self.compile([]))
        self.assertEqual(done.returncode, 2)
        self.assertIn('imports nothing of libbpf', done.stdout)

    def test_a_program_of_debian(self):
        """Every import that binutils see, and no other."""
        program = shutil.which('xdpdump')
        if program is None:
            self.skipTest('xdpdump is not installed')
        symbols = subprocess.run(['readelf', '--wide', '--dyn-syms', program], text=True,
                                 check=True, stdout=subprocess.PIPE).stdout
        expected = set(re.findall(r' UND (\w+)@(LIBBPF_[\d.]+) ', symbols))
        said = as_json('who', program)[1]
        self.assertEqual({(entry['symbol'], entry['node']) for entry in said['imports']}, expected)
        self.assertGreater(len(expected), 20)
        self.assertIn('1.1.2', said['satisfied_by'])

    def broken(self, mutate, version='1.7.0'):
        """A folder with a library that is broken, and what the command says would break."""
        recipe = Recipe(version)
        mutate(recipe)
        folder = self.library(recipe, mutate.__name__)
        checks = as_json('check', folder / 'libbpf.so', '--against', version)[1]['checks']
        return folder, [finding['breaks'] for check in checks for finding in check['findings']]

    def test_a_missing_symbol_fails_at_its_first_call_or_at_start(self):
        program = self.linked('1.7.0', ['perf_buffer__poll'])
        for mutate in mutants_test.symbol_missing, mutants_test.symbol_in_another_node:
            folder, breaks = self.broken(mutate)
            self.assertIn('fails at its first call, or at start with BIND_NOW', breaks[0])
            for bind_now in False, True:
                done = self.run_with(program, folder, bind_now)
                self.assertEqual((done.returncode, 'started' in done.stdout), (127, not bind_now))
                self.assertIn('perf_buffer__poll', done.stderr)

    def test_a_missing_node_fails_at_start(self):
        program = self.linked('1.7.0', ['bpf_map_get_info_by_fd'])
        for mutate in mutants_test.node_without_functions, mutants_test.functions_in_the_node_after:
            folder, breaks = self.broken(mutate)
            self.assertIn("does not start (version `LIBBPF_1.2.0' not found)", breaks[0])
            done = self.run_with(program, folder)
            self.assertEqual((done.returncode, done.stdout), (1, ''))
            self.assertIn("version `LIBBPF_1.2.0' not found", done.stderr)

    def test_another_soname_fails_at_start(self):
        program = self.linked('1.7.0', ['perf_buffer__poll'])
        folder, breaks = self.broken(mutants_test.wrong_soname)
        self.assertIn('asks for libbpf.so.1 and does not start', breaks[0])
        done = self.run_with(program, folder)
        # Unless the machine has one in its own folders.
        self.assertTrue(done.returncode == 127 or 'libbpf.so.1' in subprocess.run(
            ['/sbin/ldconfig', '-p'], text=True, check=True, stdout=subprocess.PIPE).stdout, done)

    def test_a_library_without_nodes_fails_at_the_first_call(self):
        program = self.linked('1.7.0', ['perf_buffer__poll'])
        folder, breaks = self.broken(mutants_test.no_nodes)
        self.assertIn('ends a program linked against any libbpf at its first call', breaks[0])
        done = self.run_with(program, folder)
        self.assertEqual((done.returncode, done.stdout), (127, 'started\n'))
        self.assertIn('no version information available', done.stderr)

    def test_swapped_defaults_are_for_programs_that_are_linked_anew(self):
        program = self.linked('0.8.3', ['perf_buffer__new'])
        folder, breaks = self.broken(mutants_test.defaults_swapped, '0.8.3')
        self.assertTrue(any('linked anew gets perf_buffer__new@@LIBBPF_0.0.4' in text
                            for text in breaks), breaks)
        self.assertEqual(self.run_with(program, folder, bind_now=True).returncode, 0)
        anew = self.compile(['perf_buffer__new'], f'-L{folder}', '-lbpf', name='anew')
        self.assertEqual(as_json('who', anew)[1]['imports'][0]['node'], 'LIBBPF_0.0.4')

    def test_a_missing_compatibility_version_fails_old_programs_alone(self):
        old, new = (self.linked(version, ['perf_buffer__new'], name=version)
                    for version in ('0.5.0', '0.8.3'))
        folder, breaks = self.broken(mutants_test.compat_missing, '0.8.3')
        self.assertIn('linked against libbpf 0.0.4 to 0.5.0', breaks[0])
        self.assertEqual(self.run_with(old, folder, bind_now=True).returncode, 127)
        self.assertEqual(self.run_with(new, folder, bind_now=True).returncode, 0)


if __name__ == '__main__':
    unittest.main(verbosity=2)
