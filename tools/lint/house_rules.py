# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The rules that no tool knows: what each file of this project starts with, and what none holds."""
import collections
import re

LICENSE = 'SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only'
MAX_LINES = 400

# Files that are not source: texts of others, and data.
NOT_SOURCE = r'LICENSE|LICENSES/.*|abi/manifests/.*\.(abilist|txt)|(.*/)?\.gitignore|' \
             r'tests/fuzz/corpus/.*'
C_FAMILY = r'.*\.(c|h|cpp|hpp)'
SCRIPT = r'.*\.(py|sh)|dev|\.ci/run'
CODE = rf'{C_FAMILY}|{SCRIPT}'

# Files that may be longer than MAX_LINES, each with its reason.
LONG_FILES = {
    f'include/bpf/{name}.h': 'the interface fixes which header has what'
    for name in ('bpf', 'bpf_tracing', 'btf', 'libbpf', 'skel_internal')
}

# Texts point at these hosts, and at hosts below them.
HOSTS = ('debian.org', 'docs.ebpf.io', 'freedesktop.org', 'github.com', 'gnu.org', 'kernel.org',
         'llvm.org', 'man7.org', 'mesonbuild.com', 'spdx.org', 'w3.org')
URL = re.compile(r'\b(?:https?|ftp)://([\w.-]*)')

# Words that make a sentence a riddle, or hide who acts. In C and C++ only comments and messages are
# searched: a name in code may be one of them, as may the name of a user in quotes.
WORDS = r'\b(?:(?<!")[Nn]obod[y]|[Ww]hoeve[r]|[Ss]o man[y]|[Tt]old apar[t]|[Tt]oo[k])\b'
AVOID = 'a word to avoid: see "Sentences" in docs/design.md'

Rule = collections.namedtuple('Rule', 'files pattern words')
# No line of a file whose path matches may hold the pattern.
LINE_RULES = (
    Rule(r'.*', r'\s$', 'white space at the end of the line'),
    Rule(r'.*', r'\b(TO[D]O|FIX[M]E)\b', 'work that was left over'),
    Rule(r'.*\.md', r'^[A-Z_]{3,}$', 'a place that was not filled in'),
    Rule(r'.*', r'(?<![\w.$}*-])/(work|home|root|tmp/(wt|b-\w+))/', "a path of somebody's machine"),
    # clang-format sees to these two in C and C++.
    Rule(SCRIPT, r'\t', 'a tab'),
    Rule(SCRIPT, r'.{101}', 'more than 100 columns'),
    Rule(C_FAMILY, rf'(?://|/\*|^ *\*).*{WORDS}|^[^"]*(?:"[^"]*"[^"]*)*"[^"]*{WORDS}', AVOID),
    Rule(rf'(?!{C_FAMILY}).*', WORDS, AVOID),
    Rule(r'.*\.(h|hpp)', r'^\s*using\s+namespace\b', 'a namespace opened by a header'),
)


def head_problems(path, text):
    """What is wrong with how a file starts: its license and, in C and C++, what lives there."""
    first = 1 if text.startswith('#!') else 0
    license_line, next_line = (text.split('\n')[first:] + ['', ''])[:2]
    if not re.fullmatch(rf'\W*{LICENSE}\W*', license_line):
        yield first + 1, f'not the line {LICENSE}'
    elif re.fullmatch(C_FAMILY, path) and not re.match(r'//|/\*', next_line):
        yield first + 2, 'not a comment that says what lives here'


def problems(path, text):
    """What is wrong with one file of the project, as (line number, words)."""
    if re.fullmatch(NOT_SOURCE, path) or not text:
        return
    yield from head_problems(path, text)
    lines = text.split('\n')
    if lines.pop() != '':
        yield len(lines) + 1, 'the last line does not end'
    if re.fullmatch(CODE, path) and len(lines) > MAX_LINES and path not in LONG_FILES:
        yield MAX_LINES + 1, f'{len(lines)} lines: more than {MAX_LINES} hold a second subject'
    for number, line in enumerate(lines, 1):
        for rule in LINE_RULES:
            if re.fullmatch(rule.files, path) and re.search(rule.pattern, line):
                yield number, rule.words
        for host in URL.findall(line):
            if not any(host == known or host.endswith('.' + known) for known in HOSTS):
                yield number, f'a link to {host or "nowhere"}, which is not among the known hosts'
