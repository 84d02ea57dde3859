#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Runs the conformance programs over the stock library and over ours, and compares what they say.

A case states what a program may rely on. It must hold over the stock library, so that it is true,
and over ours, so that we keep it. Where the two differ on purpose the case says so by an id, which
is a heading of abi/differences.md.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'support'))
import oracle  # noqa: E402
SKIPPED = 77

# A difference that every case with a message has, and that says nothing about behaviour.
WORDS_ONLY = {'message-texts'}


class Run:
    """One run of a conformance program: how each case ended, and on which library."""

    def __init__(self, command, env):
        # A build system's own LD_LIBRARY_PATH would put our library in the stock library's place.
        clean = {key: value for key, value in os.environ.items() if not key.startswith('LD_')}
        done = subprocess.run(command, env={**clean, **env}, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True, timeout=580,
                              check=False)
        self.output, self.errors = done.stdout, done.stderr
        self.library, self.cases, self.differences, self.why = None, {}, {}, {}
        name = None
        for line in done.stdout.splitlines():
            if line.startswith('library '):
                self.library = line.split()[1]
            match = re.match(r'(ok|FAIL|skip|crash|hang) (\S+)(?: \((.*)\))?$', line)
            if match:
                word, name, self.why[match[2]] = match.groups()
                self.cases[name] = word
                self.differences[name] = set()
            elif line.startswith('     difference '):
                self.differences[name].add(line.split()[1])
        if not self.library:
            sys.exit(f'{command[0]} did not run: {done.stderr.strip()}')

    def story(self, name):
        """What the program printed about a case."""
        lines, inside = [], False
        for line in self.output.splitlines():
            if not line.startswith('     '):
                inside = re.match(rf'\w+ {re.escape(name)}( |$)', line) is not None
            if inside and not line.startswith('     difference'):
                lines.append(line)
        return '\n'.join(lines)


class Program:
    """A conformance program, and the libraries that it can run on."""

    def __init__(self, options):
        self.options = options

    def run(self, library, kernel, as_what, extra=()):
        """Runs over 'stock', 'preload', 'full' or an oracle's version, on 'live' or 'sim'."""
        options = self.options
        preload, env, command = [], {}, [str(options.program)]
        if kernel == 'sim':
            preload.append(str(options.sim))
        if options.stub:
            env['LD_LIBRARY_PATH'] = str(options.stub.parent)
        if library == 'preload':
            preload.append(str(options.preload))
        elif library == 'full':
            env['LD_LIBRARY_PATH'] = str(options.full.parent)
        elif library[0].isdigit():
            root = oracle_root(library)
            if options.stub:
                preload += glob.glob(f'{root}/usr/lib/*/libbpf.so.0')
            else:
                command = oracle.command(root, command)
        if options.valgrind and as_what == 'ringside':
            command = [str(options.valgrind), '-q', '--error-exitcode=99'] + command
            extra = ('--seconds', '120')
        env['LD_PRELOAD'] = ':'.join(preload)
        done = Run(command + ['--as', as_what, *extra], env)
        self.check_served(library, done.library)
        return done

    def check_served(self, library, served):
        ours = {'preload': self.options.preload, 'full': self.options.full}
        served = Path(served).resolve()
        if library in ours:
            if served != ours[library].resolve():
                sys.exit(f'{served} served, not {ours[library]}')
        elif served in [path.resolve() for path in ours.values() if path]:
            sys.exit(f'{served} served where the stock library should')


def oracle_root(version):
    """Where a release of the stock library is unpacked; ends as skipped when it cannot be had."""
    try:
        return oracle.root(version)
    except oracle.Unavailable as error:
        print(f'SKIP: libbpf {version}: {error}')
        sys.exit(SKIPPED)


def compare(stock, ours):
    """Sorts the cases: agree, differ on purpose, skipped, and what is wrong."""
    result = {'agree': [], 'differ': [], 'skipped': [], 'wrong': []}
    for name, word in ours.cases.items():
        before = stock.cases.get(name)
        if word not in ('ok', 'skip') or before not in ('ok', 'skip'):
            result['wrong'].append(name)
        elif word == 'skip' or before == 'skip':
            result['skipped'].append(name)
        elif ours.differences[name] - WORDS_ONLY:
            result['differ'].append(name)
        else:
            result['agree'].append(name)
    return result


def table_row(title, result):
    total = sum(len(names) for names in result.values())
    return '{:<22}{:>7}{:>7}{:>19}{:>9}{:>7}'.format(
        title, total, len(result['agree']), len(result['differ']), len(result['skipped']),
        len(result['wrong']))


TABLE_HEAD = '{:<22}{:>7}{:>7}{:>19}{:>9}{:>7}'.format(
    'library, kernel', 'cases', 'agree', 'differ on purpose', 'skipped', 'wrong')


def no_case_ran(run):
    if all(word == 'skip' for word in run.cases.values()):
        reasons = sorted({why for why in run.why.values() if why})
        print('SKIP:', '; '.join(reasons))
        sys.exit(SKIPPED)


def check_agreement(program, options):
    """Over the stock library and over one of ours: every case holds."""
    ours = program.run(options.library, options.kernel, 'ringside')
    no_case_ran(ours)
    if options.stub:
        # Without an old stock library at hand, ours alone.
        wrong = [name for name, word in ours.cases.items() if word not in ('ok', 'skip')]
        print('\n'.join(ours.story(name) for name in wrong))
        print(ours.output.splitlines()[-1])
        return 1 if wrong else 0
    stock = program.run('stock', options.kernel, 'stock')
    result = compare(stock, ours)
    print(TABLE_HEAD)
    print(table_row(f'{options.library}, {options.kernel}', result))
    for name in result['wrong']:
        for title, run in (('stock', stock), ('ours', ours)):
            if run.cases.get(name) not in ('ok', 'skip'):
                print(f'{title}: {run.story(name)}')
    return 1 if result['wrong'] else 0


def check_stock(program, options):
    """A release of the stock library meets every expectation."""
    stock = program.run(options.library, options.kernel, 'stock')
    no_case_ran(stock)
    wrong = [name for name, word in stock.cases.items() if word not in ('ok', 'skip')]
    for name in wrong:
        print(stock.story(name))
    print(stock.output.splitlines()[-1])
    return 1 if wrong else 0


def check_real(program, options):
    """Every difference is one: what we expect of ours does not hold over the stock library."""
    stock = program.run(options.library, options.kernel, 'stock')
    no_case_ran(stock)
    failed = 0
    pretended = program.run(options.library, options.kernel, 'ringside', ('--seconds', '2'))
    for name, word in pretended.cases.items():
        ids = stock.differences[name] - WORDS_ONLY
        if ids and word == 'ok':
            print(f'{name}: the stock library does the same as ours: no difference {sorted(ids)}')
            failed = 1
    return failed


def check_headings(options):
    """The ids in the cases are the headings of the list of differences, both ways."""
    used, where = set(), {}
    for path in sorted(HERE.glob('**/*.[ch]')):
        text = path.read_text()
        for found in re.findall(r'(?:differs\(|difference = )"([^"]+)"', text):
            used.add(found)
            where.setdefault(found, path.name)
    headings = re.findall(r'^## (\S+)$', options.differences.read_text(), re.M)
    problems = [f'{name}: used by {where[name]}, no heading'
                for name in sorted(used - set(headings))]
    problems += [f'{name}: a heading that no case uses' for name in sorted(set(headings) - used)]
    problems += [f'{name}: twice' for name in sorted(set(headings)) if headings.count(name) > 1]
    print('\n'.join(problems) or f'{len(used)} differences, each described and tested')
    return 1 if problems else 0


def summary(program, options):
    """A table of all that can be run here."""
    print(TABLE_HEAD)
    status, names = 0, set()
    for kernel in ('live', 'sim'):
        if kernel == 'sim' and not options.sim:
            continue
        stock = program.run('stock', kernel, 'stock')
        for library in ('preload', 'full'):
            if not getattr(options, library):
                continue
            result = compare(stock, program.run(library, kernel, 'ringside'))
            print(table_row(f'{library}, {kernel}', result), flush=True)
            for name in result['wrong']:
                print(f'  wrong: {name}')
                status = 1
            names.update(name for names_of in result.values() for name in names_of)
    print(f'{len(names)} cases in all')
    return status


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('check', choices=('agree', 'stock', 'real', 'headings', 'summary'))
    for name in ('program', 'stub', 'preload', 'full', 'sim', 'differences', 'valgrind'):
        parser.add_argument('--' + name, type=lambda path: Path(path).resolve())
    parser.add_argument('--library', default='stock')
    parser.add_argument('--kernel', choices=('live', 'sim'), default='live')
    options = parser.parse_args()
    if options.check == 'headings':
        return check_headings(options)
    checks = {'agree': check_agreement, 'stock': check_stock, 'real': check_real,
              'summary': summary}
    return checks[options.check](Program(options), options)


if __name__ == '__main__':
    sys.exit(main())
