#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Runs a program of 32 bits: as it is where the kernel runs such programs, under qemu-user where
it does not, as in some virtual machines.

  run_i686.py PROGRAM [ARGUMENT...]
"""
import errno
import os
import shutil
import sys

import skips

QEMU = 'qemu-i386'
# Programs that ask for what qemu-user does not give, and what that is.
BEYOND_QEMU = {
    'linux_test': 'answers of the real kernel',
    'stress_test': 'second mapping of pages by mremap(2)',
    'unit_ring': 'second mapping of pages by mremap(2)',
    'wakeups_test': 'second mapping of pages by mremap(2)',
}


def run(command):
    """Replaces this process by the program, or by qemu-user with it."""
    try:
        os.execv(command[0], command)
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
    no_programs = 'the kernel runs no programs of 32 bits'
    if asked := BEYOND_QEMU.get(os.path.basename(command[0])):
        skips.skip(f'{no_programs}, and qemu-user gives no {asked}')
    if not shutil.which(QEMU):
        skips.skip(f'{no_programs}, and there is no {QEMU} (Debian package qemu-user)')
    os.execvp(QEMU, [QEMU, *command])


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__.strip())
    run(sys.argv[1:])
