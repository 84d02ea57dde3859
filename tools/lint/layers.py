#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Does each room of the code include only what it may? A room is a folder of src or of abi. The
arrows from room to room are the table in docs/design.md, under "Who may include whom". And some
things have one home each; the tables below say which."""
import collections
import pathlib
import re
import sys

ARROWS = 'docs/design.md'
# Every room stands on this one, and it stands on none.
BASE = 'base'

SUFFIXES = ('.h', '.hpp', '.c', '.cpp')

MEMORY_ORDERS = r'__ATOMIC_\w+|__atomic_\w+|__sync_\w+|\w*memory_order\w*|atomic_\w+|' \
                r'std::atomic\w*|__(?:sync_synchronize|tsan_\w+)'
# Calls on the kernel by names that nothing else bears. Names that methods bear too (read, close)
# count where they are written ::read, and their headers are not open to others in the first place.
CALLS = 'syscall ioctl mmap mmap64 munmap mremap mprotect madvise mlock epoll_create ' \
        'epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 openat pread pwrite fcntl ' \
        'dup2 dup3 getrlimit setrlimit prlimit sysconf getpagesize eventfd timerfd_create ' \
        'capget prctl fopen fdopen fread fgets sched_getaffinity sched_getcpu clock_gettime ' \
        'nanosleep getauxval'.split()
COMMON_CALLS = 'open read write close dup poll ppoll select stat fstat access getpid'.split()
# <sys/epoll.h> is open to all: its struct is in the contract of src/os.
SYSTEM_HEADERS = 'unistd.h fcntl.h poll.h dirent.h fstream sys/mman.h sys/ioctl.h sys/eventfd.h ' \
                 'sys/timerfd.h sys/syscall.h sys/resource.h sys/stat.h sys/prctl.h ' \
                 'sys/capability.h'.split()

Rule = collections.namedtuple('Rule', 'pattern homes what')
# In code without comments, strings and includes. Homes are folders, or a file.
CODE_RULES = (
    Rule(MEMORY_ORDERS, ('src/base/shared_word.hpp',), 'a memory order'),
    # Read: any errno that is not assigned to. Written: one that is. The C surface reads it to keep
    # the caller's over a call, and because libbpf_get_error(NULL) is asked what it holds.
    Rule(r'\berrno\b(?!\s*=(?!=))|\b__errno_location\b', ('src/os', 'abi'), 'a read of errno'),
    Rule(r'\berrno\s*=(?!=)', ('abi',), 'a write of errno'),
    Rule(rf'(?<![\w.:>])(?:::)?(?:{"|".join(CALLS)})\s*\(|'
         rf'(?<![\w>])::(?:{"|".join(COMMON_CALLS)})\s*\(', ('src/os',), 'a call on the kernel'),
)
# In code without comments, with strings.
TEXT_RULES = (Rule(r'\bextern\s*"C"', ('abi',), 'extern "C"'),)
# What #include names.
INCLUDE_RULES = (
    Rule(r'bpf/\w+\.h', ('abi',), 'a header of the interface'),
    Rule('|'.join(map(re.escape, SYSTEM_HEADERS)), ('src/os',), 'a header of kernel calls'),
    Rule(r'atomic|stdatomic\.h', ('src/base/shared_word.hpp',), 'a header of memory orders'),
)

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|'
                   r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
DIGIT_SEPARATOR = re.compile(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])")


def blank(text, keep_strings):
    """C++ text with comments, and strings if wanted, made blanks. Lines stay where they are."""
    def replace(match):
        token = match.group(0)
        if keep_strings and token[0] != '/':
            return token
        return re.sub(r'[^\n]', ' ', token)
    return TOKEN.sub(replace, DIGIT_SEPARATOR.sub('_', text))


def is_home(path, homes):
    """Does a file lie in one of these folders, or is it one of these files?"""
    return any(path == home or path.startswith(home + '/') for home in homes)


class TableError(Exception):
    """The table of arrows cannot be read; the text says why."""


def read_arrows(text):
    """{room: what it may include} from the table of rooms in a page. What a room may include is a
    set of rooms and of headers. A row is `| rooms | rooms and headers |`, each in backquotes."""
    arrows = {BASE: set()}
    rows = re.search(r'^\| room \| stands on \|\n\|[-|]+\|\n((?:\|.*\n)+)', text, re.M)
    if not rows:
        raise TableError('no table with the columns room and stands on')
    for row in rows[1].splitlines():
        rooms, targets = (re.findall(r'`([^`]+)`', cell) for cell in row.strip('| ').split('|', 1))
        for room in rooms:
            if room in arrows:
                raise TableError(f'{room} has two rows')
            arrows[room] = {BASE, *targets}
    for room, targets in arrows.items():
        for target in targets:
            if room_of_header(target) not in arrows:
                raise TableError(f'{room} stands on {target}, which has no row')
    return arrows


def room_of_header(target):
    """The room of a target of an arrow: object of object, and of object/load_target.hpp."""
    return target.rsplit('/', 1)[0] if target.endswith('.hpp') else target


def room_of(path):
    """The room of a file by its path: src/btf/dump/x.hpp is in btf, abi/ring/x.cpp in abi/ring."""
    parts = path.split('/')
    if len(parts) < 3:
        return parts[0]
    return parts[1] if parts[0] == 'src' else f'{parts[0]}/{parts[1]}'


def included_file(path, name, files):
    """The path of what a file includes in quotes, or None if there is no such file. As the compiler
    does it, the file's own folder comes first."""
    beside = f'{path.rsplit("/", 1)[0]}/{name}'
    return next((path for path in (beside, f'src/{name}', name) if path in files), None)


def is_open(room, target, arrows):
    """May a room include the file `target`?"""
    return room_of(target) in arrows[room] | {room} or target.removeprefix('src/') in arrows[room]


def file_problems(path, text, files, arrows):
    """What is wrong with one file, as (line number, words)."""
    code, with_strings = blank(text, False), blank(text, True)
    room = room_of(path)
    if room not in arrows:
        yield 1, f'{room} is no room of the table in {ARROWS}'
        return
    lines = list(zip(code.splitlines(), with_strings.splitlines()))
    for number, (code_line, text_line) in enumerate(lines, 1):
        include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', text_line)
        if include:
            quote, name = include.groups()
            target = included_file(path, name, files) if quote == '"' else None
            if target is not None and not is_open(room, target, arrows):
                yield number, f'{room} includes {name}, and has no arrow to it'
            if quote == '"' and target is None and not re.fullmatch(r'bpf/\w+\.h', name):
                yield number, f'{name} is in no room'
            for rule in INCLUDE_RULES:
                if re.fullmatch(rule.pattern, name) and not is_home(path, rule.homes):
                    yield number, f'{rule.what}, <{name}>, outside of {", ".join(rule.homes)}'
            continue
        for rules, line in ((CODE_RULES, code_line), (TEXT_RULES, text_line)):
            for rule in rules:
                found = re.search(rule.pattern, line)
                if found and not is_home(path, rule.homes):
                    yield number, f'{rule.what}, {found.group(0).strip()}, ' \
                                  f'outside of {", ".join(rule.homes)}'


def tree_problems(root):
    """What is wrong below src/ and abi/ of a source tree, as lines to print; and how many files
    were read."""
    files = {str(path.relative_to(root)): path for folder in ('src', 'abi')
             for path in sorted((root / folder).rglob('*')) if path.suffix in SUFFIXES}
    try:
        arrows = read_arrows((root / ARROWS).read_text(encoding='utf-8'))
    except TableError as error:
        return [f'{ARROWS}:1: {error}'], len(files)
    problems = [f'{name}:{number}: {words}' for name, path in files.items()
                for number, words in file_problems(name, path.read_text(encoding='utf-8'), files,
                                                   arrows)]
    return problems, len(files)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.')
    problems, count = tree_problems(root)
    for problem in problems:
        print(problem)
    if count == 0:
        print(f'{root} has no source files below src and abi')
    sys.exit(1 if problems or count == 0 else 0)


if __name__ == '__main__':
    main()
