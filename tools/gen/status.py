#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""docs/abi-status.md out of the symbol list: what is done of libbpf's interface, and what is to do.

  tools/gen/status.py abi/symbols.txt >docs/abi-status.md
  tools/gen/status.py --short abi/symbols.txt     how much of our libbpf.so.1 is done, by family
"""
import argparse
import collections
import sys

import symbols

HEAD = '''\
<!-- SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only -->
<!-- Made by tools/gen/status.py from abi/symbols.txt. Edit that, not this; a test compares. -->
# Status of the interface

Every function of libbpf 1.8 in its version node, those of 0.x that we have for programs linked to
libbpf.so.0, and what `<ringside/ringside.h>` adds, in nodes of its own. `libringside.so.1` is to
have what a preloaded library may answer and what is added, our `libbpf.so.1` everything of 1.8.

`ringside abi who PROGRAM` tells whether what is done is enough for a program.

A family is a folder of `abi/`. `abi/symbols.txt` says what each is about.
'''
TITLES = {'libringside': 'libringside.so.1', 'libbpf': 'libbpf.so.1'}


def state(symbol, library):
    """What a library has of a symbol, in a word."""
    return symbol.status if library in symbols.EXPORTED_BY[symbol.libraries] else '–'


def summary(listed):
    """A table of the families: how much of each is done."""
    yield '| family | listed | done | to do |'
    yield '|---|---:|---:|---:|'
    counts = collections.Counter((symbol.family, symbol.status) for symbol in listed)
    for name in sorted({name for name, _ in counts}):
        done, todo = (counts[name, status] for status in symbols.STATUSES)
        yield f'| {name} | {done + todo} | {done} | {todo} |'
    done, todo = (sum(symbol.status == status for symbol in listed)
                  for status in symbols.STATUSES)
    yield f'| all | {done + todo} | {done} | {todo} |'


def short(listed):
    """How many functions of libbpf 1.8 our libbpf.so.1 has, in lines."""
    own = [symbol for symbol in listed if 'libbpf' in symbols.EXPORTED_BY[symbol.libraries]]
    done, every = (collections.Counter(symbol.family for symbol in own if symbol.status in wanted)
                   for wanted in (('done',), symbols.STATUSES))
    yield f'{sum(done.values())} of {len(own)} functions of libbpf 1.8 are done:'
    for name in sorted(every):
        yield f'  {name:8} {done[name]:4} of {every[name]:4}'


def node_table(listed, node):
    """A table of the symbols of one version node."""
    yield f'| symbol | {" | ".join(TITLES.values())} |'
    yield '|---' * (len(TITLES) + 1) + '|'
    for symbol in listed:
        if symbol.node == node:
            words = ' | '.join(state(symbol, library) for library in TITLES)
            note = ' (compatibility version)' if symbol.kind == 'compat' else ''
            yield f'| `{symbol.name}`{note} | {words} |'


def page(listed):
    """The lines of the page."""
    yield HEAD
    yield from summary(listed)
    for node in symbols.nodes(listed):
        yield from ('', f'## {node}', '')
        yield from node_table(listed, node)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    parser.add_argument('--short', action='store_true', help='the sums alone, for a terminal')
    parser.add_argument('list', help='the symbol list')
    arguments = parser.parse_args()
    try:
        listed = symbols.load(arguments.list)
    except (symbols.ListError, OSError) as error:
        sys.exit(f'status.py: {error}')
    sys.stdout.reconfigure(encoding='utf-8')
    print('\n'.join((short if arguments.short else page)(listed)))


if __name__ == '__main__':
    main()
