#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""An archive of a library's objects, in which the named symbols keep their names, and every other
global symbol gets the archive's name behind its own: perf_set.cpp's open() is
_ZN...open...libringside. So a program carries those objects that it uses, and nothing of our own
making can collide with a program's names, or with those of another archive of ours. Demanglers show
the rest of a name as "[clone .libringside]"."""
import argparse
import os
import re
import subprocess
import tempfile


def run(*command):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def defined(objects):
    """The global symbols that the objects define."""
    lines = run('nm', '--defined-only', '--extern-only', '--format=posix', *objects).splitlines()
    return {fields[0] for fields in map(str.split, lines) if len(fields) > 1}


def groups(objects):
    """The names of section groups. A linker keeps one group of a name in the whole program."""
    return set(re.findall(r'^COMDAT group section \[ *\d+\] `\.group\' \[(.+)\]',
                          run('readelf', '--wide', '--section-groups', *objects), re.M))


def member_name(path):
    """What an object is called in the archive: src_ring_perf_set.cpp.o of
    abi/libringside-rings.a.p/.._src_ring_perf_set.cpp.o."""
    return re.sub(r'^(\.\._)+', '', os.path.basename(path))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('archive', help='what to make')
    parser.add_argument('names', help='file with the names that stay, one a line')
    parser.add_argument('objects', nargs='+', help='compiled without link-time optimisation')
    arguments = parser.parse_args()
    suffix = os.path.basename(arguments.archive)[:-len('.a')]
    with open(arguments.names, encoding='ascii') as names:
        kept = set(names.read().split())
    inner = (defined(arguments.objects) | groups(arguments.objects)) - kept
    with tempfile.TemporaryDirectory() as folder:
        renames = os.path.join(folder, 'renames')
        with open(renames, 'w', encoding='ascii') as lines:
            lines.writelines(f'{name} {name}.{suffix}\n' for name in sorted(inner))
        members = {os.path.join(folder, member_name(path)): path for path in arguments.objects}
        if len(members) != len(arguments.objects):
            parser.error('two objects have the same name')
        for member, path in members.items():
            run('objcopy', f'--redefine-syms={renames}', path, member)
        if os.path.exists(arguments.archive):
            os.unlink(arguments.archive)
        run('ar', 'rcsD', arguments.archive, *members)


if __name__ == '__main__':
    main()
