#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What the headers for BPF programs refuse to compile, what they do better than stock's, and that
each stands alone, in any order."""
import itertools
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

import bpf_object
import building

DIFFERENCES = building.ROOT / 'abi' / 'differences' / 'bpf-headers.md'
TYPES = '#include <linux/bpf.h>\n#include <linux/ptrace.h>\n'
VMLINUX = '#include "vmlinux.h"\n'
ALL = ''.join(f'#include <bpf/{name}>\n' for name in
              ('bpf_helpers.h', 'bpf_core_read.h', 'bpf_tracing.h', 'bpf_endian.h'))
PROBE = VMLINUX + ALL + 'SEC("kprobe") long f(struct pt_regs* ctx) {{ return {}; }}'
X86 = '-D__TARGET_ARCH_x86'


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def said(self, text, *arguments, include=building.OURS, **keywords):
        """What the compiler says to a program."""
        return building.compiled(text, self.folder / 'object.o', include, *arguments, **keywords)

    def lines(self, text, *arguments, **keywords):
        """A program, compiled without a complaint, as lines."""
        self.assertEqual(self.said(text, *building.WARNINGS, *arguments, **keywords), '')
        return list(bpf_object.lines((self.folder / 'object.o').read_bytes()))

    def stock(self):
        """The newest stock headers alone, or a skipped test."""
        try:
            include = building.stock('1.7.0')
        except building.oracle.Unavailable as error:
            self.skipTest(f'libbpf 1.7.0: {error}')
        place = self.folder / 'stock'
        if not place.exists():
            building.mixed(place, (include, building.HEADERS))
        return place


class Alone(Case):
    def test_each_header_compiles_alone_first_and_twice(self):
        for name, before, standard, target in itertools.product(
                building.HEADERS, (TYPES, VMLINUX), ('gnu89', 'gnu11', 'gnu2x'), building.ORDERS):
            with self.subTest(name=name, before=before, standard=standard, target=target):
                line = f'#include <bpf/{name}>\n'
                self.lines(before + line + line, X86, f'-std={standard}', target=target)

    def test_each_header_compiles_for_the_host(self):
        for compiler in ('gcc', 'clang'):
            for name in building.HEADERS:
                # Externs of the kernel and its configuration are BPF's alone.
                if name != 'usdt.bpf.h':
                    with self.subTest(compiler=compiler, name=name):
                        command = [compiler, '-xc', '-fsyntax-only', *building.WARNINGS,
                                   f'-I{building.OURS}', '-']
                        self.assertEqual(building.run(command, TYPES + f'#include <bpf/{name}>\n'),
                                         '')

    def test_stock_headers_before_or_behind_ours(self):
        """The guards have the same names: the first of two headers counts."""
        stock = self.stock()
        for first, second in ((stock, building.OURS), (building.OURS, stock)):
            for name in building.HEADERS:
                if name == 'bpf_helper_defs.h':
                    continue  # Stock's has no guard, and is included by bpf_helpers.h alone.
                with self.subTest(name=name, first=first):
                    both = ''.join(f'#include "{place}/bpf/{name}"\n'
                                   for place in (first, second))
                    self.assertEqual(self.said(TYPES + '#include <stdbool.h>\n' + both, X86, '-w'),
                                     '')

    def test_helpers_are_declared_as_stock_declares_them(self):
        """All 211, by type and number."""
        include = self.stock()
        declared = []
        for place in (include, building.OURS):
            command = [building.CLANG, '-target', 'bpf', f'-I{place}', '-idirafter',
                       building.uapi_folder(), '-Xclang', '-ast-dump', '-fsyntax-only', '-w',
                       '-fno-color-diagnostics', '-xc', '-']
            text = building.run(command, TYPES + '#include <bpf/bpf_helper_defs.h>\n', output=True)
            declared.append(re.findall(r"VarDecl .* (bpf_\w+) '(.*)' static cinit\n"
                                       r'(?:.*\n)*?.*IntegerLiteral .* (\d+)\n', text))
        self.assertEqual(declared[0], declared[1])
        self.assertEqual(len(declared[1]), 211)


class Refused(Case):
    def refused(self, body, words, *arguments):
        """A program compiles with a body of `return 0` and not with this one."""
        text = VMLINUX + ALL + 'struct odd { int a[3]; }; extern int strong(int x) __ksym;\n'
        self.assertEqual(self.said(text + 'int f(void* ctx) { return 0; }', *arguments), '')
        self.assertRegex(self.said(text + body, *arguments), words)

    def test_a_slot_that_is_no_constant(self):
        self.refused('void f(int* ctx) { bpf_tail_call_static(ctx, ctx, *ctx); }', '.', X86)

    def test_a_ksym_that_is_not_weak(self):
        self.refused('int f(void) { return bpf_ksym_exists(strong); }',
                     'should be marked as __weak', X86)
        self.refused('void f(void) { __bpf_unreachable(); }', '.', X86)

    def test_registers_that_a_machine_lacks(self):
        for machine, names in (('x86', ('PARM7', 'PARM8', 'PARM7_SYSCALL')),
                               ('s390', ('PARM6', 'PARM7_SYSCALL')), ('arm', ('PARM5',)),
                               ('arm64', ('PARM7_SYSCALL',)), ('mips', ('PARM7_SYSCALL',)),
                               ('powerpc', ('FP',)), ('sparc', ('PARM7', 'FP')),
                               ('riscv', ('PARM7_SYSCALL',)), ('arc', ('PARM7_SYSCALL',)),
                               ('loongarch', ('PARM7_SYSCALL',))):
            for name in names:
                with self.subTest(machine=machine, name=name):
                    self.refused(f'long f(struct pt_regs* ctx) {{ return PT_REGS_{name}(ctx); }}',
                                 'no member named', f'-D__TARGET_ARCH_{machine}')

    def test_a_parameter_of_12_bytes(self):
        self.refused('int BPF_PROG2(p, struct odd, a) { return a.a[0]; }',
                     '1, 2, 4, 8 or 16 bytes', X86)

    def test_no_machine(self):
        for body in ('long f(struct pt_regs* ctx) { return PT_REGS_PARM1(ctx); }',
                     'long f(struct pt_regs* ctx) { return PT_REGS_IP_CORE(ctx); }',
                     'long f(struct pt_regs* ctx) { return PT_REGS_PARM2_SYSCALL(ctx); }',
                     'int BPF_KPROBE(f, int a) { return a; }',
                     'int BPF_KSYSCALL(f, int a) { return a; }'):
            with self.subTest(body=body):
                self.refused(body, '-D__TARGET_ARCH_x86')
        text = '#define __BPF_TARGET_MISSING "GCC error \\"own words\\""\n' + VMLINUX + ALL + \
            'long f(struct pt_regs* ctx) { return PT_REGS_PARM1(ctx); }\n'
        self.assertIn('own words', self.said(text))


class Better(Case):
    """What stands in the list of differences; each test names the heading that it proves."""

    def both(self, text, *arguments):
        """What the compiler makes of a program with stock's headers and with ours: its complaint,
        or lines."""
        made = []
        for include in (self.stock(), building.OURS):
            said = self.said(text, *arguments, include=include)
            made.append(said or '\n'.join(bpf_object.lines(
                (self.folder / 'object.o').read_bytes())))
        return made

    def test_arm_instruction_pointer(self):
        text = PROBE.format('PT_REGS_IP(ctx)')
        stock, ours = self.both(text, '-D__TARGET_ARCH_arm')
        self.assertIn('kprobe+0x0000: 79106000', stock)
        self.assertIn('kprobe+0x0000: 79107800', ours)

    def test_powerpc_return_address(self):
        text = PROBE.format('PT_REGS_RET(ctx)')
        stock, ours = self.both(text, '-D__TARGET_ARCH_powerpc')
        self.assertIn('no member named', stock)
        self.assertIn('kprobe+0x0000: 79102001', ours)

    def test_ulong_twice(self):
        text = VMLINUX + ALL + 'struct { __uint(type, BPF_MAP_TYPE_ARENA); ' \
            '__ulong(map_extra, 5); __ulong(another, 9); } map SEC(".maps");'
        stock, ours = self.both(text, X86)
        self.assertIn('redefinition of enumerator', stock)
        self.assertIn(' = (9,);', ours)

    def test_unused_context(self):
        text = VMLINUX + ALL + 'int BPF_PROG(f, int a) { return a; }\n' \
            'int BPF_KPROBE(g, int a) { return a; }'
        self.assertIn('unused parameter', self.said(text, X86, '-Wextra', include=self.stock()))
        self.lines(text, X86)

    def test_bitfield_writes(self):
        """One computation for each write, whatever the size of the field turns out to be. What is
        written is compared in values_test."""
        text = VMLINUX + ALL + \
            'void f(struct bits* s) { BPF_CORE_WRITE_BITFIELD(s, b, s->before); }'
        sizes = [int(re.search(r'section .text: .* size (\d+)', made).group(1))
                 for made in self.both(text, X86)]
        self.assertLess(sizes[1], sizes[0])

    def test_usdt_functions(self):
        text = VMLINUX + '#include <bpf/usdt.bpf.h>\n' + 'int BPF_USDT(f, int a) { return a; }'
        sizes = [int(re.search(r'symbol bpf_usdt_arg: .* (\d+)\n', made).group(1))
                 for made in self.both(text, X86)]
        self.assertLess(sizes[1], sizes[0])

    def test_usdt_layout_16(self):
        text = '#define BPF_USDT_LAYOUT_16\n' + VMLINUX + '#include <bpf/usdt.bpf.h>\n' \
            'SEC("usdt") int BPF_USDT(f, int a) { return a; }'
        for target in building.ORDERS:
            said = '\n'.join(self.lines(text, X86, target=target))
            self.assertIn('struct __bpf_usdt_spec: 208 flag 0 args @0x0 struct '
                          '__bpf_usdt_arg_spec[12]; usdt_cookie @0x600 typedef __u64; '
                          'arg_cnt @0x640 short', said)
            self.assertRegex(said, r'struct __bpf_usdt_arg_spec: 16 flag 0 val_off @0x0 .*; '
                             r'arg_type @0x40 .*; reg_off @0x60 .*; arg_signed @0x70 .*; '
                             r'arg_bitshift @0x78 ')

    def test_usdt_without_bool(self):
        text = TYPES + '#include <bpf/usdt.bpf.h>\n'
        stock, ours = self.both(text, X86)
        self.assertIn('bool', stock)
        self.assertNotIn('error', ours)

    def test_kptr_ref(self):
        text = VMLINUX + ALL + 'struct s { struct cgroup __kptr_ref* p; } s;'
        self.assertNotEqual(self.said(text, X86), '')
        self.assertIn('tag(kptr_ref)', '\n'.join(self.lines(text, X86, '-DBPF_HEADERS_COMPAT_1_1')))

    def test_each_difference_is_tested_here(self):
        headings = re.findall(r'^## (\S+)$', DIFFERENCES.read_text(encoding='utf-8'), re.M)
        tested = [name[len('test_'):].replace('_', '-') for name in dir(Better)
                  if name.startswith('test_') and name != 'test_each_difference_is_tested_here']
        self.assertEqual(sorted([*tested, 'missing-machine']), sorted(headings))


if __name__ == '__main__':
    if shutil.which(building.CLANG) is None:
        print('SKIP: no clang')
        sys.exit(77)
    unittest.main(verbosity=2)
