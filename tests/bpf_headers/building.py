# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""BPF programs compiled with our headers, with those of a stock release, or with some of each."""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / 'tests' / 'support'))
import oracle  # noqa: E402

CORPUS = HERE / 'corpus'
OURS = ROOT / 'include'
# What BPF programs include, as against programs that load them.
HEADERS = ('bpf_helper_defs.h', 'bpf_helpers.h', 'bpf_tracing.h', 'bpf_core_read.h',
           'bpf_endian.h', 'usdt.bpf.h')
MACHINES = ('x86', 's390', 'arm', 'arm64', 'mips', 'powerpc', 'sparc', 'riscv', 'arc', 'loongarch')
ORDERS = ('bpfel', 'bpfeb')
WARNINGS = ('-Wall', '-Wextra', '-Werror')
# Another clang than the system's can be tried with this.
CLANG = os.environ.get('BPF_CLANG', 'clang')


def uapi_folder():
    """Where the headers of the machine are that <linux/types.h> includes."""
    done = subprocess.run(['gcc', '-print-multiarch'], stdout=subprocess.PIPE, text=True,
                          check=True)
    return f'/usr/include/{done.stdout.strip()}'


def stock(version):
    """The include folder of a stock release, which has more than its own headers. Raises
    oracle.Unavailable."""
    return pathlib.Path(oracle.root(version)) / 'usr' / 'include'


def mixed(folder, *places):
    """Makes an include folder with headers from several: ((include folder, names), ...)."""
    (folder / 'bpf').mkdir(parents=True)
    for place, names in places:
        for name in names:
            shutil.copy(place / 'bpf' / name, folder / 'bpf' / name)
    return folder


def run(command, text, output=False):
    """What a compiler complains of, or prints, given a program."""
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)
    return done.stdout if output else done.stderr


def compiled(source, output, include, *arguments, target='bpfel', types=CORPUS):
    """Compiles a BPF program, which may include what is in the folder `types`. Returns what the
    compiler says; `output` is there if it could."""
    command = [CLANG, '-g', '-O2', '-target', target, '-fdebug-compilation-dir=.',
               '-fno-caret-diagnostics', f'-I{include}', f'-I{types}',
               '-idirafter', uapi_folder(), *arguments, '-c', '-xc', '-', '-o', output]
    done = subprocess.run(command, input=source, stderr=subprocess.PIPE, text=True, check=False)
    return done.stderr or ('' if done.returncode == 0 else f'exit code {done.returncode}')
