# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What an ELF file says about itself, as binutils read it. Judges nothing."""
import collections
import os
import re
import struct
import subprocess

Facts = collections.namedtuple('Facts', 'exports needed soname version_nodes text_relocations '
                                        'stack_flags initializers')

POINTER = struct.calcsize('P')

# How the manifests mark what a defined dynamic symbol is; anything else keeps readelf's words.
TYPES = {('FUNC', 'GLOBAL', 'DEFAULT'): 'T', ('OBJECT', 'GLOBAL', 'DEFAULT'): 'D'}


def run(*command):
    """The output of a command; its complaint is shown, and a failure raises CalledProcessError."""
    environment = dict(os.environ, LC_ALL='C')
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                          env=environment).stdout


def dynamic_symbols(text):
    """The defined dynamic symbols of `readelf --dyn-syms`, as lines of a manifest."""
    lines = []
    for fields in (line.split() for line in text.splitlines()):
        if len(fields) < 8 or not re.fullmatch(r'\d+:', fields[0]) or fields[6] == 'UND':
            continue
        kind, binding, visibility, section, name = fields[3:8]
        if section == 'ABS' and '@' not in name:
            lines.append(f'{name} {name} A')
            continue
        name, mark, node = re.fullmatch(r'([^@]*)(@*)(.*)', name).groups()
        word = TYPES.get((kind, binding, visibility), f'{kind}/{binding}/{visibility}')
        lines.append(f'{node or "-"} {name} {word} {mark or "-"}')
    return sorted(lines)


def version_definitions(text):
    """The chain of `readelf --version-info`: (node, parents) in order, without the base entry."""
    definitions, nodes = [], []
    section = re.search(r"Version definition section.*?(?=\nVersion |\Z)", text, re.S)
    for line in section.group(0).splitlines() if section else []:
        entry = re.search(r'Flags: (\S+).*Name: (\S+)', line)
        parent = re.search(r'Parent \d+: (\S+)', line)
        if entry:
            definitions.append((entry.group(1), entry.group(2), []))
        elif parent:
            definitions[-1][2].append(parent.group(1))
    for flags, name, parents in definitions:
        if flags != 'BASE':
            nodes.append((name, parents))
    return nodes


def shared_library(path):
    """The facts of a shared library."""
    dynamic = run('readelf', '--wide', '--dynamic', path)
    segments = run('readelf', '--wide', '--program-headers', path)
    stack = re.search(r'GNU_STACK(?:\s+0x\S+){5}\s+([RWE ]+?)\s+0x', segments)
    soname = re.search(r'\(SONAME\).*\[(.*)\]', dynamic)
    initializers = re.search(r'\(INIT_ARRAYSZ\)\s+(\d+)', dynamic)
    return Facts(exports=dynamic_symbols(run('readelf', '--wide', '--dyn-syms', path)),
                 needed=re.findall(r'\(NEEDED\).*\[(.*)\]', dynamic),
                 soname=soname.group(1) if soname else None,
                 version_nodes=version_definitions(
                     run('readelf', '--wide', '--version-info', path)),
                 text_relocations=bool(re.search(r'TEXTREL', dynamic)),
                 stack_flags=stack.group(1) if stack else None,
                 initializers=int(initializers.group(1)) // POINTER if initializers else 0)


def archive_globals(path):
    """The global symbols that the members of an archive define, sorted, as (name, type letter).
    Raises CalledProcessError for what is no archive."""
    symbols = []
    for line in run('nm', '--defined-only', '--extern-only', '--format=posix', path).splitlines():
        fields = line.split()
        if len(fields) >= 2 and len(fields[1]) == 1:
            symbols.append((fields[0], fields[1]))
    return sorted(symbols)
