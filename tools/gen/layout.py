#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Compile-time checks that headers declare what libbpf's releases declare: every struct, enum,
callback, options macro and inline function that the headers define, and every function of the
library, compared with the facts of a release. The output is valid C11 and C++11, for x86_64 and
i386."""
import argparse
import pathlib
import re
import sys

PRELUDE = '''\
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <bpf/skel_internal.h>
#include <stddef.h>

#ifdef __cplusplus
#define CHECK(condition) static_assert(condition, #condition)
#else
#define CHECK(condition) _Static_assert(condition, #condition)
#endif

#if defined(__x86_64__)
#define BY_MACHINE(x86_64, i386) (x86_64)
#elif defined(__i386__)
#define BY_MACHINE(x86_64, i386) (i386)
#else
#error "the layout is known for x86_64 and i386 only"
#endif

#define CHECK_TYPE(type, x86_64, i386) CHECK(sizeof(type) == BY_MACHINE(x86_64, i386))
#define CHECK_FIELD(type, field, x86_64, i386) \\
  CHECK(offsetof(struct type, field) == BY_MACHINE(x86_64, i386))
#define CHECK_FIELD_SIZE(type, field, x86_64, i386) \\
  CHECK(sizeof(((struct type*)0)->field) == BY_MACHINE(x86_64, i386))

/* An enum is compatible with the type that the compiler chose for it; C++ has no such word. */
#ifdef __cplusplus
#define CHECK_SIGN(name, sign) CHECK(sizeof(enum name) == sizeof(sign int))
#else
#define CHECK_SIGN(name, sign) CHECK(__builtin_types_compatible_p(enum name, sign int))
#endif
/* A second declaration of a name compiles only if it says the same as the first one. */
#define SAME(name, type, other_type) \
  extern type check_##name; \
  extern other_type check_##name

#ifdef __cplusplus
extern "C" {
#endif
'''
EPILOGUE = '''
#ifdef __cplusplus
}
#endif'''


def fields(body):
    """The named fields of a struct of the facts, those of structs inside it too: (x86_64 offset,
    size, i386 offset, size, type, name), the name of an inner one as outer.inner. The facts tell a
    named struct inside by its name first: `struct {...} name;`, and then its fields to `};`."""
    found, outer = [], []
    for row in body.splitlines():
        *numbers, word = (part.strip() for part in row.split('[')[0].split('|'))
        if word == '};':
            outer.pop()
        elif word.endswith('{'):
            outer.append('')
        elif numbers[0] and word:
            field_type, name = re.fullmatch(r'(.*?)(\w+);', word).groups()
            path = '.'.join([part for part in outer if part] + [name])
            found.append((*' '.join(numbers).split(), field_type.strip(), path))
            if field_type.endswith('{...} '):
                outer.append(name)
    return found


class Facts:
    """One release's structs.txt, as tables by name."""

    def __init__(self, text):
        sections = dict(re.findall(r'^={20} (.*?)\n(.*?)(?=^={20} |\Z)', text, re.S | re.M))
        section = lambda word: next(sections[title] for title in sections if word in title)
        self.structs = {}
        for name, *sizes, body in re.findall(
                r'^struct (\w+) .*x86_64: size=(\d+) .*i386: size=(\d+) .*\n((?:.+\n)*)',
                section('STRUCTS'), re.M):
            self.structs[name] = (sizes, fields(body))
        self.enums = {
            name: (sign, re.findall(r'^ +(\w+) += (-?\d+) ', body, re.M))
            for name, sign, body in re.findall(
                r'^enum (\w+) .*size=4 (\w+)\n((?:.+\n)*)', section('ENUMS'), re.M)}
        self.callbacks = dict(re.findall(r'^(\w+) += (.*?) +\(\w+\.h\)$', section('TYPEDEFS'),
                                         re.M))
        # What C++ declares otherwise is there twice, its own prototype first.
        self.functions, self.cplusplus, self.headers = {}, {}, {}
        for header, body in re.findall(r'^--- (\S+) \(\d+\)\n((?:.+\n)*)', section('FUNCTIONS ('),
                                       re.M):
            for line in body.splitlines():
                name = re.search(r'(\w+)\(', line).group(1)
                if name in self.functions:
                    self.cplusplus[name] = self.functions[name]
                self.functions[name] = line
                self.headers[name] = header
        self.inlines = {
            name: f'static {re.sub(r"[(]", f" {name}(", spelled, count=1)};'
            for name, spelled in re.findall(r'^(\w+): (.*?) +\(\w+\.h\)$', section('INLINE'), re.M)}
        self.last_fields = dict(re.findall(r'^(\w+) +-> (\S+)', section('__last_field'), re.M))
        self.macros = {}
        for header, body in re.findall(r'^--- (\S+)\n((?:.+\n?)*)', section('MACROS (must'), re.M):
            self.macros[header] = dict(re.findall(r'^#define (\w+)(.*)$', body, re.M))


def without_comments(text):
    """C text without its comments."""
    return re.sub(r'/\*.*?\*/', ' ', text, flags=re.S)


def declared(header_texts):
    """What headers define: names by the table of Facts that they must stand in."""
    text = '\n'.join(without_comments(header) for header in header_texts)
    code = re.sub(r'^ *#(.*\\\n)*.*', '', text, flags=re.M)
    return {'structs': re.findall(r'\bstruct (\w+) \{', code),
            'enums': re.findall(r'\benum (\w+) \{', code),
            'callbacks': re.findall(r'\btypedef\b[^;]*?\(\*(\w+)\)', code),
            'last_fields': re.findall(r'#define (\w+)__last_field\b', text),
            # What begins with three underscores is a header's own.
            'inlines': re.findall(r'\bstatic inline\s[^;()]*?\b((?!___)\w+)\(', code),
            # One that C++ declares otherwise is there twice.
            'functions': list(dict.fromkeys(re.findall(r'\bLIBBPF_API\s[^;()]*?(\w+)\(', code)))}


def checks(facts, names):
    """Lines of C that compile only if `names`, as from declared(), are as in `facts`. A name that
    the facts do not hold raises KeyError."""
    lines = []
    for name in names['structs']:
        sizes, members = facts.structs[name]
        lines += ['', f'CHECK_TYPE(struct {name}, {", ".join(sizes)});']
        for offset64, size64, offset32, size32, field_type, field in members:
            lines += [f'CHECK_FIELD({name}, {field}, {offset64}, {offset32});',
                      f'CHECK_FIELD_SIZE({name}, {field}, {size64}, {size32});']
            if '{...}' not in field_type:
                lines.append(f'SAME({name}_{field.replace(".", "_")}, {field_type}, '
                             f'__typeof__(((struct {name}*)0)->{field}));')
    for name in names['last_fields']:
        lines.append(f'CHECK(offsetof(struct {name}, {name}__last_field) == '
                     f'offsetof(struct {name}, {facts.last_fields[name]}));')
    for name in names['enums']:
        sign, values = facts.enums[name]
        lines += ['', f'CHECK_TYPE(enum {name}, 4, 4);',
                  f'CHECK_SIGN({name}, {sign});']
        lines += [f'CHECK((long long){value} == {number}LL);' for value, number in values]
    lines.append('')
    # As SAME does it; the sizes show that there was a first declaration.
    for name in names['callbacks']:
        spelled = facts.callbacks[name].replace('struct __va_list_tag *', 'va_list')
        lines += [f'CHECK(sizeof({name}) == sizeof(void*));',
                  f'typedef {spelled.replace("(*)", f"(*{name})", 1)};']
    lines.append('')
    for name in names['functions']:
        lines.append(f'CHECK(sizeof(&{name}) == sizeof(void*));')
        if name in facts.cplusplus:
            lines += ['#ifdef __cplusplus', facts.cplusplus[name], '#else', facts.functions[name],
                      '#endif']
        else:
            lines.append(facts.functions[name])
    lines += [facts.inlines[name] for name in names['inlines']]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('facts', help='structs.txt of a release')
    parser.add_argument('headers', nargs='+')
    arguments = parser.parse_args()
    names = declared([pathlib.Path(header).read_text(encoding='utf-8')
                      for header in arguments.headers])
    facts = Facts(pathlib.Path(arguments.facts).read_text(encoding='utf-8'))
    names['functions'] = facts.functions
    try:
        lines = checks(facts, names)
    except KeyError as error:
        sys.exit(f'layout.py: the headers define {error}, which {arguments.facts} does not know')
    print('\n'.join([PRELUDE, *lines, EPILOGUE]))


if __name__ == '__main__':
    main()
