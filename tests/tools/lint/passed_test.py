#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""A file's key changes with all that the slow checks read, and with nothing else."""
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tools' / 'lint'))
import passed  # noqa: E402

FILES = {
    'src/a/a.cpp': '#include "a.hpp"\n#include "b/b.hpp"\n#include <vector>\n',
    'src/a/a.hpp': '#pragma once\n',
    'src/b/b.hpp': '#ifdef X\n#  include "c.h"\n#endif\n',
    'src/b/c.h': '#include "b/b.hpp"\n',
    'src/b/other.hpp': '',
    'include/vector': 'no compiler looks for it here\n',
    'table.bin': None,
    '.clang-tidy': 'Checks: a\n',
}
COMMAND = ['c++', '-I/here/src', '-O2', '-c', '/here/src/a/a.cpp']


def key(files, command=tuple(COMMAND), root='/here'):
    return passed.Keys(files, root, ['.clang-tidy']).of('src/a/a.cpp', list(command))


class Key(unittest.TestCase):
    def test_all_that_is_read_changes_it(self):
        for name in ('src/a/a.cpp', 'src/a/a.hpp', 'src/b/b.hpp', 'src/b/c.h', '.clang-tidy'):
            self.assertNotEqual(key({**FILES, name: FILES[name] + '\n'}), key(FILES), name)

    def test_nothing_else_does(self):
        for name in ('src/b/other.hpp', 'include/vector'):
            self.assertEqual(key({**FILES, name: FILES[name] + '\n'}), key(FILES), name)
        self.assertEqual(key({**FILES, 'src/new.hpp': ''}), key(FILES))

    def test_a_line_of_comment_does_not_unless_it_speaks_to_a_check(self):
        def with_first_line(line):
            return key({**FILES, 'src/b/c.h': line + FILES['src/b/c.h']})
        self.assertEqual(with_first_line('  // words\n'), key(FILES))
        for line in ('// NOLINTNEXTLINE(x): why\n', '// cppcheck-suppress x\n', 'int x;  // y\n'):
            self.assertNotEqual(with_first_line(line), key(FILES), line)

    def test_a_header_that_comes_first_now_changes_it(self):
        self.assertNotEqual(key({**FILES, 'src/a/b/b.hpp': '#pragma once\n'}), key(FILES))

    def test_the_command_changes_it_but_not_where_the_repository_lies(self):
        self.assertNotEqual(key(FILES, [*COMMAND, '-DX']), key(FILES))
        self.assertNotEqual(key(FILES, [*COMMAND, '-I/here/include']), key(FILES))
        moved = [word.replace('/here', '/there') for word in COMMAND]
        self.assertEqual(key(FILES, moved, '/there'), key(FILES))

    def test_texts_are_told_from_their_neighbours(self):
        self.assertNotEqual(passed.digest('a', 'bc'), passed.digest('ab', 'c'))


class Kept(unittest.TestCase):
    def test_what_is_written_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, 'docs', 'lint.txt')
            self.assertEqual(passed.read(path), {})
            passed.write(path, {'b.c': '22', 'a.c': '11'}, '# head\n')
            self.assertEqual(path.read_text(encoding='utf-8'), '# head\n11 a.c\n22 b.c\n')
            self.assertEqual(passed.read(path), {'a.c': '11', 'b.c': '22'})


if __name__ == '__main__':
    unittest.main()
