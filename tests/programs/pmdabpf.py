#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""PCP's agent for BPF with one of its modules, on the stock library and preloaded with ours.

A module is a plugin of a program that does not link libbpf; it only ever reads with a poll(0), when
its values are fetched. Known actions are done in batches, each on one CPU; after each batch every
one must be there once, newest first, with the right values.

The package is unpacked, not installed, and driven by PCP's own debugger, dbpmda.

  pmdabpf.py MODULE LIBRINGSIDE
"""

import collections
import ctypes
import errno
import os
import re
import select
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import bindings  # noqa: E402
import oracle  # noqa: E402
import sandbox  # noqa: E402
import skips  # noqa: E402

RELEASE = "1.1.2"  # its suite has the module
BATCHES = 4
ROOT = "/mnt"  # in a mount namespace of our own, so there is nothing to take down
DEADLINE_S = 30
PROMPT = "dbpmda> "

# What a module reads with, its metrics, how many events its ring surely holds, and what makes them:
# of a folder, an object whose act(number) does one action and returns the metrics' values, and
# whose `only` is a line of configuration that lets no other process's events through.
Module = collections.namedtuple("Module", "family metrics batch source")


class Executions:
    """Programs, executed with arguments of their own, for execsnoop."""

    def __init__(self, _folder):
        self.uid = 600000 + os.getpid()
        self.only = f"uid = {self.uid}"

    def act(self, number):
        extra = ["a" * (number % 7 * 3 + 1)] * (number % 5)  # it shows at most some 200
        argv = ["/bin/true", f"exec-{number}", *extra]
        child = subprocess.Popen(argv, user=self.uid, env={}, cwd="/")
        child.wait()
        return {"pid": str(child.pid), "ppid": str(os.getpid()), "comm": '"true"', "ret": "0",
                "args": f'"{" ".join(argv)}"'}


class Mounts:
    """Mounts that work and that do not, and their ends, for mountsnoop."""

    NODEV, DETACH = 4, 2
    FLAGS = {0: "0x0", NODEV: "MS_NODEV", DETACH: "MS_NOSUID"}  # shows all flags as mount's

    def __init__(self, folder):
        self.only = f"pid = {os.getpid()}"
        self.target = os.path.join(folder, "target")
        os.mkdir(self.target)
        self.libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/self/comm") as comm:
            self.common = {"pid": str(os.getpid()), "tid": str(threading.get_native_id()),
                           "comm": f'"{comm.read().strip()}"',
                           "mnt_ns": str(os.stat("/proc/self/ns/mnt").st_ino)}

    def act(self, number):
        """In turn: a mount, its end, and one of each that fails."""
        target = [self.target, self.target, f"/none-{number}", "/proc/self"][number % 4]
        if number % 2 == 0:
            values = {"op": "MOUNT", "fs": "tmpfs", "source": f"source-{number}", "target": target,
                      "flags": self.FLAGS[self.NODEV], "data": f"size={number + 1}M"}
            given = [values["source"], target, "tmpfs", self.NODEV, values["data"]]
            shown = ('mount("{source}", "{target}", "{fs}", {flags}, "{data}") = {ret}')
        else:
            flags = self.DETACH if number % 4 == 3 else 0
            values = {"op": "UMOUNT", "fs": "", "source": "", "target": target,
                      "flags": self.FLAGS[flags], "data": ""}
            given = [target, flags]
            shown = 'umount("{target}", {flags}) = {ret}'
        call = self.libc.mount if number % 2 == 0 else self.libc.umount2
        result = call(*(word.encode() if isinstance(word, str) else word for word in given))
        values["ret"] = "0" if result == 0 else "-" + errno.errorcode[ctypes.get_errno()]
        values["call"] = shown.format(**values)
        return {**self.common, **{name: f'"{value}"' for name, value in values.items()}}


class Stats:
    """Files looked at, some of which are not there, for statsnoop."""

    FAILED = str(2**32 - 1)  # -1, which it shows as a number without a sign

    def __init__(self, folder):
        self.only = f"pid = {os.getpid()}"
        self.folder = folder

    def act(self, number):
        path = self.folder if number % 3 else f"{self.folder}/none-{number}"
        error = 0 if os.path.lexists(path) else errno.ENOENT
        return {"pid": str(os.getpid()), "ret": self.FAILED if error else "0", "err": str(error),
                "path": f'"{path}"'}


MODULES = {
    "execsnoop": Module("perf_buffer__", ("pid", "ppid", "comm", "ret", "args"), 40,
                        Executions),
    "mountsnoop": Module("ring_buffer__", ("pid", "tid", "comm", "mnt_ns", "op", "fs", "source",
                                           "target", "flags", "data", "ret", "call"), 24, Mounts),
    "statsnoop": Module("perf_buffer__", ("pid", "ret", "err", "path"), 24, Stats),
}


class Debugger:
    """dbpmda with the agent loaded."""

    def __init__(self, place, variables):
        self.process = subprocess.Popen(
            ["/usr/bin/dbpmda", "-f", "-i", "-n", "/test/names"], preexec_fn=sandbox.inside(place),
            env={**variables, "PATH": "/usr/bin:/bin"}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._answer()

    def _answer(self):
        """What it writes up to its next prompt."""
        text = ""
        deadline = time.monotonic() + DEADLINE_S
        while not text.endswith(PROMPT):
            wait = max(0, deadline - time.monotonic())
            ready, _, _ = select.select([self.process.stdout], [], [], wait)
            data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not data:
                sys.exit(f"FAIL: dbpmda stopped answering: {text}")
            text += data.decode(errors="replace")
        return text[:-len(PROMPT)]

    def ask(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self):
        """Lets it shut the agent down; what it says, and its exit code."""
        said = self.process.communicate(b"quit\n", timeout=DEADLINE_S)[0].decode(errors="replace")
        return self.process.returncode, said


def read_fetch(text, metrics):
    """The values of `metrics`, from what dbpmda shows of a fetch: a list each."""
    blocks = re.split(r"^  157\.\d+\.\d+ .*\n", text, flags=re.MULTILINE)[1:]
    values = [re.findall(r'^ +(?:inst \[\d+ or [^]]*\] )?value (".*"|\S+)', block, re.MULTILINE)
              for block in blocks]
    return dict(zip(metrics, values))


def difference(seen, true):
    """Where two lists part, in words."""
    for place, (left, right) in enumerate(zip(seen, true)):
        if left != right:
            return f"value {place} is {left}, should be {right}"
    return f"{len(seen)} values, should be {len(true)}"


def check_batches(agent, name, source):
    """Acts in batches, with a fetch after each. Returns what was wrong, and how much was done."""
    metrics, batch_size = MODULES[name].metrics, MODULES[name].batch
    cpus = sorted(os.sched_getaffinity(0))
    done = []
    wrong = []
    for batch in range(BATCHES):
        os.sched_setaffinity(0, {cpus[batch % len(cpus)]})
        for number in range(batch * batch_size, (batch + 1) * batch_size):
            done.insert(0, source.act(number))
        os.sched_setaffinity(0, cpus)
        shown = agent.ask("fetch " + " ".join(f"bpf.{name}.{m}" for m in [*metrics, "lost"]))
        values = read_fetch(shown, [*metrics, "lost"])
        for metric in metrics:
            seen, true = values.get(metric, []), [event[metric] for event in done]
            if seen != true:
                wrong.append(f"fetch {batch}: {metric}: {difference(seen, true)}")
        if values.get("lost") != ["0"]:
            wrong.append(f"fetch {batch}: lost: {values.get('lost')}")
    return wrong, len(done)


def observe(packages, name, library, preloaded):
    """One run of the agent with a module. Returns what was wrong."""
    family = MODULES[name].family
    with tempfile.TemporaryDirectory() as folder:
        source = MODULES[name].source(folder)
        with open(os.path.join(folder, "bpf.conf"), "w") as conf:
            conf.write(f"[{name}.so]\nenabled = true\n"
                       f"process_count = {MODULES[name].batch * BATCHES}\n{source.only}\n")
        with open(os.path.join(folder, "names"), "w") as names:
            names.write("root {\n bpf 157:*:*\n}\n")
        sandbox.make_root(ROOT, packages, {"test": folder, "preload": os.path.dirname(library)})
        sandbox.bind(os.path.join(folder, "bpf.conf"), ROOT + "/etc/pcp/bpf/bpf.conf")
        preload = "/preload/" + os.path.basename(library) if preloaded else None
        agent = Debugger(ROOT, bindings.environment("/test/trace", preload))
        opened = agent.ask("open dso /usr/lib/pcp/pmdas/bpf/pmda_bpf.so bpf_init 157")
        if "loaded modules (1)" not in opened:
            agent.close()
            skips.skip(f"the {name} module does not start here: {skips.first_line(opened)}")
        wrong, count = check_batches(agent, name, source)
        code, said = agent.close()
        if code != 0 or "shutdown complete" not in said:
            wrong.append(f"dbpmda ended with {code}, saying {said!r}")
        found = bindings.read(os.path.join(folder, "trace"), family)
        wrong += bindings.complaints(found, name + ".so",
                                     [family + call for call in ("new", "poll", "free")], preload)
    how = "ringside" if preloaded else "stock"
    print(f"{how}: {count} events seen, each once, in order, equal" if not wrong
          else "\n".join(f"{how}: {text}" for text in wrong))
    return wrong


def main(name, library):
    sandbox.enter("mount")
    sandbox.mount("tracefs", "/sys/kernel/tracing")
    try:
        packages = oracle.root(RELEASE, ["pcp"])
    except oracle.Unavailable as error:
        skips.skip(f"no pcp: {error}")
    wrong = observe(packages, name, library, False)
    wrong += observe(packages, name, library, True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.path.abspath(sys.argv[2])))
