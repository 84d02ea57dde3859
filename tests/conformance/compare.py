#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Runs the conformance program over the stock library and over ours, and compares what they say.

A case states what a program may rely on. It must hold over the stock library, so that it is true,
and over ours, so that we keep it. Where the two differ on purpose the case's line in the table says
so by an id, which is a heading of abi/differences/FAMILY.md; FAMILY is the folder of the case.
How each case ended over each library is recorded in outcomes.tsv, so that no library needs to be at
hand to know it.
"""
import argparse
import collections
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'support'))
import oracle  # noqa: E402
import records  # noqa: E402
from skips import skip  # noqa: E402

DID_NOT_RUN = ('skip', 'other')

# A line of `conform --list`; the recorded outcomes begin with the same columns.
COLUMNS = ('name', 'family', 'function', 'kernel', 'since', 'until', 'changed_in', 'difference',
           'stock')
Case = collections.namedtuple('Case', COLUMNS)


def start(command, env):
    # A build system's own LD_LIBRARY_PATH would put our library in the stock library's place.
    clean = {key: value for key, value in os.environ.items() if not key.startswith('LD_')}
    return subprocess.run(command, env={**clean, **env}, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True, timeout=580,
                          check=False)


class Run:
    """One run of the conformance program: how each case ended, and on which library."""

    def __init__(self, command, env):
        done = start(command, env)
        self.output = done.stdout
        head = re.match(r'library (.*), soname (.*), release (\S+), kernel \w+(?: \((.*)\))?$',
                        self.output.partition('\n')[0])
        if not head or not re.search(r'^\d+ passed, \d+ failed, \d+ skipped$', self.output, re.M):
            sys.exit(f'{" ".join(command)} did not run: {done.stderr.strip() or self.output}')
        self.library, self.release, self.refusal = head[1], head[3], head[4]
        self.words = {match[2]: match[1] for match in
                      re.finditer(r'^(\S+) (\w+\.\S+)(?: \(.*\))?$', self.output, re.M)}

    def bad(self):
        """The cases that are not as they should be."""
        return [name for name, word in self.words.items() if word.isupper()]

    def story(self, name):
        """What the program printed about a case."""
        found = re.search(rf'^\S+ {re.escape(name)}\b.*\n(?:     .*\n)*', self.output, re.M)
        return found[0].rstrip() if found else f'{name}: nothing'


class Program:
    """The conformance program, and the libraries that it can run on."""

    def __init__(self, options):
        self.options = options
        self.wanted = ['--family', options.family] if options.family else []
        listed = start([str(options.program), '--list', *self.wanted], {}).stdout
        self.cases = [Case(*line.split('\t')) for line in listed.splitlines()]

    def run(self, library, kernel, as_what, extra=()):
        """Runs over 'stock', 'preload', 'full' or an oracle's version, on 'real' or 'simulated'."""
        options = self.options
        command = [str(options.program)]
        preload = [str(options.sim)] if kernel == 'simulated' else []
        if library == 'preload':
            preload.append(str(options.preload))
        if library == 'full':
            preload.append(str(options.full))
        elif library[0].isdigit():
            root = oracle.need(library)
            preload.append(oracle.library(root))
            of_root = oracle.command(root, command)
            # The C library of an old release may lack what the program needs.
            if start(of_root + ['--list'], {}).returncode == 0:
                command = of_root
        else:
            preload.append('libbpf.so.1')
        if options.valgrind and as_what == 'ringside':
            command = [str(options.valgrind), '-q', '--error-exitcode=99'] + command
            extra = ('--seconds', '120')
        done = Run(command + ['--as', as_what, *self.wanted, *extra],
                   {'LD_PRELOAD': ':'.join(preload)})
        self.check_served(library, done.library)
        return done

    def check_served(self, library, served):
        ours = {'preload': self.options.preload, 'full': self.options.full}
        if library == 'stock' and not served:
            skip('there is no stock library here')
        served = Path(served).resolve()
        if library in ours:
            if served != ours[library].resolve():
                sys.exit(f'{served} served, not {ours[library]}')
        elif served in [path.resolve() for path in ours.values() if path]:
            sys.exit(f'{served} served where the stock library should')

    def recorded(self, column, kernel):
        """What is recorded of a library on a kernel, by case; nothing of a library that is not."""
        head, *lines = [line.split('\t') for line in
                        self.options.outcomes.read_text().splitlines() if line[0] != '#']
        if column not in head:
            return {}
        at = head.index(column)
        return {line[0]: line[at].split('/')[-1 if kernel == 'simulated' else 0]
                for line in lines if line[COLUMNS.index('kernel')] in ('none', 'either', kernel)}


def skip_if_refused(run):
    if run.refusal:
        skip(run.refusal)


def differences_from_record(program, run, column, kernel):
    """Where a run and what is recorded tell of different outcomes. What did not run, now or then,
    for want of a second CPU or of privileges, tells nothing."""
    recorded = program.recorded(column, kernel)
    return [f'{name}: {word}, and recorded as {recorded[name]}'
            for name, word in run.words.items()
            if word != 'skip' and recorded.get(name, word) not in (word, 'skip')]


def report(run, program, column, kernel):
    """Prints what is wrong with a run, and returns the exit status."""
    problems = [run.story(name) for name in run.bad()]
    problems += differences_from_record(program, run, column, kernel)
    print('\n'.join([*problems, run.output.splitlines()[-1]]))
    return 1 if problems else 0


def check_agreement(program, options):
    """Over the stock library and over one of ours: every case holds."""
    ours = program.run(options.library, options.kernel, 'ringside')
    skip_if_refused(ours)
    stock = program.run('stock', options.kernel, 'stock')
    count = collections.Counter()
    for name, word in ours.words.items():
        ran = word not in DID_NOT_RUN and stock.words[name] not in DID_NOT_RUN
        count['on ours alone' if not ran else 'differ' if word == 'differs' else 'agree'] += 1
    for name in stock.bad():
        print('stock:', stock.story(name))
    print(', '.join(f'{number} {what}' for what, number in sorted(count.items())))
    # Preloaded, ours leaves some functions to the release behind it.
    behind = [version for version in oracle.RELEASES
              if version.split('.')[:2] == stock.release.split('.')[:2]]
    column = 'ours' if options.library == 'full' else '+' + ''.join(behind)
    return report(ours, program, column, options.kernel) or (1 if stock.bad() else 0)


def as_recorded(family):
    """Is it known already how the stock library does with a family's cases? It changes with them
    and the simulated kernel alone, and `./dev conform` has run these ones over all its releases."""
    if not records.is_fresh(f'conformance-{family}'):
        return False
    print('as recorded: neither a case nor the simulated kernel has changed since')
    return True


def check_stock(program, options):
    """A release of the stock library meets every expectation."""
    if as_recorded(options.family):
        return 0
    stock = program.run(options.library, options.kernel, 'stock')
    skip_if_refused(stock)
    return report(stock, program, options.library, options.kernel)


def check_real(program, options):
    """Every difference is one: what we expect of ours does not hold over the stock library."""
    if as_recorded(options.family):
        return 0
    pretended = program.run(options.library, options.kernel, 'ringside', ('--seconds', '2'))
    skip_if_refused(pretended)
    none = [f'{case.name}: the stock library does the same as ours: no {case.difference}'
            for case in program.cases if pretended.words[case.name] == 'differs']
    print('\n'.join(none) or f'{len(pretended.bad())} cases differ')
    # A release that lacks the functions says nothing about them.
    differ = any(case.difference != '-' and pretended.words[case.name] not in ('other', 'skip')
                 for case in program.cases)
    return 1 if none or (differ and not pretended.bad()) else 0


def check_headings(program, options):
    """The ids in the table of cases are the headings of their family's file, both ways."""
    used = {f'{case.family}.md: {case.difference}' for case in program.cases
            if case.difference != '-'}
    # What holds for all families: every case with a message asks for it, and none names it.
    used.add('README.md: message-texts')
    # Cases have one libbpf: this is tested by tests/programs/two_libbpfs.py.
    used.add('README.md: handles-of-another-libbpf')
    # Headers for BPF programs are no library: their differences are tested by tests/bpf_headers.
    headings = [f'{path.name}: {name}' for path in options.differences.glob('*.md')
                if path.stem != 'bpf-headers'
                for name in re.findall(r'^## (\S+)$', path.read_text(), re.M)]
    problems = [f'{name}: a case has it, no heading' for name in sorted(used - set(headings))]
    problems += [f'{name}: a heading that no case has' for name in sorted(set(headings) - used)]
    problems += [f'{name}: twice' for name in sorted(set(headings)) if headings.count(name) > 1]
    print('\n'.join(problems) or f'{len(used)} differences, each described and tested')
    return 1 if problems else 0


def check_record(program, options):
    """What is recorded is about these cases, all of them, as their table has them."""
    lines = [line for line in options.outcomes.read_text().splitlines() if line[0] != '#'][1:]
    recorded = ['\t'.join(line.split('\t')[:len(COLUMNS)]) for line in lines]
    listed = ['\t'.join(case) for case in program.cases]
    problems = [f'recorded, and not in the table: {line}' for line in recorded
                if line not in listed]
    problems += [f'not recorded: {line}' for line in listed if line not in recorded]
    if problems:
        problems.append('run ./dev conform')
    print('\n'.join(problems) or f'{len(listed)} cases')
    return 1 if problems else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    checks = {'agree': check_agreement, 'stock': check_stock, 'real': check_real,
              'headings': check_headings, 'record': check_record}
    parser.add_argument('check', choices=checks)
    for name in ('program', 'preload', 'full', 'sim', 'differences', 'outcomes', 'valgrind'):
        parser.add_argument('--' + name, type=lambda path: Path(path).resolve())
    parser.add_argument('--family', help='run the cases of this family alone')
    parser.add_argument('--library', default='stock')
    parser.add_argument('--kernel', choices=('real', 'simulated'), default='real')
    options = parser.parse_args()
    return checks[options.check](Program(options), options)


if __name__ == '__main__':
    sys.exit(main())
