# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The ringside command under test, and libraries without code to hold against libbpf's releases."""
import contextlib
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path[:0] = [str(ROOT / 'tools' / 'gen'), str(ROOT / 'tests' / 'support')]

# pylint: disable=wrong-import-position
import oracle  # noqa: E402
import releases  # noqa: E402
import skeleton  # noqa: E402

MANIFESTS = ROOT / 'abi' / 'manifests'
CC = os.environ.get('CC', 'cc').split()
LIMIT_S = 120
HAS_ABIDIFF = shutil.which('abidiff') is not None


def versions():
    """All releases that there are manifests of, oldest first."""
    names = [path.name[len('libbpf-'):-len('.abilist')] for path in MANIFESTS.glob('*.abilist')]
    return sorted(names, key=releases.version_order)


@functools.lru_cache(maxsize=None)
def manifest(version):
    """A release's version nodes and functions."""
    return skeleton.read_manifest(MANIFESTS / f'libbpf-{version}.abilist')


def soname(version):
    return 'libbpf.so.0' if version.startswith('0.') else 'libbpf.so.1'


def ringside(*arguments, **options):
    """Runs `ringside abi` and returns how it ended. It never ends by a signal."""
    done = subprocess.run([os.environ['RINGSIDE'], 'abi', *map(str, arguments)], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          errors='replace', timeout=LIMIT_S, check=False, **options)
    if done.returncode not in (0, 1, 2):
        raise AssertionError(f'{arguments}: exit status {done.returncode}\n'
                             f'{done.stdout}{done.stderr}')
    return done


def as_json(*arguments):
    """Runs `ringside abi ... --json`: the exit status, and what it says."""
    done = ringside(*arguments, '--json')
    if done.returncode == 2 and not done.stdout:
        raise AssertionError(done.stderr)
    return done.returncode, json.loads(done.stdout)


class Recipe:
    """How to build a library that has the interface of one release, to be changed at will."""

    def __init__(self, version, typed=False):
        nodes, functions = manifest(version)
        facts = (MANIFESTS / f'libbpf-{version}.structs.txt').read_text(encoding='utf-8') \
            if typed else None
        self.version = version
        self.source = '\n'.join(skeleton.source(functions, facts)) + '\n'
        self.script = '\n'.join(skeleton.version_script(nodes, functions)) + '\n'
        self.soname = soname(version)
        # What a compiler may do by itself, or not, is told. Untyped, there is nothing to debug.
        self.options = ['-g' if typed else '-g0', '-w', '-Wl,-z,relro', '-Wl,-z,noexecstack',
                        '-Wl,--as-needed']

    def edit(self, part, old, new, count=1):
        """Replaces text of the source or the script, which has to be there."""
        text = getattr(self, part)
        if text.count(old) < 1:
            raise AssertionError(f'{old!r} is not in the {part}')
        setattr(self, part, text.replace(old, new, count))

    def drop_function(self, name):
        """Takes a default symbol out of source and script."""
        self.source, count = re.subn(rf'^.*\b{name}\(.*\) {{}}\n', '', self.source, 1, re.M)
        if count != 1:
            raise AssertionError(f'{name} is not defined')
        self.edit('script', f'  {name};\n', '')

    def build(self, folder, name='library.so'):
        """Compiles and links it, and returns its path."""
        source, script, output = (pathlib.Path(folder) / file
                                  for file in ('library.c', 'library.map', name))
        source.write_text(self.source, encoding='utf-8')
        options = list(self.options)
        if self.script:
            script.write_text(self.script, encoding='utf-8')
            options.append(f'-Wl,--version-script={script}')
        if self.soname:
            options.append(f'-Wl,-soname,{self.soname}')
        subprocess.run([*CC, '-shared', '-fPIC', '-o', str(output), str(source), *options],
                       check=True)
        return output


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def enterContext(self, context):  # noqa: N802  as of Python 3.11
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def stock(self, version):
        """The stock library of a release; the test is skipped where it cannot be had."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.skipping())
            place = pathlib.Path(oracle.root(version))
        return next(path for path in sorted(place.glob('usr/lib/*/libbpf.so.?')))

    @contextlib.contextmanager
    def skipping(self):
        try:
            yield
        except oracle.Unavailable as error:
            self.skipTest(str(error))
