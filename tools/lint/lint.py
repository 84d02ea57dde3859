#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Checks the form of everything that git knows here: layout, names, likely faults, layers, scripts.

  lint.py BUILD [CHECK...]    all checks, or those named; BUILD is a folder that meson has set up

Prints a line for each check, and each finding as file:line: words. Exits with 1 if there are any.
Run it from anywhere in the tree. clang-format and clang-tidy are those of LLVM 14, because another
release lays out and finds other things.
"""
import argparse
import ast
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time

import house_rules

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# What clang does not know of gcc's, and what it knows of its own and gcc does not.
GCC_ARGUMENTS = {'-fno-gnu-unique', '-Wno-tsan'}
# For C that no target compiles: programs that tests compile themselves.
PLAIN_C = ['cc', '-std=gnu17', '-D_GNU_SOURCE=', '-Wall', '-Wextra', f'-I{ROOT}/include',
           f'-I{ROOT}/tests/support']
# BPF programs: no machine of ours runs them. tests/bpf_headers compiles them with all warnings.
BPF_PROGRAM = '.bpf.c'
# C that our headers do not compile, because it is written for those of libbpf 0.x.
OTHER_HEADERS = {'tests/programs/client0.c'}
# The main function that a test framework brings: thousands of lines, none of them ours.
FRAMEWORK = 'CATCH_CONFIG_MAIN'
FINDING = re.compile(r'(?P<file>[^\s:][^:]*):(?P<line>\d+):(?:\d+:)? (?P<words>.*)')

Finding = collections.namedtuple('Finding', 'file line words')
# jobs: functions that each return findings. They run side by side.
Check = collections.namedtuple('Check', 'name subject jobs')


def relative(name):
    """A path as git has it; unchanged if it is outside of the tree."""
    path = pathlib.Path(os.path.realpath(ROOT / name))
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else name


def run(command, is_finding=lambda words: True):
    """Runs a checker and returns what it finds: lines of the form file:line:column: words. A
    checker that fails without a finding is one: it could not do its work."""
    done = subprocess.run([str(word) for word in command], cwd=ROOT, text=True, errors='replace',
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    findings = [Finding(relative(match['file']), int(match['line']), match['words'])
                for match in map(FINDING.fullmatch, done.stdout.splitlines())
                if match and is_finding(match['words'])]
    if done.returncode != 0 and not findings:
        words = done.stdout.strip() or f'exit code {done.returncode}'
        findings = [Finding(relative(str(command[0])), 0, words)]
    return findings


def git_files():
    """The files that git knows and that are there, by path, with their text; None if it is no
    text."""
    names = subprocess.run(['git', 'ls-files', '-z'], cwd=ROOT, check=True, text=True,
                           stdout=subprocess.PIPE).stdout.split('\0')
    files = {}
    for name in filter(None, names):
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            try:
                files[name] = (ROOT / name).read_bytes().decode()
            except UnicodeDecodeError:
                files[name] = None
    return files


def compile_commands(build, files):
    """A compile command for each of the C and C++ files, given with their text: the first of
    meson's, with full paths; or a plain one for C that no target compiles."""
    # Where a meson.build has changed since, meson writes its commands again.
    subprocess.run(['ninja', '-C', build, 'build.ninja'], check=True, stdout=subprocess.DEVNULL)
    commands = {}
    for entry in json.loads((build / 'compile_commands.json').read_text(encoding='utf-8')):
        def absolute(name, folder=entry['directory']):
            return os.path.realpath(os.path.join(folder, name))
        source = relative(absolute(entry['file']))
        if source in files and source not in commands and FRAMEWORK not in files[source]:
            words = [f'-I{absolute(word[2:])}' if word.startswith('-I') else word
                     for word in shlex.split(entry['command']) if word not in GCC_ARGUMENTS]
            commands[source] = words[:-1] + [str(ROOT / source)]
    for name in files:
        if name.endswith('.c') and not name.endswith(BPF_PROGRAM) and name not in OTHER_HEADERS:
            commands.setdefault(name, PLAIN_C + ['-c', str(ROOT / name)])
    return commands


def write_database(folder, build, commands):
    """Writes commands where clang-tidy and cppcheck look for them."""
    entries = [{'directory': str(build), 'file': str(ROOT / name), 'command': shlex.join(words)}
               for name, words in commands.items()]
    folder.mkdir()
    path = folder / 'compile_commands.json'
    path.write_text(json.dumps(entries, indent=1), encoding='utf-8')
    return path


def chunks(items, size):
    """Items in lists of `size`."""
    return [items[start:start + size] for start in range(0, len(items), size)]


def format_check(sources):
    command = ['clang-format-14', '--dry-run', '-Werror']

    def job(part):
        """Where each file first differs from what clang-format would make of it."""
        first = {}
        for finding in run(command + part, lambda words: words.startswith('error:')):
            first.setdefault(finding.file, finding)
        return [finding._replace(words='clang-format-14 lays it out otherwise from here on')
                if finding.line else finding for finding in first.values()]
    return Check('clang-format', f'{len(sources)} files',
                 [lambda part=part: job(part) for part in chunks(sources, 25)])


def tidy_check(folder, build, commands):
    write_database(folder, build, commands)
    headers = f'^{re.escape(str(ROOT))}/(src|abi|tests|tools)/'
    command = ['clang-tidy-14', '-p', folder, '--quiet', f'--header-filter={headers}']
    for_c = command + [f'--config-file={HERE / "c.clang-tidy"}']

    def job(name):
        return run((for_c if name.endswith('.c') else command) + [ROOT / name],
                   lambda words: re.match(r'(error|warning):', words))
    # The longest first, as far as their size tells.
    largest_first = sorted(commands, key=lambda name: -(ROOT / name).stat().st_size)
    return Check('clang-tidy', f'{len(commands)} files and their headers',
                 [lambda name=name: job(name) for name in largest_first])


def cppcheck_check(folder, build, commands):
    def job(number, part):
        own = {name: commands[name] for name in part}
        database = write_database(folder / str(number), build, own)
        return run(['cppcheck', f'--project={database}', '--enable=warning,performance,portability',
                    '--inline-suppr', f'--suppressions-list={HERE / "cppcheck.suppress"}',
                    f'--library={HERE / "cppcheck.cfg"}', '--error-exitcode=1', '--quiet',
                    '--template={file}:{line}: {message} [{id}]', '--template-location='])
    folder.mkdir()
    return Check('cppcheck', f'{len(commands)} files and their headers',
                 [lambda number=number, part=part: job(number, part)
                  for number, part in enumerate(chunks(list(commands), 25))])


def layers_check():
    command = [sys.executable, 'tools/lint/layers.py', '.']
    return Check('layers', 'src and abi', [lambda: run(command)])


def shell_check(files):
    scripts = [name for name, text in files.items() if text is not None and
               (name.endswith('.sh') or re.match(r'#!.*\b(ba|da|k)?sh\b', text))]
    return Check('shellcheck', f'{len(scripts)} scripts',
                 [lambda: run(['shellcheck', '-x', '-f', 'gcc'] + scripts)] if scripts else [])


def python_check(files):
    """Python of the oldest release that must do, and no names that are unused or unknown."""
    scripts = [name for name, text in files.items() if text is not None and
               (name.endswith('.py') or re.match(r'#!.*\bpython3?\b', text))]

    def parse():
        findings = []
        for name in scripts:
            try:
                ast.parse(files[name], name, feature_version=(3, 9))
            except SyntaxError as error:
                findings.append(Finding(name, error.lineno or 0, error.msg))
        return findings
    return Check('python', f'{len(scripts)} scripts', [parse, lambda: run(['pyflakes3'] + scripts)])


def rules_check(files):
    def job():
        return [Finding(name, *problem) for name, text in files.items() if text is not None
                for problem in house_rules.problems(name, text)]
    return Check('house rules', f'{len(files)} files', [job])


def checks_of(build, temporary):
    """All checks. The one that takes longest is the last."""
    files = git_files()
    sources = [name for name in files if re.fullmatch(house_rules.C_FAMILY, name)]
    commands = compile_commands(build, {name: files[name] for name in sources})
    return [format_check(sources), layers_check(), shell_check(files), python_check(files),
            rules_check(files), cppcheck_check(temporary / 'cppcheck', build, commands),
            tidy_check(temporary / 'tidy', build, commands)]


def report(check, findings):
    """Prints what a check found, once each."""
    findings = sorted(set(findings))
    verdict = f'{len(findings)} findings' if findings else 'ok'
    print(f'{check.name:13} {verdict:13} {check.subject}', flush=True)
    for finding in findings:
        print(f'{finding.file}:{finding.line}: {finding.words}', flush=True)
    return not findings


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('checks', nargs='*', metavar='check')
    arguments = parser.parse_args()
    if not (arguments.build / 'compile_commands.json').is_file():
        parser.error(f'{arguments.build} is no folder that meson has set up')
    with tempfile.TemporaryDirectory(prefix='ringside-lint-') as temporary:
        checks = checks_of(arguments.build.resolve(), pathlib.Path(temporary))
        names = [check.name for check in checks]
        unknown = set(arguments.checks) - set(names)
        if unknown:
            parser.error(f'no check {", ".join(sorted(unknown))}; there are {", ".join(names)}')
        start = time.monotonic()
        good = True
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            chosen = [check for check in checks if check.name in (arguments.checks or names)]
            # All jobs wait in one line, so that no processor is idle between two checks.
            waiting = [(check, [pool.submit(job) for job in check.jobs]) for check in chosen]
            for check, jobs in waiting:
                findings = [finding for job in jobs for finding in job.result()]
                good = report(check, findings) and good
    print(f'{time.monotonic() - start:.0f} s')
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
