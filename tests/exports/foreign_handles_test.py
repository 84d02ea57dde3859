#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Each function that takes a handle notices one that it has not made: it refuses it with EINVAL and
one warning, which names the function. It reads no more of it than the first word.

  foreign_handles_test.py LIBRARY    LIBRARY is our libbpf.so.1
"""

import ctypes
import errno
import mmap
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HANDLES = ("bpf_object", "bpf_map", "bpf_program", "bpf_link", "bpf_linker", "bpf_prog_linfo",
           "btf", "btf_ext", "btf_dump", "perf_buffer", "ring", "ring_buffer", "user_ring_buffer")
SKELETONS = {"bpf_object_skeleton": 4, "bpf_object_subskeleton": 1}
HANDLE = re.compile(rf"^(?:const )?struct ({'|'.join(HANDLES)})\* ?\w+$")
SKELETON = re.compile(rf"^(?:const )?struct ({'|'.join(SKELETONS)})\* ?\w+$")
FUNCTION = re.compile(r"LIBBPF_API\s+([^;(]*?)\b(\w+)\(([^;]*?)\);", re.S)
# These read no object: one opens one, the other frees the skeleton's own memory.
WITHOUT = {"bpf_object__open_skeleton", "bpf_object__destroy_subskeleton"}
PRINTER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
WARN = 0
# Of results that are neither pointers nor as large as an int.
TYPES = {"void": None, "bool": ctypes.c_bool, "size_t": ctypes.c_size_t, "__u64": ctypes.c_uint64,
         "__s64": ctypes.c_int64, "unsigned long": ctypes.c_ulong}


def functions():
    """The functions of our headers that take a handle: the result's type, and the parameters."""
    found = {}
    for header in ("libbpf.h", "btf.h", "libbpf_legacy.h"):
        text = (ROOT / "include" / "bpf" / header).read_text(encoding="utf-8")
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)
        for result, name, parameters in FUNCTION.findall(text):
            parameters = [" ".join(one.split()) for one in parameters.split(",")]
            if any(map(HANDLE.match, parameters)) or any(map(SKELETON.match, parameters)):
                found[name] = " ".join(result.split()), parameters
    return {name: found[name] for name in sorted(set(found) - WITHOUT)}


class Foreign:
    """The first word of a handle, at the end of a page with nothing behind it: to read more of it
    would end the process."""

    def __init__(self):
        libc = ctypes.CDLL(None)
        self.pages = mmap.mmap(-1, 2 * mmap.PAGESIZE)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self.pages))
        behind = ctypes.c_void_p(address + mmap.PAGESIZE)
        if libc.mprotect(behind, ctypes.c_size_t(mmap.PAGESIZE), 0) != 0:
            raise OSError("mprotect")
        self.handle = ctypes.c_void_p(behind.value - ctypes.sizeof(ctypes.c_void_p))

    def skeleton(self, kind):
        """A skeleton whose object it is: of one kind it is named, of the other pointed to."""
        words = (ctypes.c_void_p * 12)()
        self.slot = ctypes.c_void_p(self.handle.value)
        place = SKELETONS[kind]
        words[place] = ctypes.addressof(self.slot) if place == 4 else self.handle.value
        return words


class ForeignHandles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.library = ctypes.CDLL(LIBRARY, use_errno=True)
        cls.warnings = []
        cls.printer = PRINTER(cls.keep)
        cls.vsnprintf = ctypes.CDLL(None).vsnprintf
        cls.library.libbpf_set_print.restype = ctypes.c_void_p
        cls.library.libbpf_set_print(cls.printer)
        cls.foreign = Foreign()

    @classmethod
    def keep(cls, level, form, arguments):
        text = ctypes.create_string_buffer(1024)
        cls.vsnprintf(text, ctypes.c_size_t(len(text)), form, ctypes.c_void_p(arguments))
        if level == WARN:
            cls.warnings.append(text.value.decode())
        return 0

    def argument(self, parameter):
        if HANDLE.match(parameter):
            return self.foreign.handle
        skeleton = SKELETON.match(parameter)
        return self.foreign.skeleton(skeleton[1]) if skeleton else ctypes.c_void_p(0)

    def test_every_function_notices_a_foreign_handle(self):
        every = functions()
        self.assertGreater(len(every), 240)
        for name, (result, parameters) in every.items():
            with self.subTest(name):
                function = getattr(self.library, name)
                pointer = "*" in result
                function.restype = ctypes.c_void_p if pointer else TYPES.get(result, ctypes.c_int)
                self.warnings.clear()
                ctypes.set_errno(0)
                returned = function(*map(self.argument, parameters))
                signed = result in ("int", "__s32", "__s64") and name != "btf__align_of"
                self.assertEqual(returned, None if pointer or result == "void" else
                                 -errno.EINVAL if signed else 0)
                if result != "void":
                    self.assertEqual(ctypes.get_errno(), errno.EINVAL)
                self.assertEqual(len(self.warnings), 1, self.warnings)
                self.assertIn(f"{name}: the handle was made neither by this library",
                              self.warnings[0])


if __name__ == "__main__":
    LIBRARY = sys.argv.pop(1)
    unittest.main()
