#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Variables of the environment, over a program that knows nothing of them.

  environment.py larger PROGRAM LIBRINGSIDE
    PROGRAM is linked to the stock library. Preloaded with ours, it loses what does not fit into the
    rings that it asks for, and nothing with larger ones.
  environment.py secure PROGRAM PAGE
    PROGRAM is linked to our archive. A value that it cannot have is told of each variable that PAGE
    has a table of, and of none where the program runs set-user-id.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from live import run

NOBODY = 65534
# No number, no word, and no file that could be written.
NONSENSE = '/nonsense/of/a/value'
# Objects read these, readers do not.
OF_OBJECTS = ('LIBBPF_BPF_TOKEN_PATH', 'RINGSIDE_VERIFIER_LOG')


def numbers_of(output):
    return {name: int(value) for name, value in re.findall(r'(\w+) (\d+)', output)}


def larger(program, preload):
    page = os.sysconf('SC_PAGESIZE')
    seen = []
    for variables, size in (({}, page), ({'RINGSIDE_PERF_BYTES_PER_CPU': '1M'}, 1 << 20)):
        code, output, _, wrong = run([program], preload, **variables)
        print(variables, output, end='')
        if code == 77:
            return 77
        if code != 0 or wrong:
            print(f'exit code {code}', *wrong)
            return 1
        seen.append(numbers_of(output))
        if seen[-1]['size'] != size:
            print(f'rings of {size} bytes were wanted')
            return 1
    if seen[0]['lost'] == 0 or seen[1]['lost'] != 0:
        print('the burst should overrun the small ring, and not the large one')
        return 1
    return 0


def secure(program, page):
    with open(page, encoding='utf-8') as text:
        names = [name for name in re.findall(r'^\| `([A-Z0-9_]+)`', text.read(), re.M)
                 if name not in OF_OBJECTS]
    environment = {key: value for key, value in os.environ.items() if not key.startswith('LD_')}
    environment.update((name, NONSENSE) for name in names)

    def told(command, **kwargs):
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True, check=False,
                              **kwargs)
        print(done.stdout + done.stderr, end='')
        return done, {name: done.stderr.count(name) for name in names}

    done, counts = told([program])
    if done.returncode == 77:
        return 77
    if done.returncode != 0 or numbers_of(done.stdout)['secure'] != 0 or \
            set(counts.values()) != {1}:
        print(f'each variable should be told of once: {counts}')
        return 1

    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        owned = os.path.join(folder, 'program')
        shutil.copy(program, owned)
        os.chown(owned, 0, 0)
        os.chmod(owned, 0o4755)
        done, counts = told([owned], user=NOBODY, group=NOBODY, extra_groups=[])
    if done.returncode == 77 or 'secure' not in done.stdout:
        print('SKIP: a set-user-id program cannot trace here')
        return 77
    if done.returncode != 0 or numbers_of(done.stdout)['secure'] != 1 or any(counts.values()):
        print(f'a set-user-id program should read none: {counts}')
        return 1
    return 0


if __name__ == '__main__':
    sys.exit({'larger': larger, 'secure': secure}[sys.argv[1]](*map(os.path.abspath, sys.argv[2:])))
