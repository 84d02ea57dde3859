#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What follows from the symbol list: version scripts, expected exports, and names for archives."""
import argparse
import collections
import re
import sys

LIBRARIES = ('libringside', 'libbpf')
# The values of the list's columns. Which libraries export a symbol:
EXPORTED_BY = {'both': LIBRARIES, 'ringside': ('libringside',), 'libbpf': ('libbpf',)}
MARKS = {'default': '@@', 'compat': '@'}
FAMILIES = ('attach', 'bpf', 'btf', 'linker', 'netlink', 'object', 'ring', 'util')
STATUSES = ('done', 'todo')
# Owners of version nodes; the nodes of each are a chain of their own. The functions in our nodes
# begin with a prefix, and no others do.
LIBBPF, RINGSIDE = OWNERS = ('LIBBPF', 'RINGSIDE')
OWN_PREFIX = 'ringside_'

Symbol = collections.namedtuple('Symbol', 'name node kind libraries family status')


class ListError(Exception):
    """The symbol list contradicts itself; the text says in which line."""


def owner(node):
    """Whose version node it is: LIBBPF of LIBBPF_0.8.0."""
    return node.split('_')[0]


def node_order(node):
    """Sort key of a version node: by owner, then LIBBPF_0.8.0 comes before LIBBPF_1.0.0."""
    return (OWNERS.index(owner(node)),
            [int(part) for part in node.split('_')[1].split('.')])


def parse(lines, where='symbols'):
    """The symbols of a list, in its order. Raises ListError."""
    symbols = []
    seen, defaults = set(), set()
    for number, line in enumerate(lines, 1):
        fields = line.split('#')[0].split()
        if not fields:
            continue

        def refuse(why):
            raise ListError(f'{where}:{number}: {why}')

        if len(fields) != len(Symbol._fields):
            refuse(f'{len(fields)} columns, not {len(Symbol._fields)}')
        symbol = Symbol(*fields)
        if not re.fullmatch(r'[a-z_]\w*', symbol.name):
            refuse(f'{symbol.name} is no name of a function')
        if not re.fullmatch(rf'({"|".join(OWNERS)})_\d+\.\d+\.\d+', symbol.node):
            refuse(f'{symbol.node} is no version node')
        if symbol.name.startswith(OWN_PREFIX) != (owner(symbol.node) == RINGSIDE):
            refuse(f'{symbol.name} does not belong in a node of {owner(symbol.node)}')
        for value, known in ((symbol.kind, MARKS), (symbol.libraries, EXPORTED_BY),
                             (symbol.family, FAMILIES), (symbol.status, STATUSES)):
            if value not in known:
                refuse(f'{value} is none of {", ".join(known)}')
        if (symbol.name, symbol.node) in seen:
            refuse(f'{symbol.name} is in {symbol.node} already')
        seen.add((symbol.name, symbol.node))
        if symbol.kind == 'default':
            if symbol.name in defaults:
                refuse(f'{symbol.name} has a default version already')
            defaults.add(symbol.name)
        if symbols and order(symbols[-1]) > order(symbol):
            refuse(f'{symbol.name} is out of order (by node, then by name)')
        symbols.append(symbol)
    return symbols


def order(symbol):
    """Sort key of a line of the list."""
    return node_order(symbol.node), symbol.name


def load(path):
    """The symbols of the list in a file. Raises ListError."""
    with open(path, encoding='ascii') as lines:
        return parse(lines, path)


def nodes(symbols, library=None):
    """All version nodes, owner by owner, oldest first; or those of a library: all nodes of an owner
    if some function in them is the library's, and none of that owner otherwise."""
    owners = {owner(symbol.node) for symbol in symbols
              if library is None or library in EXPORTED_BY[symbol.libraries]}
    return sorted({symbol.node for symbol in symbols if owner(symbol.node) in owners},
                  key=node_order)


def chain(symbols, library):
    """A library's version nodes with what each follows on: (node, None) for the oldest of an
    owner."""
    listed = nodes(symbols, library)
    return [(node, before if before and owner(before) == owner(node) else None)
            for before, node in zip([None] + listed, listed)]


def exported(symbols, library):
    """The symbols that a library has today."""
    return [symbol for symbol in symbols
            if symbol.status == 'done' and library in EXPORTED_BY[symbol.libraries]]


def version_script(symbols, library):
    """The linker script that gives a library's functions their nodes. Compatibility symbols are
    not named in it: their objects carry the node with them (.symver), and a name may stand in one
    node only."""
    names = collections.defaultdict(list)
    for symbol in exported(symbols, library):
        if symbol.kind == 'default':
            names[symbol.node].append(symbol.name)
    lines = []
    for node, parent in chain(symbols, library):
        first = not lines
        lines.append(f'{node} {{')
        if names[node]:
            lines += ['global:'] + [f'  {name};' for name in names[node]]
        if first:
            lines += ['local:', '  *;']
        lines.append(f'}} {parent};' if parent else '};')
    return lines


def exports(symbols, library):
    """The dynamic symbols that a library must have, in the form of the manifests, sorted."""
    lines = [f'{node} {node} A' for node in nodes(symbols, library)]
    lines += [f'{symbol.node} {symbol.name} T {MARKS[symbol.kind]}'
              for symbol in exported(symbols, library)]
    return sorted(lines)


def archive(symbols, library):
    """The global names that a library's archive must have, sorted: for objcopy
    --keep-global-symbols. A program that links statically knows no versions, hence gets the
    defaults."""
    return sorted(symbol.name for symbol in exported(symbols, library) if symbol.kind == 'default')


def static_renames(symbols, library):
    """New names for another libbpf's definitions of what a library's archive defines: for objcopy
    --redefine-syms."""
    return [f'{name} ringside_next_{name}' for name in archive(symbols, library)
            if not name.startswith(OWN_PREFIX)]


OUTPUTS = {'version-script': version_script, 'exports': exports, 'archive': archive,
           'static-renames': static_renames}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('output', choices=OUTPUTS)
    parser.add_argument('library', choices=LIBRARIES)
    parser.add_argument('list', help='the symbol list')
    arguments = parser.parse_args()
    try:
        lines = OUTPUTS[arguments.output](load(arguments.list), arguments.library)
    except (ListError, OSError) as error:
        sys.exit(f'symbols.py: {error}')
    print('\n'.join(lines))


if __name__ == '__main__':
    main()
