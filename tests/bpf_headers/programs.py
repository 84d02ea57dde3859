#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Real BPF programs, compiled with our headers and with those of libbpf 1.7.0: the same objects.

  programs.py [WORD...]    all sets of programs, or those with one of the words in their name

The sources are Debian's: the kernel's selftests, systemd's, falcosecurity's, the libbpf-tools of
bcc. They are fetched once and stay outside of the tree. What stock's headers do not compile here
(another clang, another kernel) is counted and left out. Exits with 1 if an object differs, with 77
if no set could be had."""
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

import bpf_object
import building
from building import oracle

KERNEL = 'linux-source-6.12'
# Of the kernel's sources only what BPF programs are made of is unpacked.
UNPACKED = ('tools/testing/selftests/bpf/progs/*', 'tools/testing/selftests/bpf/*.h',
            'tools/perf/util/bpf_skel/*')
# BPF_CORE_WRITE_BITFIELD and the functions of usdt.bpf.h are code of our own (abi/differences), so
# that what stands behind them in .text is elsewhere.
OWN_CODE = re.compile(r'\bBPF_CORE_WRITE_BITFIELD\b')
OWN_FUNCTIONS = re.compile(r'(section |\.rel|function |core |symbol \w+: .*)?\.text')
PLACES = re.compile(r'(?<=: 8510)[0-9a-f]{12}$|(?<= to \.text\+0x)[0-9a-f]+$')
# The selftests number their comments by __COUNTER__, which our __ulong counts up.
COUNTED = re.compile(r'(?<=comment:test_expect_msg=)\d+')


def types_of_this_kernel(folder):
    """Makes vmlinux.h of the running kernel, and an empty file that the C library's headers ask for
    when they are compiled for a machine that they do not know."""
    tool = next(pathlib.Path(oracle.root('1.1.2', ['bpftool'])).glob('usr/sbin/bpftool'))
    command = oracle.command(str(tool.parents[2]), [str(tool), 'btf', 'dump', 'file',
                                                    '/sys/kernel/btf/vmlinux', 'format', 'c'])
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    (folder / 'gnu').mkdir(parents=True, exist_ok=True)
    (folder / 'gnu' / 'stubs.h').write_text('', encoding='ascii')
    (folder / 'vmlinux.h').write_bytes(done.stdout)
    return folder


def kernel(folder):
    """The kernel's selftests and perf's programs, with the UAPI headers of their time."""
    place = folder / 'kernel'
    if not place.exists():
        root = pathlib.Path(oracle.root('1.5.0', [KERNEL]))
        archive = root / 'usr' / 'src' / f'{KERNEL}.tar.xz'
        partial = folder / 'kernel.partial'
        partial.mkdir(parents=True, exist_ok=True)
        subprocess.run(['tar', '-xJf', archive, '-C', partial, '--strip-components=1',
                        '--wildcards', *(f'*/{pattern}' for pattern in UNPACKED)], check=True)
        oracle.kernel_headers('1.5.0', partial / 'uapi')
        partial.rename(place)
    selftests = place / 'tools' / 'testing' / 'selftests' / 'bpf'
    yield from ((path, [f'-I{selftests}', f'-I{selftests}/progs', f'-I{place}/uapi', '-mcpu=v3',
                        '-DENABLE_ATOMICS_TESTS'])
                for path in sorted((selftests / 'progs').glob('*.c')))
    yield from ((path, [f'-I{place}/uapi']) for path in
                sorted(place.glob('tools/perf/util/bpf_skel/*.bpf.c')))


def systemd(_):
    """systemd's programs."""
    place = pathlib.Path(oracle.source('trixie', 'systemd'))
    yield from ((path, [f'-I{path.parent}', f'-I{path.parents[3]}/shared']) for path in
                sorted(place.glob('*/src/**/*.bpf.c')))


def falco(folder):
    """falcosecurity's modern driver, with a file that its build makes."""
    place = pathlib.Path(oracle.source('trixie', 'falcosecurity-libs'))
    driver = next(place.glob('*/driver'))
    config = folder / 'falco' / 'driver' / 'driver_config.h'
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(re.sub(r'\$\{\w+\}|@\w+@', '1', (driver / 'driver_config.h.in').read_text(
        encoding='utf-8')), encoding='utf-8')
    yield from ((path, ['-D__USE_VMLINUX__', '-ffreestanding', f'-I{driver}/modern_bpf',
                        f'-I{driver}', f'-I{driver.parent}', f'-I{folder}/falco'])
                for path in sorted(driver.glob('modern_bpf/**/*.bpf.c')))


def bcc(_):
    """The libbpf-tools of bcc: have a vmlinux.h of their own."""
    place = next(pathlib.Path(oracle.source('bookworm', 'bpfcc')).glob('*/libbpf-tools'))
    yield from ((path, [f'-I{place}/x86', f'-I{place}']) for path in
                sorted(place.glob('*.bpf.c')))


SETS = {'kernel': kernel, 'systemd': systemd, 'falco': falco, 'bcc': bcc}


class Comparison:
    """Programs compiled with both headers, and what came out of that."""

    def __init__(self, folder, types):
        self.folder, self.types = folder, types
        self.stock = building.mixed(folder / 'stock', (building.stock('1.7.0'), building.HEADERS))
        self.same = self.own = self.left_out = 0
        self.different = []

    def lines(self, path, include, arguments):
        """A program as lines of text, or what the compiler says."""
        output = self.folder / 'object.o'
        output.unlink(missing_ok=True)
        said = building.compiled(path.read_text(encoding='utf-8'), output, include, '-w',
                                 '-D__TARGET_ARCH_x86', f'-I{path.parent}', *arguments,
                                 types=self.types)
        if not output.exists():
            return None, said
        return list(bpf_object.lines(output.read_bytes())), ''

    def compare(self, path, arguments):
        stock, _ = self.lines(path, self.stock, arguments)
        if stock is None:
            self.left_out += 1
            return
        ours, said = self.lines(path, building.OURS, arguments)
        if ours == stock:
            self.same += 1
            return
        if ours is None:
            self.different.append((path, said.splitlines()[:3]))
            return
        text = path.read_text(encoding='utf-8')
        stock, ours = ([COUNTED.sub('', line) for line in lines] for lines in (stock, ours))
        if 'usdt.bpf.h' in text:
            stock, ours = ([PLACES.sub('', line) for line in lines if not OWN_FUNCTIONS.match(line)]
                           for lines in (stock, ours))
        if ours == stock or OWN_CODE.search(text):
            self.own += 1
            return
        self.different.append((path, list(difflib.unified_diff(stock, ours, 'stock', 'ours', '', '',
                                                               0, ''))[:8]))


def main(words):
    had = failed = False
    with tempfile.TemporaryDirectory() as name:
        try:
            types = types_of_this_kernel(pathlib.Path(name) / 'types')
        except (oracle.Unavailable, OSError, subprocess.CalledProcessError) as error:
            print(f'SKIP: no vmlinux.h: {error}')
            return oracle.SKIP
        for set_name, programs in SETS.items():
            if words and not any(word in set_name for word in words):
                continue
            comparison = Comparison(pathlib.Path(name) / set_name, types)
            try:
                listed = list(programs(pathlib.Path(oracle.oracles_dir()) / 'programs'))
            except oracle.Unavailable as error:
                print(f'{set_name}: SKIP: {error}')
                continue
            for path, arguments in listed:
                comparison.compare(path, arguments)
            had = True
            failed = failed or bool(comparison.different)
            print(f'{set_name}: {len(listed)} programs: {comparison.same} the same, '
                  f'{comparison.own} but for code of our own, {len(comparison.different)} '
                  f'different, {comparison.left_out} that stock does not compile', flush=True)
            for path, difference in comparison.different:
                print(f'  {path}', *difference, sep='\n    ')
    return 1 if failed else 0 if had else oracle.SKIP


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
