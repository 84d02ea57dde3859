#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Does the symbol list agree with libbpf's releases? Every symbol of the newest one must be in it,
in the same node with the same mark; what else it holds in libbpf's nodes must have been so in the
last 0.x."""
import sys

import symbol_list

NEWEST, LAST_0X = '1.8-dev', '0.8.3'


def read_manifest(path):
    """A manifest's functions as {(node, name): mark}, and its version nodes in the file's order."""
    functions, nodes = {}, []
    for line in path.read_text(encoding='ascii').splitlines():
        node, name, kind, *mark = line.split()
        if kind == 'A':
            nodes.append(node)
        else:
            functions[node, name] = mark[0]
    return functions, nodes


def problems_with(symbols, newest, newest_nodes, last_0x):
    """What the list and the two manifests differ in, as lines to print."""
    symbols = [symbol for symbol in symbols
               if symbol_list.owner(symbol.node) == symbol_list.LIBBPF]
    listed = {(symbol.node, symbol.name): symbol_list.MARKS[symbol.kind] for symbol in symbols}
    problems = []
    for key, mark in sorted(newest.items()):
        if listed.get(key) != mark:
            problems.append(f'{" ".join(key)} {mark} is in {NEWEST}; listed: {listed.get(key)}')
    for key, mark in sorted(listed.items()):
        if key not in newest and last_0x.get(key) != mark:
            problems.append(f'{" ".join(key)} {mark} is listed, but not in {NEWEST}; '
                            f'in {LAST_0X}: {last_0x.get(key)}')
    if symbol_list.nodes(symbols) != newest_nodes:
        problems.append(f'nodes are {symbol_list.nodes(symbols)}, not {newest_nodes}')
    return problems


def main():
    abi = symbol_list.ROOT / 'abi'
    newest, last_0x = (read_manifest(abi / 'manifests' / f'libbpf-{version}.abilist')
                       for version in (NEWEST, LAST_0X))
    problems = problems_with(symbol_list.load(abi / 'symbols.txt'), *newest, last_0x[0])
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == '__main__':
    main()
