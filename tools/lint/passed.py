# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Which files the slow checks have passed, so that they look at a file again only when something
changed.

A file's key stands for all that these checks read of this repository: the file, what it includes,
how it is compiled, and the checks' settings. A line that is only a comment does not count, unless
it speaks to a check.
"""
import hashlib
import os
import re

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]', re.M)
COMMENT_LINE = re.compile(r'^[ \t]*//(?!.*(?:NOLINT|cppcheck-suppress)).*\n', re.M)
KEY_DIGITS = 16


def digest(*texts):
    """A short name for some texts, in their order."""
    whole = hashlib.sha256()
    for text in texts:
        whole.update(f'{len(text)}:{text}'.encode())
    return whole.hexdigest()[:KEY_DIGITS]


class Keys:
    """The keys of files. `files` are the texts of the repository by path, `root` is where it lies,
    `settings` are the paths of what says how files are checked."""

    def __init__(self, files, root, settings):
        self.files, self.root = files, str(root)
        self.settings = digest(*(files[name] for name in sorted(settings)))
        self.found = {}

    def included(self, name, folders):
        """The files of the repository that one includes itself, looked for where a compiler does.
        Includes that a condition leaves out are among them."""
        if (name, folders) not in self.found:
            places = (os.path.dirname(name), *folders)
            paths = {os.path.normpath(os.path.join(place, include))
                     for include in INCLUDE.findall(self.files[name]) for place in places}
            self.found[name, folders] = {path for path in paths if self.files.get(path)}
        return self.found[name, folders]

    def closure(self, name, folders):
        """A file and all that it includes, through other files too."""
        reached, waiting = {name}, [name]
        while waiting:
            for path in self.included(waiting.pop(), folders) - reached:
                reached.add(path)
                waiting.append(path)
        return reached

    def of(self, name, command):
        """The key of a file that is compiled by a command, a list of words."""
        words = [word.replace(self.root + '/', '') for word in command]
        folders = tuple(word[2:] for word in words if word.startswith('-I'))
        reached = sorted(self.closure(name, folders))
        texts = (COMMENT_LINE.sub('', self.files[path]) for path in reached)
        return digest(self.settings, *words, *reached, *texts)


def read(path):
    """The keys that a file holds, by name of what passed; none if there is no such file."""
    if not path.is_file():
        return {}
    lines = [line.split() for line in path.read_text(encoding='utf-8').splitlines()
             if line and line[0] != '#']
    return {name: key for key, name in lines}


def write(path, keys, head=''):
    """Keeps keys in a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f'{key} {name}\n' for name, key in sorted(keys.items())]
    path.write_text(head + ''.join(lines), encoding='utf-8')
