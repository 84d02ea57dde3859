#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What every libbpf release exports, and what ours do, as the tables of the ringside command: C++
that defines what tools/ringside/abi/release_data.hpp declares."""
import argparse
import pathlib
import re
import sys

import skeleton
import symbols


def version_order(version):
    """Sort key of a release: 0.8.3 comes before 1.0.0, and 1.8-dev before 1.8.0."""
    return [int(part) if part.isdigit() else -1 for part in re.split(r'[.-]', version)]


def runs(numbers):
    """Ascending numbers as (first, last) of each unbroken row: 1 2 3 7 is (1, 3), (7, 7)."""
    rows = []
    for number in numbers:
        if rows and rows[-1][1] == number - 1:
            rows[-1][1] = number
        else:
            rows.append([number, number])
    return rows


def history(releases):
    """From what each release has, oldest first, what was there from when to when: sorted
    (thing, first, last). What went and came again stands there twice."""
    found = {}
    for number, things in enumerate(releases):
        for thing in things:
            found.setdefault(thing, []).append(number)
    return sorted((thing, first, last) for thing, numbers in found.items()
                  for first, last in runs(numbers))


def tables(manifests, own):
    """The C++ of the tables. `manifests` is [(version, nodes, functions)], oldest first; `own` the
    symbol list."""
    versions = [version for version, _, _ in manifests]
    node_rows = history([nodes for _, nodes, _ in manifests])
    node_rows.sort(key=lambda row: skeleton.node_order(row[0]))
    functions = history([functions for _, _, functions in manifests])
    functions.sort(key=lambda row: (skeleton.node_order(row[0][0]), row[0][1], row[1]))

    yield 'constexpr std::string_view kReleases[] = {'
    yield from (f'    "{version}",' for version in versions)
    yield '};'
    yield 'constexpr NodeRun kNodes[] = {'
    yield from (f'    {{"{node}", {first}, {last}}},' for node, first, last in node_rows)
    yield '};'
    yield 'constexpr SymbolRun kSymbols[] = {'
    for (node, name, mark), first, last in functions:
        default = str(mark == '@@').lower()
        yield f'    {{"{name}", "{node}", {default}, {first}, {last}}},'
    yield '};'
    yield 'constexpr OwnSymbol kOwn[] = {'
    for symbol in own:
        words = [symbol.kind == 'default', symbol.status == 'done']
        words += [library in symbols.EXPORTED_BY[symbol.libraries]
                  for library in symbols.LIBRARIES]
        yield f'    {{"{symbol.name}", "{symbol.node}", ' \
              f'{", ".join(str(word).lower() for word in words)}}},'
    yield '};'


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('list', type=pathlib.Path, help='the symbol list')
    parser.add_argument('manifests', type=pathlib.Path, help='folder of the abilists')
    parser.add_argument('output', type=pathlib.Path)
    parser.add_argument('depfile', type=pathlib.Path, help='what was read, for make')
    arguments = parser.parse_args()
    paths = {path.name[len('libbpf-'):-len('.abilist')]: path
             for path in arguments.manifests.glob('libbpf-*.abilist')}
    try:
        manifests = [(version, *skeleton.read_manifest(paths[version]))
                     for version in sorted(paths, key=version_order)]
        own = symbols.load(arguments.list)
    except (symbols.ListError, OSError) as error:
        sys.exit(f'releases.py: {error}')
    lines = ['#include "abi/release_data.hpp"', '', 'namespace ringside::tool::abi {',
             'namespace {', *tables(manifests, own), '} // namespace', '',
             'std::span<const std::string_view> releases() { return kReleases; }',
             'std::span<const NodeRun> node_runs() { return kNodes; }',
             'std::span<const SymbolRun> symbol_runs() { return kSymbols; }',
             'std::span<const OwnSymbol> own_symbols() { return kOwn; }',
             '', '} // namespace ringside::tool::abi', '']
    arguments.output.write_text('\n'.join(lines), encoding='ascii')
    read = [arguments.list, arguments.manifests, *paths.values()]
    arguments.depfile.write_text(f'{arguments.output}: {" ".join(map(str, read))}\n',
                                 encoding='utf-8')


if __name__ == '__main__':
    main()
