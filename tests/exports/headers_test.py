#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The public headers: each stands alone in every language standard, and together they declare what
libbpf declares and nothing else, as libbpf does, on x86_64 and on i386. What the symbol list calls
todo is declared too."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import symbol_list
import layout

sys.path.insert(0, str(symbol_list.ROOT / 'tests' / 'support'))
import oracle  # noqa: E402

INCLUDE = symbol_list.ROOT / 'include'
OWN_HEADERS = sorted((INCLUDE / 'ringside').glob('*.h'))
MANIFESTS = symbol_list.ROOT / 'abi' / 'manifests'
SYMBOLS = symbol_list.load(symbol_list.ROOT / 'abi' / 'symbols.txt')
OWN_FUNCTIONS = [symbol.name for symbol in symbol_list.exported(SYMBOLS, 'libringside')
                 if symbol_list.owner(symbol.node) == symbol_list.RINGSIDE]
WARNINGS = ['-Wall', '-Wextra', '-Werror']
# What programs ask for beside these.
STRICT = ['-Wshadow', '-Wconversion', '-Wsign-conversion', '-Wcast-qual']
STRICT_CPP = [*STRICT, '-Wold-style-cast']
C_STANDARDS = ('gnu89', 'gnu99', 'gnu11', 'gnu17')
CPP_STANDARDS = ('98', '11', '14', '17', '20')
C, CPP = ('gcc', 'clang'), ('g++', 'clang++')
LAYOUT_COMPILERS = [
    ['gcc', '-xc', '-std=gnu17'], ['clang', '-xc', '-std=gnu17'],
    ['g++', '-xc++', '-std=c++20'], ['clang++', '-xc++', '-std=c++20'],
    ['i686-linux-gnu-gcc', '-xc', '-std=gnu17'],
    ['clang', '--target=i686-linux-gnu', '-xc', '-std=gnu17'],
    ['i686-linux-gnu-g++', '-xc++', '-std=c++20'],
    ['clang++', '--target=i686-linux-gnu', '-xc++', '-std=c++20']]


def facts(version):
    """What a release declares."""
    return layout.Facts((MANIFESTS / f'libbpf-{version}.structs.txt').read_text(encoding='utf-8'))


NEWEST = facts('1.8-dev')
FUNCTIONS = sorted(NEWEST.functions)
# Those of programs; what BPF programs include is tests/bpf_headers' subject.
HEADERS = sorted([INCLUDE / 'bpf' / name for name in NEWEST.macros]
                 + [INCLUDE / 'bpf' / 'skel_internal.h'])


def compile_text(command, text, include=INCLUDE):
    """The compiler's complaints about a text, empty if there are none."""
    done = subprocess.run([*command, *WARNINGS, '-fsyntax-only', f'-I{include}', '-'], input=text,
                          stderr=subprocess.PIPE, text=True, check=False)
    return done.stderr or ('' if done.returncode == 0 else 'failed without a word')


def layout_text(texts=None):
    """The layout checks for the headers, or for other texts."""
    names = layout.declared(texts or [header.read_text(encoding='utf-8') for header in HEADERS])
    names['functions'] = FUNCTIONS
    return '\n'.join([layout.PRELUDE, *layout.checks(NEWEST, names), layout.EPILOGUE])


class Standards(unittest.TestCase):
    # Variadic macros, which libbpf_common.h cannot do without, came with C99 and C++11: before
    # them -pedantic has a word to say.
    def each(self):
        for compiler in C:
            for standard in C_STANDARDS:
                yield [compiler, '-xc', f'-std={standard}', *STRICT], standard == 'gnu89'
        for compiler in CPP:
            for standard in CPP_STANDARDS:
                yield [compiler, '-xc++', f'-std=c++{standard}', *STRICT_CPP], standard == '98'

    def test_each_header_compiles_alone_first_and_twice(self):
        for header in HEADERS + OWN_HEADERS:
            line = f'#include <{header.parent.name}/{header.name}>\n'
            for command, old in self.each():
                with self.subTest(header=header.name, command=command):
                    pedantic = [] if old else ['-pedantic']
                    self.assertEqual(compile_text(command + pedantic,
                                                  line + line + 'extern int only;\n'), '')

    def runs(self, name):
        """A C program of this folder runs without a complaint, in every standard."""
        source = pathlib.Path(__file__).parent / name
        with tempfile.TemporaryDirectory() as folder:
            program = f'{folder}/opts'
            commands = [[compiler, '-xc', f'-std={standard}'] for compiler in C
                        for standard in C_STANDARDS]
            # A partial initialiser is what options are about, and g++ warns of it.
            commands += [[compiler, '-xc++', f'-std=gnu++{standard}',
                          '-Wno-missing-field-initializers'] for compiler in CPP
                         for standard in CPP_STANDARDS]
            for command in commands:
                for level in ('-O0', '-O2'):
                    with self.subTest(command=command, level=level):
                        subprocess.run([*command, level, *WARNINGS, f'-I{INCLUDE}', '-o', program,
                                        str(source)], check=True)
                        self.assertEqual(subprocess.run([program], check=False).returncode, 0)

    def test_options_macros_work(self):
        self.runs('opts.c')

    def test_inline_functions_work(self):
        self.runs('btf_types.c')

    def test_a_deprecated_function_is_warned_of_with_its_text(self):
        for mark, words in (('LIBBPF_DEPRECATED("use b")', 'use b'),
                            ('LIBBPF_DEPRECATED_SINCE(1, 0, "use b")', 'libbpf v1.0+: use b')):
            text = f'#include <bpf/libbpf_common.h>\n{mark} int a(void);\n'
            for compiler in C:
                command = [compiler, '-xc', '-std=gnu17']
                self.assertEqual(compile_text(command, text), '')
                self.assertIn(words, compile_text(command, text + 'int c(void) { return a(); }'))


class Layout(unittest.TestCase):
    def test_layout_is_libbpfs(self):
        text = layout_text()
        for command in LAYOUT_COMPILERS:
            with self.subTest(command=command):
                self.assertEqual(compile_text(command, text), '')

    def test_layout_with_the_kernel_headers_of_each_suite(self):
        """From Linux 5.10 on: what older ones do not declare is not needed from them."""
        text = layout_text()
        for version in oracle.RELEASES:
            with self.subTest(version=version), tempfile.TemporaryDirectory() as folder:
                try:
                    oracle.kernel_headers(version, folder)
                except oracle.Unavailable as error:
                    self.skipTest(f'headers of the suite with libbpf {version}: {error}')
                for command in LAYOUT_COMPILERS[:4]:
                    self.assertEqual(compile_text([*command, f'-isystem{folder}'], text), '')

    def test_a_changed_declaration_is_found(self):
        changes = (
            ('__u32 sample_period;', '__u64 sample_period;'),
            ('__u32 sample_period;', 'int sample_period;'),
            ('__u32 sample_period;', ''),
            ('  __extension__ size_t : 0;', '  size_t more;'),
            ('perf_buffer_opts__last_field sample_period', 'perf_buffer_opts__last_field sz'),
            ('LIBBPF_PERF_EVENT_CONT = -2', 'LIBBPF_PERF_EVENT_CONT = 2'),
            ('__LIBBPF_ERRNO__END', 'ANOTHER, __LIBBPF_ERRNO__END'),
            ('(void* ctx, int cpu, __u64 cnt)', '(void* ctx, int cpu, __u32 cnt)'),
            ('int perf_buffer__poll(', 'long perf_buffer__poll('),
            ('int buf_idx, void** buf', 'size_t buf_idx, void** buf'),
            ('LIBBPF_API int perf_buffer__consume(struct perf_buffer* pb);', ''),
            ('typedef int (*ring_buffer_sample_fn)', 'typedef long (*ring_buffer_sample_fn)'),
            ('unsigned int idx', 'unsigned long idx'),
            ('unsigned long ring__producer_pos', 'long ring__producer_pos'),
            ('struct user_ring_buffer_opts {', 'struct user_ring_buffer_opts {\n  int more;'),
            ('void user_ring_buffer__discard', 'int user_ring_buffer__discard'),
            ('const __u32* ids;\n      const __u64* cookies;', 'const __u64* cookies;'),
            ('      __s32 priority;', '      __u32 priority;'),
            ('} perf_event;', '} perf_event, another[7];'),
            ('uprobe_multi.path_fd', 'uprobe_multi.pid'),
            ('int bpf_enable_stats(', 'long bpf_enable_stats('),
            ('static inline __u32 btf_vlen', 'static inline __u16 btf_vlen'),
            ('btf_params(const struct btf_type* t)', 'btf_params(struct btf_type* t)'))
        text = layout_text()
        originals = {header: header.read_text(encoding='utf-8') for header in HEADERS}
        for old, new in changes:
            header = next((header for header in HEADERS if old in originals[header]), None)
            self.assertIsNotNone(header, old)
            with tempfile.TemporaryDirectory() as folder:
                shutil.copytree(INCLUDE / 'bpf', f'{folder}/bpf')
                pathlib.Path(folder, 'bpf', header.name).write_text(
                    originals[header].replace(old, new), encoding='utf-8')
                for command in (LAYOUT_COMPILERS[0], LAYOUT_COMPILERS[6]):
                    with self.subTest(change=new, command=command):
                        self.assertNotEqual(compile_text(command, text, folder), '')

    def test_structs_only_ever_grew(self):
        """A program compiled for an older release finds its fields where it left them."""
        names = layout.declared([header.read_text(encoding='utf-8') for header in HEADERS])
        self.assertIn('perf_buffer_opts', names['structs'])
        for version in ('1.1.2', '1.7.0'):
            older = facts(version).structs
            for name in set(names['structs']) & set(older):
                newer = {field[-1]: field for field in NEWEST.structs[name][1]}
                for field in older[name][1]:
                    # A struct inside of a struct may grow, too: its offsets count alone.
                    compare = slice(0, 4, 2 if '{...}' in field[-2] else 1)
                    self.assertEqual(field[compare], newer[field[-1]][compare], (version, name))


class Names(unittest.TestCase):
    """What the headers bring into a program's name space."""

    def setUp(self):
        self.texts = {header.name: header.read_text(encoding='utf-8') for header in HEADERS}
        self.names = layout.declared(self.texts.values())

    def test_functions_are_libbpfs_and_in_its_headers(self):
        for header, text in self.texts.items():
            self.assertEqual(sorted(layout.declared([text])['functions']),
                             [name for name in FUNCTIONS if NEWEST.headers[name] == header])

    def test_functions_are_those_that_are_done_or_todo(self):
        listed = [symbol.name for symbol in SYMBOLS
                  if symbol.kind == 'default' and symbol.libraries != 'ringside']
        self.assertEqual(FUNCTIONS, sorted(listed))

    def test_inline_functions_are_libbpfs(self):
        # Some are there twice, for programs and for the kernel.
        self.assertEqual(sorted(set(self.names['inlines'])), sorted(NEWEST.inlines))

    def test_types_are_libbpfs(self):
        for kind in ('structs', 'enums', 'callbacks'):
            self.assertEqual(sorted(self.names[kind]), sorted(getattr(NEWEST, kind)))

    def test_each_options_struct_names_its_last_field(self):
        self.assertEqual(self.names['last_fields'],
                         [name for name in self.names['structs'] if name in NEWEST.last_fields])

    def test_a_name_that_libbpf_does_not_have_is_refused(self):
        with self.assertRaises(KeyError):
            layout_text(['struct ringside_opts {\n size_t sz; };'])

    def test_fields_are_libbpfs(self):
        text = layout.without_comments('\n'.join(self.texts.values()))
        for name in self.names['structs']:
            body = re.search(rf'\bstruct {name} \{{(.*?)\n\}}', text, re.S).group(1)
            self.assertEqual(sorted(re.findall(r'(\w+);', re.sub(r': \d+;', '', body))),
                             sorted(field[-1].split('.')[-1] for field in NEWEST.structs[name][1]),
                             name)

    def test_enumerators_are_libbpfs(self):
        text = layout.without_comments('\n'.join(self.texts.values()))
        for name in self.names['enums']:
            body = re.search(rf'\benum {name} \{{(.*?)\}}', text, re.S).group(1)
            self.assertEqual(re.findall(r'(?:^|,)\s*(\w+)', body),
                             [value for value, _ in NEWEST.enums[name][1]], name)

    def test_macros_are_libbpfs_word_for_word(self):
        for header in NEWEST.macros:
            text = self.texts[header]
            joined = re.sub(r'\\\n', ' ', layout.without_comments(text))
            ours = set(re.findall(r'^ *#define (\w+)', joined, re.M))
            theirs = NEWEST.macros[header]
            for name in ours:
                if name.endswith('__last_field'):
                    continue
                with self.subTest(header=header, macro=name):
                    self.assertIn(name, theirs)
                    self.assertIn(''.join(theirs[name].split()),
                                  [''.join(found.split()) for found in
                                   re.findall(rf'^ *#define {name}\b(.*)$', joined, re.M)])
            if header != 'libbpf.h':
                self.assertEqual(set(theirs) - ours, set(), header)


class Own(unittest.TestCase):
    """What we add: names that begin as ours do, and structs that may grow."""

    def setUp(self):
        self.text = layout.without_comments('\n'.join(header.read_text(encoding='utf-8')
                                                      for header in OWN_HEADERS))

    def test_functions_are_those_that_are_done(self):
        declared = re.findall(r'^RINGSIDE_API\s[^;()]*?(\w+)\(', self.text, re.M)
        self.assertEqual(sorted(declared), sorted(OWN_FUNCTIONS))

    def test_each_struct_begins_with_its_size_and_names_its_last_field(self):
        structs = re.findall(r'^struct (\w+) \{(.*?)\n\}', self.text, re.M | re.S)
        self.assertTrue(structs)
        for name, body in structs:
            fields = re.findall(r'(\w+) (\w+);', body)
            self.assertEqual(fields[0], ('size_t', 'sz'), name)
            self.assertIn(f'#define {name}__last_field {fields[-1][1]}\n', self.text)

    def test_no_name_may_be_anybody_elses(self):
        for name in re.findall(r'^ *#define (\w+)|^(?:struct|enum) (\w+) \{', self.text, re.M):
            self.assertTrue(''.join(name).lower().startswith('ringside_'), name)

    def test_its_options_macros_are_libbpfs(self):
        text = '#include <string.h>\n#include <bpf/libbpf.h>\n#include <ringside/ringside.h>\n' \
               'size_t f(void);\n' \
               'size_t f(void) { LIBBPF_OPTS(ringside_stats, stats); return stats.sz; }\n'
        for command in (['gcc', '-xc'], ['clang', '-xc', '-std=gnu89'], ['g++', '-xc++'],
                        ['clang++', '-xc++']):
            # A partial initialiser is what options are about.
            command = [*command, '-Wno-missing-field-initializers']
            self.assertEqual(compile_text(command, text), '')


if __name__ == '__main__':
    for needed in sorted({command[0] for command in LAYOUT_COMPILERS}):
        if shutil.which(needed) is None:
            print(f'SKIP: no {needed} (Debian: clang, gcc, g++, g++-i686-linux-gnu)')
            sys.exit(77)
    unittest.main()
