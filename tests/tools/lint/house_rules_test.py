#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The house rules report each thing that they forbid, and nothing else."""
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tools' / 'lint'))
import house_rules  # noqa: E402

HEAD = f'// {house_rules.LICENSE}\n// x: what lives here.\n'
PYTHON_HEAD = f'#!/usr/bin/python3\n# {house_rules.LICENSE}\n'

# Files without a fault, and with whatever looks like one but is none.
GOOD = (
    ('src/x.cpp', HEAD + '// see src/work/, $HOME/work/ and https://docs.kernel.org/bpf\n'),
    ('src/x.h', f'/* {house_rules.LICENSE} */\n/* x: what lives here. */\n'),
    ('tools/x.py', PYTHON_HEAD + 'path = root + "/work" + f"{place}/root/usr"\n'),
    ('dev', f'#!/usr/bin/env bash\n# {house_rules.LICENSE}\n'),
    ('README.md', f'<!-- {house_rules.LICENSE} -->\n# x\n' + 'long ' * 40 + 'end\n'),
    ('src/x.hpp', HEAD + '\n' * (house_rules.MAX_LINES - 2)),
    ('docs/x.md', f'<!-- {house_rules.LICENSE} -->\n' + '\n' * house_rules.MAX_LINES),
    ('LICENSES/other.txt', 'Somebody else\'s \n'),
    ('src/x.cpp', HEAD + 'int too' + 'k = 1; // the user "nobody" has no mistook name\n'),
    ('tests/__init__.py', ''),
)

# Files with one fault each: the line that it is in, and words that tell of it.
BAD = (
    ('src/x.cpp', '// x: what lives here.\n', 1, 'SPDX'),
    ('src/x.cpp', '// SPDX-License-Identifier: MIT\n// x: what lives here.\n', 1, 'SPDX'),
    ('tools/x.py', '#!/usr/bin/python3\nimport os\n', 2, 'SPDX'),
    ('src/x.cpp', f'// {house_rules.LICENSE}\n#include <x>\n', 2, 'what lives here'),
    ('src/x.cpp', HEAD + 'int x;', 3, 'does not end'),
    ('src/x.cpp', HEAD + 'int x; \n', 3, 'white space'),
    ('src/x.cpp', HEAD + 'int x;\r\n', 3, 'white space'),
    ('src/x.cpp', HEAD + '// TO' + 'DO: more\n', 3, 'left over'),
    ('docs/x.md', f'<!-- {house_rules.LICENSE} -->\nFigures:\nTABLE\n', 3, 'filled in'),
    ('src/x.cpp', HEAD + '\n' * (house_rules.MAX_LINES - 1), house_rules.MAX_LINES + 1, 'lines'),
    ('src/x.hpp', HEAD + 'using namespace std;\n', 3, 'namespace'),
    ('src/x.cpp', HEAD + '// see /ho' + 'me/me/x\n', 3, 'machine'),
    ('tools/x.py', PYTHON_HEAD + 'x = "/wo' + 'rk/x"\n', 3, 'machine'),
    ('tools/x.py', PYTHON_HEAD + '\tx = 1\n', 3, 'tab'),
    ('tools/x.py', PYTHON_HEAD + 'x' * 101 + '\n', 3, 'columns'),
    ('dev', f'#!/bin/sh\n# {house_rules.LICENSE}\n' + 'x' * 101 + '\n', 3, 'columns'),
    ('dev', f'#!/bin/sh\n# {house_rules.LICENSE}\nget http:' + '//mirror.local/x\n', 3, 'mirror'),
    ('src/x.cpp', HEAD + 'int x;  // nobod' + 'y reads it\n', 3, 'avoid'),
    ('src/x.h', HEAD + '/* x:\n * Whoeve' + 'r reads it. */\n', 4, 'avoid'),
    ('src/x.cpp', HEAD + 'say("it too' + 'k too long");\n', 3, 'avoid'),
    ('tools/x.py', PYTHON_HEAD + '# so man' + 'y of them are told\n', 3, 'avoid'),
    ('docs/x.md', f'<!-- {house_rules.LICENSE} -->\nThey are told apar' + 't by it.\n', 2, 'avoid'),
    ('src/x.cpp', HEAD + '// https:' + '//notkernel.org/x\n', 3, 'notkernel.org'),
)


class HouseRulesTest(unittest.TestCase):
    def test_files_without_a_fault(self):
        for path, text in GOOD:
            with self.subTest(path=path, text=text):
                self.assertEqual(list(house_rules.problems(path, text)), [])

    def test_each_fault_is_found_and_nothing_else(self):
        for path, text, line, words in BAD:
            with self.subTest(path=path, text=text):
                found = list(house_rules.problems(path, text))
                self.assertEqual([number for number, _ in found], [line])
                self.assertIn(words, found[0][1])


if __name__ == '__main__':
    unittest.main()
