# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The ringside command in a tree laid out as it is installed, run with and without a terminal."""
import os
import pty
import shutil
import signal
import subprocess
import sys

LIMIT_S = 100
UNPRIVILEGED_USER = {"user": "nobody", "group": "nogroup", "extra_groups": []}


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(77)


def check(true, what, result=None):
    if not true:
        if result is not None:
            print(f"exit status {result.returncode}\n--- stdout\n{result.stdout}"
                  f"--- stderr\n{result.stderr}---")
        sys.exit(f"FAIL: {what}")


class Tree:
    """The installed tree, in a folder that every user may read."""

    def __init__(self, root, places):
        self.root = root
        os.chmod(root, 0o755)
        self.path_of = {}
        for place in places:
            target, source = place.split("=", 1)
            path = root / target.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, path)
            self.path_of[path.name] = path
        self.tool = self.path_of["ringside"]

    def run(self, *args, before=(), **kwargs):
        return subprocess.run([*before, self.tool, *args], text=True, timeout=LIMIT_S, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, **kwargs)


class Terminal:
    """A command on a terminal of its own. It does not lead the terminal's session: when a leader
    ends, the kernel throws away what is still on its way to the reader."""

    ENDED = "\0ended with "

    def __init__(self, command):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            self.lead(command)

    def lead(self, command):
        """What the session's leader does: tells how the command ended, and waits to be hung up."""
        try:
            signal.alarm(LIMIT_S)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            pid = os.posix_spawn(command[0], command, os.environ, setsigdef=[signal.SIGINT])
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            os.write(1, f"{self.ENDED}{status}\n".encode())
            signal.pause()
        finally:
            os._exit(1)

    def read(self):
        try:
            chunk = os.read(self.fd, 65536).decode()
        except OSError:  # how Linux says that the other side is closed
            chunk = ""
        self.text += chunk
        return chunk

    def read_until(self, text, start=0):
        while text not in self.text[start:]:
            check(self.read(), f"{text!r} never came: {self.text!r}")

    def read_to_end(self):
        """All that it wrote, and its exit status."""
        self.read_until(self.ENDED)
        self.read_until("\n", self.text.index(self.ENDED))
        os.close(self.fd)
        os.waitpid(self.pid, 0)
        text, status = self.text.split(self.ENDED)
        return text, int(status)

    def type(self, keys):
        os.write(self.fd, keys.encode())


def need_root():
    if os.geteuid() != 0:
        skip("only root can become someone with less privileges")
