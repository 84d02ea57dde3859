#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Is a built library what the symbol list says? Exports, versions, soname, and what it needs."""
import argparse
import sys

import elf
import symbol_list

SONAMES = {'libringside': 'libringside.so.1', 'libbpf': 'libbpf.so.1'}
NEEDED = ['libc.so.6']
OF_COMPILER = 1  # how many functions its start files have run when a library is loaded


def compare(what, expected, found):
    """What two sorted lists differ in, as lines to print."""
    return ([f'{what} missing: {entry}' for entry in sorted(set(expected) - set(found))]
            + [f'{what} too many: {entry}' for entry in sorted(set(found) - set(expected))]
            + [f'{what} twice: {entry}' for entry in sorted(set(found)) if found.count(entry) > 1])


def shared_problems(facts, symbols, library):
    """What is wrong with a shared library, as lines to print."""
    problems = compare('export', symbol_list.exports(symbols, library), facts.exports)
    expected = [(node, [parent] if parent else [])
                for node, parent in symbol_list.chain(symbols, library)]
    if facts.version_nodes != expected:
        problems.append(f'version nodes are {facts.version_nodes}, not {expected}')
    if facts.soname != SONAMES[library]:
        problems.append(f'soname is {facts.soname}, not {SONAMES[library]}')
    if facts.needed != NEEDED:
        problems.append(f'needs {facts.needed}, not {NEEDED}')
    if facts.text_relocations:
        problems.append('has text relocations')
    if facts.stack_flags != 'RW':
        problems.append(f'wants a stack that is {facts.stack_flags}, not RW')
    if facts.initializers > OF_COMPILER:
        problems.append(f'runs {facts.initializers - OF_COMPILER} functions of ours when loaded')
    return problems


def archive_problems(globals_, symbols, library):
    """What is wrong with an archive, as lines to print. Its inner names end with the library's."""
    expected = [(name, 'T') for name in symbol_list.archive(symbols, library)]
    return compare('global', expected,
                   [(name, kind) for name, kind in globals_ if not name.endswith(f'.{library}')])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('kind', choices=('shared', 'archive'))
    parser.add_argument('library', choices=SONAMES)
    parser.add_argument('list', help='the symbol list')
    parser.add_argument('file', help='the built library')
    arguments = parser.parse_args()
    symbols = symbol_list.load(arguments.list)
    if arguments.kind == 'shared':
        problems = shared_problems(elf.shared_library(arguments.file), symbols, arguments.library)
    else:
        problems = archive_problems(elf.archive_globals(arguments.file), symbols,
                                    arguments.library)
    for problem in problems:
        print(f'{arguments.file}: {problem}')
    sys.exit(1 if problems else 0)


if __name__ == '__main__':
    main()
