#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Puts files into a program: an assembler file that includes them byte by byte, and the C++ that
defines what tools/ringside/abi/layout_data.hpp declares."""
import argparse
import pathlib

WORDS = ('library', 'suppressions')


def assembler(releases):
    """Lines of assembler: two labels, a start and an end, for each file of each release."""
    yield '.section .rodata'
    for number, files in enumerate(releases.values()):
        for word, path in zip(WORDS, files):
            label = f'ringside_{word}_{number}'
            yield from ('.balign 16', f'.globl {label}', f'{label}:',
                        f'.incbin "{path}"', f'.globl {label}_end', f'{label}_end:')
    yield '.section .note.GNU-stack,"",%progbits'


def cpp(releases):
    """Lines of C++: the declaration of the labels, and the table."""
    yield from ('#include "abi/layout_data.hpp"', '', 'extern "C" {')
    labels = [[f'ringside_{word}_{number}' for word in WORDS] for number in range(len(releases))]
    for pair in labels:
        for label in pair:
            yield f'extern const char {label}[], {label}_end[];'
    yield from ('}', '', 'namespace ringside::tool::abi {', '',
                'std::vector<LayoutReference> layout_references() {', '  return {')
    for version, pair in zip(releases, labels):
        texts = ', '.join(f'{{{label}, {label}_end}}' for label in pair)
        yield f'      {{"{version}", {texts}}},'
    yield from ('  };', '}', '', '} // namespace ringside::tool::abi')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('assembler', type=pathlib.Path)
    parser.add_argument('cpp', type=pathlib.Path)
    parser.add_argument('--release', nargs=3, action='append', required=True,
                        metavar=('VERSION', 'LIBRARY', 'SUPPRESSIONS'))
    arguments = parser.parse_args()
    releases = {version: [pathlib.Path(path).resolve() for path in paths]
                for version, *paths in arguments.release}
    for output, lines in ((arguments.assembler, assembler(releases)),
                          (arguments.cpp, cpp(releases))):
        output.write_text('\n'.join([*lines, '']), encoding='utf-8')


if __name__ == '__main__':
    main()
