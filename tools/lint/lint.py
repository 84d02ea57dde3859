#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Checks the form of everything that git knows here: layout, names, likely faults, layers, scripts.

  lint.py BUILD [CHECK...]    all checks, or those named; BUILD is a folder that meson has set up
  lint.py --all BUILD         all checks, with clang's analysis of paths
  lint.py --below FOLDER      clang-tidy and cppcheck look at the files of this folder alone

Prints a line for each check, and each finding as file:line: words. Exits with 1 if there are any.
clang-tidy and cppcheck do not look again at a file that has passed if nothing has changed that they
read of it. The analysis of paths takes most of the time: without --all it is left out. The build
folder keeps which files have passed, with the analysis and without. So --all may be run folder by
folder, and goes on where it was stopped between two folders. docs/records/lint.txt keeps the same
for every clone: --all writes it when all files have passed.

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
import passed

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# What clang does not know of gcc's, and what it knows of its own and gcc does not. With -Werror it
# would report warnings that the settings turn off.
GCC_ARGUMENTS = {'-fno-gnu-unique', '-Wno-tsan', '-Werror', '--param=max-inline-insns-size=12'}
# For C that no target compiles: programs that tests compile themselves.
PLAIN_C = ['cc', '-std=gnu17', '-D_GNU_SOURCE=', '-Wall', '-Wextra', f'-I{ROOT}/include',
           f'-I{ROOT}/tests/support']
# BPF programs: no machine of ours runs them. tests/bpf_headers compiles them with all warnings.
BPF_PROGRAM = '.bpf.c'
# C that our headers do not compile: written for those of libbpf 0.x, or with one that a test makes.
OTHER_HEADERS = {f'tests/programs/{name}.c' for name in ('client0', 'objects0', 'skeleton')}
# The main function that a test framework brings: thousands of lines, none of them ours.
FRAMEWORK = 'CATCH_CONFIG_MAIN'
# Which files passed clang-tidy and cppcheck with the analysis of paths: for every clone, and in a
# build folder. Which passed without it: in a build folder.
RECORD = 'docs/records/lint.txt'
ANALYSED = 'lint-analysed.txt'
PASSED = 'lint-passed.txt'
RECORD_HEAD = f'''# {house_rules.LICENSE}
# Written by `./dev lint all`: the files that passed, each behind a key of all that was read. See
# tools/lint/passed.py.
'''
FINDING = re.compile(r'(?P<file>[^\s:][^:]*):(?P<line>\d+):(?:\d+:)? (?P<words>.*)')

Finding = collections.namedtuple('Finding', 'file line words')
# jobs run side by side.
Check = collections.namedtuple('Check', 'name subject jobs')
# A function that returns findings, and the files that have passed if it returns none.
Job = collections.namedtuple('Job', 'files run')


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


def without_helpers(words):
    """A compile command without what only makes it faster: ccache, a precompiled header."""
    if os.path.basename(words[0]) == 'ccache':
        words = words[1:]
    if '-fpch-preprocess' in words:
        at = words.index('-fpch-preprocess')
        words = words[:at] + words[at + 3:]  # it stands before "-include HEADER"
    return words


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
                     for word in without_helpers(shlex.split(entry['command']))
                     if word not in GCC_ARGUMENTS]
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
                 [Job((), lambda part=part: job(part)) for part in chunks(sources, 25)])


def tidy_check(folder, build, commands, left, analyse):
    write_database(folder, build, commands)
    headers = f'^{re.escape(str(ROOT))}/(src|abi|tests|tools)/'
    command = ['clang-tidy-14', '-p', folder, '--quiet', f'--header-filter={headers}']
    if not analyse:
        command.append('--checks=-clang-analyzer-*')
    for_c = command + [f'--config-file={HERE / "c.clang-tidy"}']

    def job(name):
        return run((for_c if name.endswith('.c') else command) + [ROOT / name],
                   lambda words: re.match(r'(error|warning):', words))
    # The longest first, as far as their size tells.
    largest_first = sorted(left, key=lambda name: -(ROOT / name).stat().st_size)
    return Check('clang-tidy', f'{len(left)} of {len(commands)} files, and their headers',
                 [Job((name,), lambda name=name: job(name)) for name in largest_first])


def cppcheck_check(folder, build, commands, left):
    def job(number, part):
        own = {name: commands[name] for name in part}
        database = write_database(folder / str(number), build, own)
        return run(['cppcheck', f'--project={database}', '--enable=warning,performance,portability',
                    '--inline-suppr', f'--suppressions-list={HERE / "cppcheck.suppress"}',
                    f'--library={HERE / "cppcheck.cfg"}', '--error-exitcode=1', '--quiet',
                    '--template={file}:{line}: {message} [{id}]', '--template-location='])
    folder.mkdir()
    return Check('cppcheck', f'{len(left)} of {len(commands)} files, and their headers',
                 [Job(part, lambda number=number, part=part: job(number, part))
                  for number, part in enumerate(chunks(left, 25))])


def layers_check():
    command = [sys.executable, 'tools/lint/layers.py', '.']
    return Check('layers', 'src and abi', [Job((), lambda: run(command))])


def shell_check(files):
    scripts = [name for name, text in files.items() if text is not None and
               (name.endswith('.sh') or re.match(r'#!.*\b(ba|da|k)?sh\b', text))]
    return Check('shellcheck', f'{len(scripts)} scripts',
                 [Job((), lambda: run(['shellcheck', '-x', '-f', 'gcc'] + scripts))]
                 if scripts else [])


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
    return Check('python', f'{len(scripts)} scripts',
                 [Job((), parse), Job((), lambda: run(['pyflakes3'] + scripts))])


def rules_check(files):
    def job():
        return [Finding(name, *problem) for name, text in files.items() if text is not None
                for problem in house_rules.problems(name, text)]
    return Check('house rules', f'{len(files)} files', [Job((), job)])


class Files:
    """What there is to check, and what of it has passed already. With `analyse`, only what passed
    with the analysis of paths counts."""

    def __init__(self, build, analyse):
        self.build, self.analyse = build, analyse
        self.texts = git_files()
        self.sources = [name for name in self.texts if re.fullmatch(house_rules.C_FAMILY, name)]
        self.commands = compile_commands(build, {name: self.texts[name] for name in self.sources})
        self.keys = self.keys_of(self.texts)
        places = [ROOT / RECORD, build / ANALYSED] + ([] if analyse else [build / PASSED])
        known = [passed.read(place) for place in places]
        self.passed = {name for name, key in self.keys.items()
                       if key in (names.get(name) for names in known)}

    def keys_of(self, texts):
        """The key of each file that is compiled."""
        settings = [name for name in texts
                    if name.endswith('.clang-tidy') or name.startswith(('tools/lint/cppcheck.',
                                                                        'tools/lint/lint.py'))]
        keys = passed.Keys(texts, ROOT, settings)
        # Which of a machine's compilers it is does not matter: none of the checks asks it.
        return {name: keys.of(name, words[1:]) for name, words in self.commands.items()
                if name in texts}

    def left(self, folders):
        """The files that have to pass yet; with folders, those below them alone."""
        return [name for name in self.commands if name not in self.passed and
                (not folders or any(name.startswith(folder + '/') for folder in folders))]

    def keep(self, checked):
        """Keeps which files have passed, now or before, for the next run in this folder. A file
        that was changed meanwhile has not."""
        now = self.keys_of(git_files())
        self.passed = {name for name in self.passed | checked if now.get(name) == self.keys[name]}
        passed.write(self.build / (ANALYSED if self.analyse else PASSED),
                     {name: self.keys[name] for name in self.passed})

    def record(self):
        """Records that all files passed, if they did."""
        if self.analyse and len(self.passed) == len(self.commands):
            passed.write(ROOT / RECORD, self.keys, RECORD_HEAD)


def checks_of(files, temporary, left):
    """All checks; the slow ones look at the files that are left. The one that takes longest is the
    last."""
    return [format_check(files.sources), layers_check(), shell_check(files.texts),
            python_check(files.texts), rules_check(files.texts),
            cppcheck_check(temporary / 'cppcheck', files.build, files.commands, left),
            tidy_check(temporary / 'tidy', files.build, files.commands, left, files.analyse)]


def report(check, findings):
    """Prints what a check found, once each."""
    findings = sorted(set(findings))
    verdict = f'{len(findings)} findings' if findings else 'ok'
    print(f'{check.name:13} {verdict:13} {check.subject}', flush=True)
    for finding in findings:
        print(f'{finding.file}:{finding.line}: {finding.words}', flush=True)
    return not findings


def run_checks(checks):
    """Runs checks and reports on each. Returns the names of those with findings, and the files of
    the jobs with findings."""
    bad, failed = set(), set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        # All jobs wait in one line, so that no processor is idle between two checks.
        waiting = [(check, [(job, pool.submit(job.run)) for job in check.jobs])
                   for check in checks]
        for check, jobs in waiting:
            findings = [finding for _, result in jobs for finding in result.result()]
            failed.update(name for job, result in jobs if result.result() for name in job.files)
            if not report(check, findings):
                bad.add(check.name)
    return bad, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    parser.add_argument('--all', action='store_true', dest='analyse')
    parser.add_argument('--below', action='append', default=[], metavar='FOLDER')
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('checks', nargs='*', metavar='check')
    arguments = parser.parse_args()
    if not (arguments.build / 'compile_commands.json').is_file():
        parser.error(f'{arguments.build} is no folder that meson has set up')
    start = time.monotonic()
    files = Files(arguments.build.resolve(), arguments.analyse)
    left = files.left([folder.rstrip('/') for folder in arguments.below])
    with tempfile.TemporaryDirectory(prefix='ringside-lint-') as temporary:
        checks = checks_of(files, pathlib.Path(temporary), left)
        names = [check.name for check in checks]
        unknown = set(arguments.checks) - set(names)
        if unknown:
            parser.error(f'no check {", ".join(sorted(unknown))}; there are {", ".join(names)}')
        chosen = [check for check in checks if check.name in (arguments.checks or names)]
        bad, failed = run_checks(chosen)
    if len(chosen) == len(checks):
        files.keep(set(left) - failed)
        if not bad:
            files.record()
    print(f'{time.monotonic() - start:.0f} s')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
