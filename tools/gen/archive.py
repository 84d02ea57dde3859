#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""An archive of one object, in which only the named symbols are global. So nothing of our own
making can collide with a program's names, or with those of another archive of ours."""
import argparse
import os
import subprocess
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('archive', help='what to make')
    parser.add_argument('names', help='file with the names that stay global, one a line')
    parser.add_argument('objects', nargs='+', help='compiled without link-time optimisation')
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        merged = os.path.join(folder, os.path.basename(arguments.archive)[:-1] + 'o')
        # Groups are dissolved: a linker keeps one group of a name in the whole program, and would
        # leave the local symbols of the other one without a definition.
        subprocess.run(['ld', '-r', '--force-group-allocation', '-o', merged,
                        *arguments.objects], check=True)
        subprocess.run(['objcopy', f'--keep-global-symbols={arguments.names}', merged], check=True)
        if os.path.exists(arguments.archive):
            os.unlink(arguments.archive)
        subprocess.run(['ar', 'rcsD', arguments.archive, merged], check=True)


if __name__ == '__main__':
    main()
