#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""A library with the interface of one libbpf release and nothing behind it: its C source, its
version script, and what to ignore when abidiff compares another library with it. Its debug
information then says what that release declares."""
import argparse
import pathlib
import re

import layout

PRELUDE = '''\
#include <linux/types.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
'''


def read_manifest(path):
    """A manifest's version nodes, oldest first, and its functions as (node, name, mark)."""
    nodes, functions = [], []
    for line in pathlib.Path(path).read_text(encoding='ascii').splitlines():
        node, name, kind, *mark = line.split()
        if kind == 'A':
            nodes.append(node)
        else:
            functions.append((node, name, mark[0]))
    return sorted(nodes, key=node_order), functions


def node_order(node):
    """Sort key of a version node: LIBBPF_0.8.0 comes before LIBBPF_1.0.0."""
    return [int(part) for part in re.findall(r'\d+', node)]


def version_script(nodes, functions):
    """Lines of a linker script. Compatibility versions are not named: the source carries them. The
    node that makes the rest local is the newest, in which there are none."""
    lines, previous = [], ''
    for node in nodes:
        names = [name for home, name, mark in functions if (home, mark) == (node, '@@')]
        lines += [f'{node} {{']
        if names:
            lines += ['global:'] + [f'  {name};' for name in names]
        if node == nodes[-1]:
            lines += ['local:', '  *;']
        lines.append(f'}} {previous};' if previous else '};')
        previous = node
    return lines


def members(body):
    """The members of a struct of the facts as C. A named struct inside of it, or a named union, is
    told by its name first: `struct {...} name;`."""
    lines, closings = [], []
    for row in body.splitlines():
        word = row.rsplit('|', 1)[1].split('[')[0].strip()
        inner = re.fullmatch(r'(struct|union) \{\.\.\.\} (\w+);', word)
        if inner or word in ('struct {', 'union {'):
            lines.append(f'{word.split()[0]} {{')
            closings.append(inner.group(2) if inner else '')
        elif word == '};':
            lines.append(f'}} {closings.pop()};')
        elif word:
            lines.append(word)
    return lines + [f'}} {name};' for name in reversed(closings)]


def foreign_enums(text, facts):
    """Enums that a release uses and the kernel declares."""
    return sorted(set(re.findall(r'\benum (\w+)', text)) - set(facts.enums))


def declarations(text):
    """The types that a release declares, as C, from its structs.txt."""
    facts = layout.Facts(text)
    lines = [f'enum {name} {{ {name}_of_the_kernel }};' for name in foreign_enums(text, facts)]
    for name, (_, values) in facts.enums.items():
        lines.append(f'enum {name} {{ {", ".join(f"{key} = {value}" for key, value in values)} }};')
    lines += [f'{kind} {name};' for kind, name in
              sorted(set(re.findall(r'\b(struct|union) (\w+)', text)))]
    for name, spelled in facts.callbacks.items():
        spelled = spelled.replace('struct __va_list_tag *', 'va_list')
        lines.append(f'typedef {spelled.replace("(*)", f"(*{name})", 1)};')
    for name, body in re.findall(r'^struct (\w+) .*x86_64: size=.*\n((?:.+\n)*)', text, re.M):
        lines += [f'struct {name} {{', *members(body), '};']
    return lines


def definitions(functions, prototypes):
    """Each function as C that does nothing. One whose prototype is not known takes nothing."""
    lines = []
    for node, name, mark in functions:
        head = prototypes.get(name, f'void {name}(void);')[:-1]
        if mark == '@':
            alias = f'{name}_of_{node.replace(".", "_")}'
            lines.append(f'__asm__(".symver {alias},{name}@{node}");')
            head = re.sub(rf'\b{name}\(', f'{alias}(', head)
        lines.append(f'{head} {{}}')
    return lines


def source(functions, facts_text=None):
    """The whole C source, with types if the release's structs.txt is given."""
    if facts_text is None:
        return definitions(functions, {})
    return [PRELUDE, *declarations(facts_text),
            *definitions(functions, layout.Facts(facts_text).functions)]


def suppressions(facts_text):
    """What abidiff must not compare: the kernel's enums, of which each build has its own; and the
    compiler's va_list, which is spelled otherwise in C++."""
    names = ['__va_list_tag'] + foreign_enums(facts_text, layout.Facts(facts_text))
    return ['[suppress_type]', f'  name_regexp = ^({"|".join(names)})$']


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('output', choices=('source', 'version-script', 'suppressions'))
    parser.add_argument('manifest', help='abilist of the release')
    parser.add_argument('facts', nargs='?', help='its structs.txt')
    arguments = parser.parse_args()
    nodes, functions = read_manifest(arguments.manifest)
    text = arguments.facts and pathlib.Path(arguments.facts).read_text(encoding='utf-8')
    if arguments.output == 'version-script':
        lines = version_script(nodes, functions)
    elif text and arguments.output == 'suppressions':
        lines = suppressions(text)
    else:
        lines = source(functions, text)
    print('\n'.join(lines))


if __name__ == '__main__':
    main()
