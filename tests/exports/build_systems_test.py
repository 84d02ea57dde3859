#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""A project switches to our libbpf by one path: pkg-config and CMake find headers and library in
the installed tree, wherever it was moved to.

  build_systems_test.py BUILD LIBBPF    BUILD is a folder that meson has set up, LIBBPF our library
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = LIBBPF = None
PROGRAM = '''\
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#if LIBBPF_MAJOR_VERSION != 1 || LIBBPF_MINOR_VERSION < 8
#error "other headers"
#endif
int main(void) { return puts(libbpf_version_string()) < 0; }
'''
CMAKE_LISTS = '''\
cmake_minimum_required(VERSION 3.16)
project(program C)
find_package(libbpf {wanted} REQUIRED CONFIG)
add_executable(program program.c)
target_link_libraries(program libbpf::bpf)
'''
# How projects look for libbpf that know nothing of its package.
FIND_LISTS = '''\
cmake_minimum_required(VERSION 3.16)
project(program C)
include(CheckSymbolExists)
find_path(INCLUDES NAMES bpf/bpf.h bpf/btf.h bpf/libbpf.h REQUIRED)
find_library(LIBRARY NAMES bpf REQUIRED)
set(CMAKE_REQUIRED_INCLUDES ${INCLUDES})
set(CMAKE_REQUIRED_LIBRARIES ${LIBRARY})
set(CMAKE_REQUIRED_FLAGS "-include stdbool.h")
check_symbol_exists(ring_buffer__new "bpf/libbpf.h" HAVE_RING_BUFFER)
if(NOT HAVE_RING_BUFFER)
  message(FATAL_ERROR "no ring_buffer__new")
endif()
add_executable(program program.c)
target_include_directories(program PRIVATE ${INCLUDES})
target_link_libraries(program ${LIBRARY})
'''


class BuildSystems(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.prefix = self.folder / 'moved'
        self.install()
        (self.folder / 'program.c').write_text(PROGRAM, encoding='ascii')

    def install(self):
        """What `meson install` would put there of the full replacement, as its plan says."""
        plan = json.loads((BUILD / 'meson-info' / 'intro-install_plan.json').read_text())
        options = {option['name']: option['value'] for option in
                   json.loads((BUILD / 'meson-info' / 'intro-buildoptions.json').read_text())}
        private = pathlib.Path(options['libdir'], 'ringside')
        for kind in plan.values():
            for source, entry in kind.items():
                place = entry['destination'].replace('{prefix}/', '')
                for name in ('includedir', 'libdir_shared', 'libdir'):
                    value = options.get(name, options['libdir'])
                    place = place.replace('{' + name + '}', value)
                if place.startswith((f'{options["includedir"]}/bpf/', f'{private}/cmake/',
                                     f'{private}/pkgconfig/')):
                    target = self.prefix / place
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(source, target)
        self.private = self.prefix / private
        shutil.copy(LIBBPF, self.private / 'libbpf.so.1.8.0')
        for name in ('libbpf.so.1', 'libbpf.so'):
            (self.private / name).symlink_to('libbpf.so.1.8.0')

    def run_in(self, *command, **environment):
        """The output of a command that succeeds, in the folder."""
        done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False,
                              env={**os.environ, **environment})
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def pkg_config(self, *arguments):
        return self.run_in('pkg-config', *arguments, 'libbpf',
                           PKG_CONFIG_PATH=str(self.private / 'pkgconfig')).split()

    def test_pkg_config(self):
        self.assertEqual(self.pkg_config('--modversion'), ['1.8.0'])
        self.assertEqual(self.pkg_config('--atleast-version=1.7'), [])
        # No library beside: ours needs libc alone.
        self.assertEqual([word for word in self.pkg_config('--libs', '--static')
                          if word.startswith('-l')], ['-lbpf'])
        self.run_in('cc', '-Wall', '-Wextra', '-Werror', 'program.c', '-o', 'program',
                    *self.pkg_config('--cflags', '--libs'))
        self.assertEqual(self.run_in('./program'), 'v1.8\n')

    def cmake(self, lists, *arguments):
        if shutil.which('cmake') is None:
            self.skipTest('no cmake')
        (self.folder / 'CMakeLists.txt').write_text(lists, encoding='ascii')
        shutil.rmtree(self.folder / 'made', ignore_errors=True)
        self.run_in('cmake', '-S', '.', '-B', 'made', *arguments)
        self.run_in('cmake', '--build', 'made')
        self.assertEqual(self.run_in('made/program'), 'v1.8\n')

    def test_cmake_package(self):
        for wanted in ('', '1', '1.7', '1.8.0 EXACT'):
            with self.subTest(wanted=wanted):
                self.cmake(CMAKE_LISTS.format(wanted=wanted),
                           f'-DCMAKE_PREFIX_PATH={self.private}')

    def test_cmake_package_is_asked_for_its_version(self):
        for wanted in ('1.9', '2.0', '0.8'):
            with self.subTest(wanted=wanted), self.assertRaisesRegex(AssertionError, 'version'):
                self.cmake(CMAKE_LISTS.format(wanted=wanted),
                           f'-DCMAKE_PREFIX_PATH={self.private}')

    def test_cmake_find_modules(self):
        self.cmake(FIND_LISTS, f'-DCMAKE_PREFIX_PATH={self.prefix};{self.private}')


if __name__ == '__main__':
    BUILD, LIBBPF = pathlib.Path(sys.argv[1]), sys.argv[2]
    if shutil.which('pkg-config') is None:
        print('SKIP: no pkg-config')
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
