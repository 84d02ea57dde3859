#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""bpf_helper_defs.h from the kernel's UAPI header: each helper as a constant that holds its number,
typed by the prototype that the header documents.

  helper_defs.py LINUX_BPF_H >include/bpf/bpf_helper_defs.h
"""
import collections
import pathlib
import re
import sys
import textwrap

# What the documentation names as the kernel sees it, and BPF programs see otherwise.
TYPES = {'size_t': 'unsigned long', 'struct bpf_map': 'void', 'struct sk_buff': 'struct __sk_buff',
         'struct sk_msg_buff': 'struct sk_msg_md', 'struct xdp_buff': 'struct xdp_md'}
TYPES |= {f'{sign}{bits}': f'__{sign}{bits}' for sign in 'us' for bits in (8, 16, 32, 64)}
# Helpers whose context is of more types than the documentation says.
ANY_CONTEXT = ('bpf_get_socket_cookie', 'bpf_sk_assign')
# A struct that programs have in hand and no prototype names.
ALSO_DECLARED = ('bpf_sk_lookup',)

HEAD = '''\
/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* bpf_helper_defs.h: the helper functions of the kernel, by their numbers. Made by
 * tools/gen/helper_defs.py from the documentation in <linux/bpf.h>. Needs __u64 and its kin, from
 * <linux/types.h> or vmlinux.h. A call through one of these constants is the instruction
 * "call number". */
#ifndef __BPF_HELPER_DEFS__
#define __BPF_HELPER_DEFS__

/* clang-format off */

/* __bpf_fastcall: the helper leaves the registers r1 to r5 alone, but for its arguments. */
#ifndef __bpf_fastcall
#if __has_attribute(bpf_fastcall)
#define __bpf_fastcall __attribute__((bpf_fastcall))
#else
#define __bpf_fastcall
#endif
#endif
'''

Helper = collections.namedtuple('Helper', 'name returns parameters attributes number')


class HeaderError(Exception):
    """The header is not what this script can read; the text says where."""


def documented(text):
    """The helpers that the header documents, in its order: {name: (returned type, parameters,
    attributes)}. Of several entries with one name the first counts."""
    block = re.search(r'^ \* Start of BPF helper function descriptions:\n(.*?)^ \*/', text,
                      re.M | re.S)
    if block is None:
        raise HeaderError('no description of the helpers')
    found = {}
    # An entry begins in the column where paragraphs of the one before never do.
    for entry in re.split(r'^ \* (?=\S)', block.group(1), flags=re.M)[1:]:
        head = entry.split('\n', 1)[0]
        prototype = re.fullmatch(r'([\w ]+?[ *]+)(bpf_\w+)\(([\w *,.]+)\)', head)
        if prototype is None:
            raise HeaderError(f'not a prototype: {head}')
        returns, name, parameters = prototype.groups()
        attributes = re.search(r'^ \* \tAttributes\n((?: \* \t\t.*\n)+)', entry, re.M)
        words = re.sub(r'^ \* ', '', attributes.group(1), flags=re.M).split() if attributes else []
        found.setdefault(name, (returns.strip(), parameters.split(', '), words))
    return found


def numbered(text):
    """The helpers' numbers from the list in the header: {name: number}. Older headers count."""
    rows = re.search(r'^#define _+BPF_FUNC_MAPPER\(FN\b.*\n((?:\s*FN\(.*\\?\n)+)', text, re.M)
    if rows is None:
        raise HeaderError('no list of the helpers')
    numbers = {}
    for line in rows.group(1).splitlines():
        row = re.fullmatch(r'\s*FN\((\w+)(?:, (\d+), ##ctx)?\),?\s*\\?(\s*/\*.*\*/.*)?', line)
        if row is None:
            raise HeaderError(f'not a row of the list of helpers: {line.strip()}')
        name, number = f'bpf_{row.group(1)}', row.group(2)
        number = len(numbers) if number is None else int(number)
        if name in numbers or number in numbers.values():
            raise HeaderError(f'{name}, {number}: a name or number is in the list twice')
        numbers[name] = number
    if numbers.pop('bpf_unspec', None) != 0:
        raise HeaderError('helper 0 is not bpf_unspec')
    return numbers


def for_programs(spelled):
    """A type or parameter as BPF programs see it."""
    words = '|'.join(sorted(TYPES, key=len, reverse=True))
    return re.sub(rf'\b({words})\b', lambda match: TYPES[match.group(1)], spelled)


def helpers(text):
    """All helpers, in the order of the documentation."""
    prototypes, numbers = documented(text), numbered(text)
    for name in sorted(prototypes.keys() ^ numbers.keys()):
        raise HeaderError(f'{name} has ' + ('no number' if name in prototypes else 'no prototype'))
    found = []
    for name, (returns, parameters, attributes) in prototypes.items():
        parameters = [for_programs(parameter) for parameter in parameters]
        if name in ANY_CONTEXT:
            parameters[0] = 'void *ctx'
        found.append(Helper(name, for_programs(returns), parameters, attributes, numbers[name]))
    return found


def declaration(helper):
    """A helper as lines of C."""
    words = ' '.join(['static', *helper.attributes, helper.returns])
    space = '' if words.endswith('*') else ' '
    line = f'{words}{space}(* const {helper.name})({", ".join(helper.parameters)}) = ' \
           f'(void *) {helper.number};'
    # A line may end behind a comma or a '='.
    kept = re.sub(r'(?<![,=]) ', '\0', line)
    return [wrapped.replace('\0', ' ') for wrapped in
            textwrap.wrap(kept, 100, subsequent_indent='    ', break_on_hyphens=False)]


def header(text):
    """The lines of bpf_helper_defs.h."""
    found = helpers(text)
    spelled = ' '.join(word for helper in found for word in [helper.returns, *helper.parameters])
    structs = {*re.findall(r'\bstruct (\w+)', spelled), *ALSO_DECLARED}
    return [*HEAD.splitlines(), '', *(f'struct {name};' for name in sorted(structs)), '',
            *(line for helper in found for line in declaration(helper)),
            '', '#endif /* __BPF_HELPER_DEFS__ */']


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    try:
        lines = header(pathlib.Path(arguments[0]).read_text(encoding='utf-8'))
    except (HeaderError, OSError) as error:
        sys.exit(f'helper_defs.py: {error}')
    print('\n'.join(lines))


if __name__ == '__main__':
    main(sys.argv[1:])
