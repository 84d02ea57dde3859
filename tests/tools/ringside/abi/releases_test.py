#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What the command knows of libbpf's releases is what the manifests say, and what the stock
libraries are."""
import collections
import os
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree

import abi_tool
import layout
import skeleton
from abi_tool import Recipe, as_json, manifest, ringside, soname, versions


def things(version):
    """A release's nodes and functions as `ringside abi diff` spells them."""
    nodes, functions = manifest(version)
    return ({f'node {node}' for node in nodes}
            | {f'{name}{mark}{node}' for node, name, mark in functions})


def places(names):
    """The same without the marks: what there is, whatever its default."""
    return {name.replace('@@', '@') for name in names}


class Releases(abi_tool.Case):
    def test_all_releases_are_listed(self):
        _, listed = as_json('list')
        self.assertEqual([entry['release'] for entry in listed], versions())
        for entry in listed:
            nodes, functions = manifest(entry['release'])
            self.assertEqual((entry['soname'], entry['functions'], entry['newest_node']),
                             (soname(entry['release']), len(functions), nodes[-1]))

    def test_each_release_is_listed_as_its_manifest_says(self):
        first = {}
        for version in versions():
            _, listed = as_json('list', version)
            self.assertEqual({(entry['node'], entry['symbol'], '@@' if entry['default'] else '@')
                              for entry in listed}, set(manifest(version)[1]))
            for entry in listed:
                place = entry['node'], entry['symbol']
                # What the oldest known release has came with it or before; the node says.
                since = entry['node'][len('LIBBPF_'):] if version == versions()[0] else version
                self.assertEqual(entry['since'], first.setdefault(place, since), entry)

    def test_each_release_differs_from_the_one_before_as_the_manifests_do(self):
        for old, new in zip(versions(), versions()[1:]):
            status, said = as_json('diff', old, new)
            self.assertEqual(set(said['removed']),
                             {name for name in things(old)
                              if not places([name]) <= places(things(new))})
            self.assertEqual(set(said['added']),
                             {name for name in things(new)
                              if not places([name]) <= places(things(old))})
            marks = {f'{name} became {name.replace("@@", "@")}'
                     for name in things(old) - things(new) if name not in said['removed']}
            self.assertEqual({words for words in said['changed'] if 'soname' not in words}, marks)
            self.assertEqual(any('soname' in words for words in said['changed']),
                             soname(old) != soname(new))
            self.assertEqual(status, int(not said['same']))
            self.assertEqual(said['same'], things(old) == things(new) and not said['layouts'])

    def test_a_library_is_recognised_as_the_release_that_it_is(self):
        for version in versions():
            with self.subTest(version):
                library = Recipe(version).build(self.folder)
                status, said = as_json('check', library)
                self.assertEqual((status, said['conforms']), (0, True), said)
                claimed = said['against'][len('libbpf '):]
                alike = [known for known in versions() if things(known) == things(version)]
                self.assertEqual(claimed, alike[-1], said['because'])

    def test_a_file_name_tells_the_release(self):
        library = Recipe('1.4.6').build(self.folder, 'libbpf.so.1.4.2')
        self.assertEqual(as_json('check', library)[1]['against'], 'libbpf 1.4.2')
        link = self.folder / 'libbpf.so'
        link.symlink_to(library)
        self.assertEqual(as_json('check', link)[1]['against'], 'libbpf 1.4.2')
        shutil.copy(library, self.folder / 'libbpf.so.1.5.0')
        status, said = as_json('check', self.folder / 'libbpf.so.1.5.0')
        self.assertEqual((status, said['against']), (1, 'libbpf 1.5.0'))

    def test_what_is_newer_conforms_to_what_is_older(self):
        library = Recipe('1.7.0').build(self.folder)
        for version in ('1.0.0', '1.4', 'v1.6.2'):
            self.assertEqual(as_json('check', library, '--against', version)[0], 0, version)
        status, said = as_json('check', library, '--against', '1.8')
        failed = [check['check'] for check in said['checks'] if check['status'] == 'failed']
        self.assertEqual((status, failed), (1, ['nodes']))

    def test_a_libbpf_of_the_future_is_not_judged(self):
        recipe = Recipe('1.8-dev')
        recipe.script = recipe.script.replace('local:\n  *;\n', '') + \
            'LIBBPF_1.9.0 {\nglobal:\n  later;\nlocal:\n  *;\n} LIBBPF_1.8.0;\n'
        recipe.source += 'void later(void) {}\n'
        done = ringside('check', recipe.build(self.folder))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn('was not checked: LIBBPF_1.9.0\n', done.stdout)

    def test_the_forms_of_a_report_agree(self):
        recipe = Recipe('1.7.0')
        recipe.drop_function('perf_buffer__poll')
        recipe.soname = '<"libbpf&.so">'
        library = recipe.build(self.folder)
        status, said = as_json('check', library)
        text = ringside('check', library)
        junit = ringside('check', library, '--junit')
        self.assertEqual({status, text.returncode, junit.returncode}, {1})
        suite = xml.etree.ElementTree.fromstring(junit.stdout)
        cases = {case.get('name'): case for case in suite}
        findings = 0
        for check in said['checks']:
            failure = cases[check['check']].find('failure')
            self.assertEqual(failure is not None, check['status'] == 'failed')
            for finding in check['findings']:
                findings += 1
                line = f"{finding['what']}; since libbpf {finding['since']}; " \
                       f"breaks: {finding['breaks']}"
                self.assertIn(f"{check['check']}: {line}\n", text.stdout)
                self.assertIn(line, failure.text)
        self.assertEqual(findings, 2)
        self.assertIn('does not conform: 2 findings in soname, symbols\n', text.stdout)
        self.assertEqual((suite.get('tests'), suite.get('failures')), ('11', '2'))


class Stock(abi_tool.Case):
    def test_stock_libraries_conform_to_what_they_claim(self):
        for version in abi_tool.oracle.RELEASES:
            with self.subTest(version):
                status, said = as_json('check', self.stock(version))
                self.assertEqual((status, said['against'], said['notes']),
                                 (0, f'libbpf {version}', []), said)

    def test_no_stock_library_conforms_to_the_next_one(self):
        known = list(abi_tool.oracle.RELEASES)
        for version, later in zip(known, known[1:]):
            with self.subTest(version):
                self.assertEqual(ringside('check', self.stock(version), '--against',
                                          later).returncode, 1)

    @unittest.skipUnless(abi_tool.HAS_ABIDIFF, 'abidiff is not installed')
    def test_stock_headers_declare_the_layouts_that_are_known(self):
        """A library compiled with a stock release's own headers has the right layouts."""
        for version in ('1.1.2', '1.4.6', '1.5.0', '1.7.0'):
            with self.subTest(version):
                recipe = Recipe(version)
                text = (abi_tool.MANIFESTS / f'libbpf-{"1.1.2" if version == "1.1.2" else "1.7.0"}'
                        '.structs.txt').read_text(encoding='utf-8')
                recipe.source = '\n'.join(
                    ['#include <bpf/bpf.h>', '#include <bpf/btf.h>', '#include <bpf/libbpf.h>',
                     *skeleton.definitions(manifest(version)[1], layout.Facts(text).functions)])
                # Of the release's headers bpf/ alone: the others are its C library's.
                place = self.stock(version).parents[3]
                include = self.folder / version
                include.mkdir()
                (include / 'bpf').symlink_to(place / 'usr/include/bpf')
                recipe.options += ['-g', f'-I{include}']
                status, said = as_json('check', recipe.build(self.folder), '--against', version)
                layouts = said['checks'][-1]
                self.assertEqual((status, layouts['check'], layouts['status']),
                                 (0, 'layouts', 'passed'), layouts)


class Own(abi_tool.Case):
    def test_the_library_to_preload_is_known_to_be_partial(self):
        status, said = as_json('check', os.environ['LIBRINGSIDE'])
        self.assertEqual((status, said['against'], said['partial']),
                         (0, 'libringside.so.1', True), said)
        self.assertTrue(any('by design' in note for note in said['notes']), said['notes'])
        done = ringside('check', os.environ['LIBRINGSIDE'], '--against', '1.7.0')
        self.assertEqual(done.returncode, 1)

    def test_the_library_in_the_place_of_libbpf_is_whole(self):
        for release, count in ('1.8-dev', 359), ('1.7.0', 356), ('1.1.2', 304):
            with self.subTest(release):
                done = ringside('check', os.environ['LIBBPF'], '--against', release)
                notes = re.findall('^note: (.*)$', done.stdout, re.M)
                newer = [f'it also has {359 - count} functions of newer releases']
                self.assertEqual((done.returncode, notes), (0, newer if count < 359 else []), done)
                self.assertIn(f'\nconforms: {count} functions in ', done.stdout)

    def test_nothing_of_a_stock_library_is_missing_or_changed(self):
        """`ringside abi diff` and abidiff, with the stock libraries themselves. Debian's have no
        debug information, so these compare symbols; `ringside abi check` compares types."""
        ours = self.folder / 'libbpf.so.1'
        subprocess.run(['objcopy', '--strip-debug', os.environ['LIBBPF'], ours], check=True)
        for version in ('1.1.2', '1.4.6', '1.5.0', '1.7.0'):
            with self.subTest(version):
                stock = self.stock(version)
                added = places(things('1.8-dev')) - places(things(version))
                _, said = as_json('diff', stock, ours)
                self.assertEqual((said['removed'], said['changed'], len(said['added'])),
                                 ([], [], len(added)), said)
                if not abi_tool.HAS_ABIDIFF:
                    continue
                done = subprocess.run(['abidiff', stock, ours], text=True, stdout=subprocess.PIPE,
                                      timeout=abi_tool.LIMIT_S, check=False)
                counts = collections.Counter()
                for line in re.findall('^.* changes summary: .*$', done.stdout, re.M):
                    for count, what in re.findall(r'(\d+) (Removed|Changed|Added)', line):
                        counts[what] += int(count)
                functions = sum(not name.startswith('node ') for name in added)
                self.assertEqual(counts, {'Removed': 0, 'Changed': 0, 'Added': functions},
                                 done.stdout)
                # abidiff's status: 4, something was added.
                self.assertEqual(done.returncode, 4, done.stdout)

    def test_our_libraries_are_as_listed(self):
        for name, listed in (('LIBRINGSIDE', 'libringside'), ('LIBBPF', 'ringside')):
            said = as_json('diff', listed, os.environ[name])[1]
            self.assertEqual([said[kind] for kind in ('changed', 'removed', 'added')], [[], [], []])


if __name__ == '__main__':
    unittest.main(verbosity=2)
