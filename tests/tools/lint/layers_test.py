#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The check of arrows reports each thing that it forbids, and nothing else."""
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tools' / 'lint'))
import layers  # noqa: E402

ARROWS = '''# Rooms

| room | stands on |
|---|---|
| `os`, `pure` | nothing more |
| `ring` | `os` |
| `plan` | `ring/set.hpp` |
| `abi/boundary` | nothing more |
| `abi/ring` | `abi/boundary`, `ring` |
'''

# A tree without a fault, and with what looks like one but is none.
GOOD = {
    'src/base/result.hpp': '#include <utility>\n',
    'src/base/shared_word.hpp': '#include <atomic>\n'
                                'int f(int* p) { return __atomic_load_n(p, __ATOMIC_RELAXED); }\n',
    'src/os/os.hpp': '#include <sys/epoll.h>\n#include "base/result.hpp"\n'
                     '#include "unique_fd.hpp"\n',
    'src/os/unique_fd.hpp': 'namespace os { void close(int fd); }\n',
    'src/os/linux.cpp': '#include <unistd.h>\n#include "os/os.hpp"\n'
                        'void os::close(int fd) { if (::close(fd) < 0 && errno == EIO) return; }\n',
    'src/ring/set.hpp': '#include "base/result.hpp"\n#include "os/os.hpp"\n',
    'src/ring/deep/ring.hpp': '#include "ring/set.hpp"\n',
    'src/pure/parse.cpp': '#include "base/result.hpp"\n',
    'src/plan/plan.cpp': '#include "ring/set.hpp"\n',
    'src/ring/set.cpp': '''#include <cerrno>
#include "ring/set.hpp"
// mmap(), errno = 1 and extern "C" are words of a comment; so is std::memory_order_acquire.
/* ::close(1)
 * __ATOMIC_SEQ_CST */
const char* text = "ioctl(fd) \\" errno";
int number = 1'000'000, letter = '"';
int Set::poll(int ms) { os::close(fd); ring.read(fd); ring->mmap(fd); return Set::close(ms); }
Errno error = make_errno(1); int errno_kept; int my_errno = 0;
''',
    'abi/boundary/entry.hpp': '#include <bpf/libbpf.h>\n',
    'abi/ring/buffer.cpp': '#include "abi/boundary/entry.hpp"\n#include "ring/deep/ring.hpp"\n'
                           '#include "bpf/bpf.h"\n'
                           'extern "C" int f() { const int kept = errno; errno = EIO; '
                           'return kept; }\n',
}

# Each of these files, put into the good tree, is the fault that the words tell of.
BAD = (
    ('src/base/x.hpp', '#include "os/os.hpp"\n', 'base includes os/os.hpp, and has no arrow'),
    ('src/base/x.hpp', '#include "ring/set.hpp"\n', 'base includes ring/set.hpp, and has no arrow'),
    ('src/os/x.cpp', '#include "ring/set.hpp"\n', 'os includes ring/set.hpp, and has no arrow'),
    ('src/pure/x.cpp', '#include "os/os.hpp"\n', 'pure includes os/os.hpp, and has no arrow'),
    ('src/plan/x.cpp', '#include "ring/deep/ring.hpp"\n', 'plan includes ring/deep/ring.hpp'),
    ('src/os/x.cpp', '#include "../ring/set.hpp"\n', '../ring/set.hpp is in no room'),
    ('src/ring/x.cpp', '# include "abi/boundary/entry.hpp"\n', 'ring includes abi/boundary/entry'),
    ('abi/ring/x.cpp', '#include "os/os.hpp"\n', 'abi/ring includes os/os.hpp, and has no arrow'),
    ('abi/boundary/x.cpp', '#include "ring/set.hpp"\n', 'abi/boundary includes ring/set.hpp'),
    ('src/ring/x.cpp', '#include "ring/missing.hpp"\n', 'ring/missing.hpp is in no room'),
    ('src/elf/x.cpp', 'int x;\n', 'elf is no room'),
    ('abi/x.cpp', 'int x;\n', 'abi is no room'),
    ('src/ring/x.cpp', 'extern "C" int f();\n', 'extern "C"'),
    ('src/ring/x.cpp', '#include <bpf/libbpf.h>\n', 'a header of the interface'),
    ('src/base/x.cpp', '#include "bpf/libbpf.h"\n', 'a header of the interface'),
    ('src/ring/x.cpp', 'auto x = __atomic_load_n(p, 2);\n', 'a memory order, __atomic_load_n'),
    ('src/ring/x.cpp', 'int order = __ATOMIC_RELAXED;\n', 'a memory order'),
    ('src/base/x.hpp', 'auto o = std::memory_order::acquire;\n', 'a memory order'),
    ('abi/ring/x.cpp', 'std::atomic<int> x;\n', 'a memory order, std::atomic'),
    ('abi/ring/x.cpp', 'std::atomic_thread_fence(o);\n', 'a memory order'),
    ('abi/ring/x.cpp', '__sync_synchronize();\n', 'a memory order'),
    ('src/os/x.cpp', '#include <atomic>\n', 'a header of memory orders'),
    ('src/ring/x.cpp', 'return Errno(errno);\n', 'a read of errno'),
    ('src/base/x.cpp', 'if (errno == EINTR) return;\n', 'a read of errno'),
    ('src/base/x.cpp', 'int e = *__errno_location();\n', 'a read of errno'),
    ('src/ring/x.cpp', 'errno = 0;\n', 'a write of errno'),
    ('src/os/x.cpp', 'errno=kept;\n', 'a write of errno'),
    ('src/ring/x.cpp', '#include <sys/mman.h>\n', 'a header of kernel calls'),
    ('abi/ring/x.cpp', '#include <unistd.h>\n', 'a header of kernel calls'),
    ('src/ring/x.cpp', 'int n = epoll_wait(fd, e, 1, 0);\n', 'a call on the kernel, epoll_wait('),
    ('src/ring/x.cpp', 'auto p = (char*)mmap(nullptr, 1, 2, 3, 4, 5);\n', 'a call on the kernel'),
    ('abi/ring/x.cpp', 'return ::close(fd);\n', 'a call on the kernel, ::close('),
    ('abi/ring/x.cpp', 'return ::syscall(321, 0);\n', 'a call on the kernel, ::syscall('),
    ('src/base/x.cpp', 'const char* s = "/*"; long n = sysconf(30);\n', 'a call on the kernel'),
)


def problems_of(tree, arrows=ARROWS):
    """What the check says of a tree, given as {path: text}."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in {layers.ARROWS: arrows, **tree}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding='ascii')
        return layers.tree_problems(root)


class Arrows(unittest.TestCase):
    def test_a_good_tree_has_no_problems(self):
        self.assertEqual(problems_of(GOOD), ([], len(GOOD)))

    def test_each_fault_is_reported_once_and_where_it_is(self):
        for path, text, words in BAD:
            with self.subTest(path=path, text=text):
                problems, _ = problems_of({**GOOD, path: 'int first;\n' + text})
                self.assertEqual(len(problems), 1, problems)
                line = 1 if 'is no room' in words else 2
                self.assertTrue(problems[0].startswith(f'{path}:{line}: '), problems)
                self.assertIn(words, problems[0])

    def test_a_table_that_says_nothing_or_two_things_is_reported(self):
        for arrows, words in (
                ('# Rooms\n', 'no table'),
                (ARROWS + '| `os` | nothing more |\n', 'os has two rows'),
                (ARROWS + '| `late` | `os`, `nowhere` |\n', 'late stands on nowhere'),
                (ARROWS + '| `late` | `nowhere/x.hpp` |\n', 'late stands on nowhere/x.hpp')):
            with self.subTest(arrows=arrows):
                problems, _ = problems_of(GOOD, arrows)
                self.assertEqual(len(problems), 1, problems)
                self.assertTrue(problems[0].startswith(f'{layers.ARROWS}:1: {words}'), problems)

    def test_the_arrows_of_this_project_make_no_circle(self):
        arrows = layers.read_arrows((ROOT / layers.ARROWS).read_text(encoding='utf-8'))
        standing = set()
        while len(standing) < len(arrows):
            ready = {room for room, targets in arrows.items()
                     if {layers.room_of_header(target) for target in targets} <= standing}
            self.assertGreater(len(ready), len(standing), set(arrows) - standing)
            standing = ready

    def test_an_empty_tree_is_no_success(self):
        self.assertEqual(problems_of({}), ([], 0))


if __name__ == '__main__':
    unittest.main()
