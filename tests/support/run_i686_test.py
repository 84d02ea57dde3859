#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Programs of 32 bits run as they are, under qemu-user, or not at all with the reason."""

import contextlib
import errno
import io
import unittest
import unittest.mock

import run_i686
import skips


class Executed(Exception):
    """In place of what exec does not come back from."""


class RunI686(unittest.TestCase):
    def run_it(self, command, *, native=Executed, qemu="/usr/bin/qemu-i386"):
        """What was executed; None if the program was skipped. Then self.said is the reason."""
        out = io.StringIO()
        with unittest.mock.patch("os.execv", side_effect=native) as execv, \
             unittest.mock.patch("os.execvp", side_effect=Executed) as execvp, \
             unittest.mock.patch("shutil.which", return_value=qemu), \
             contextlib.redirect_stdout(out):
            try:
                run_i686.run(command)
            except Executed:
                return (execvp.call_args or execv.call_args).args[1]
            except SystemExit as end:
                self.assertEqual(end.code, skips.CODE)
                self.said = skips.reason(out.getvalue())
        return None

    def test_the_kernel_runs_it(self):
        self.assertEqual(self.run_it(["/b/unit_ring", "-a"]), ["/b/unit_ring", "-a"])

    def test_qemu_runs_it(self):
        self.assertEqual(self.run_it(["/b/unit_elf"], native=OSError(errno.ENOEXEC, "format")),
                         ["qemu-i386", "/b/unit_elf"])

    def test_what_qemu_cannot_do_is_skipped(self):
        refused = OSError(errno.ENOEXEC, "format")
        self.assertIsNone(self.run_it(["/b/unit_ring"], native=refused))
        self.assertIn("qemu-user gives no second mapping", self.said)
        self.assertIsNone(self.run_it(["/b/unit_elf"], native=refused, qemu=None))
        self.assertIn("Debian package qemu-user", self.said)

    def test_another_error_is_one(self):
        with self.assertRaises(FileNotFoundError):
            self.run_it(["/b/none"], native=FileNotFoundError(errno.ENOENT, "none"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
