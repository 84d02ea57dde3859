#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""PCP's agent for BPF with its execsnoop module, on the stock library and preloaded with ours.

The module is a plugin of a program that does not link libbpf; it only ever reads with
perf_buffer__poll(0), when its values are fetched. Known programs are executed in batches, each on
one CPU; after each batch every one must be there once, newest first, with the right process,
parent, name, result and arguments.

The package is unpacked, not installed, and driven by PCP's own debugger, dbpmda.

  pmdabpf.py LIBRINGSIDE
"""

import os
import re
import select
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import bindings  # noqa: E402
import oracle  # noqa: E402
import sandbox  # noqa: E402

RELEASE = "1.1.2"  # its suite has the module
BATCH = 40
BATCHES = 4
CALLS = ("perf_buffer__new", "perf_buffer__poll", "perf_buffer__free")
METRICS = ("pid", "ppid", "comm", "ret", "args")
ROOT = "/mnt"  # in a mount namespace of our own, so there is nothing to take down
DEADLINE_S = 30
PROMPT = "dbpmda> "
CONFIGURATION = """[execsnoop.so]
enabled = true
process_count = {count}
uid = {uid}
"""


def make_root(place, packages, folder, library_folder):
    """Mounts a root for PCP at `place`: the unpacked packages, this kernel's file systems, and the
    two folders that the test needs."""
    sandbox.mount("tmpfs", place)
    binds = [(os.path.join(packages, name), name) for name in os.listdir(packages)]
    binds += [("/" + name, name) for name in ("dev", "proc", "sys")]
    binds += [(folder, "test"), (library_folder, "preload")]
    for source, name in binds:
        target = os.path.join(place, name)
        os.mkdir(target)
        subprocess.run(["mount", "--rbind", source, target], check=True)
    os.mkdir(os.path.join(place, "tmp"))
    subprocess.run(["mount", "--bind", os.path.join(folder, "bpf.conf"),
                    place + "/etc/pcp/bpf/bpf.conf"], check=True)


class Debugger:
    """dbpmda with the agent loaded."""

    def __init__(self, place, variables):
        def enter():
            os.chroot(place)
            os.chdir("/")

        self.process = subprocess.Popen(
            ["/usr/bin/dbpmda", "-f", "-i", "-n", "/test/names"], preexec_fn=enter,
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


def execute(number, uid):
    """Runs a program with arguments of its own; the values that execsnoop must show for it."""
    extra = ["a" * (number % 7 * 3 + 1)] * (number % 5)  # the module shows no more than some 200
    argv = ["/bin/true", f"exec-{number}", *extra]
    child = subprocess.Popen(argv, user=uid, env={}, cwd="/")
    child.wait()
    return {"pid": str(child.pid), "ppid": str(os.getpid()), "comm": '"true"', "ret": "0",
            "args": f'"{" ".join(argv)}"'}


def read_fetch(text):
    """The values of the metrics asked for, from what dbpmda shows of a fetch: a list each."""
    blocks = re.split(r"^  157\.\d+\.\d+ .*\n", text, flags=re.MULTILINE)[1:]
    values = [re.findall(r'^ +(?:inst \[\d+ or [^]]*\] )?value (".*"|\S+)', block, re.MULTILINE)
              for block in blocks]
    return dict(zip([*METRICS, "lost"], values))


def difference(seen, true):
    """Where two lists part, in words."""
    for place, (left, right) in enumerate(zip(seen, true)):
        if left != right:
            return f"value {place} is {left}, should be {right}"
    return f"{len(seen)} values, should be {len(true)}"


def observe(packages, name, library):
    """One run of the agent while programs are executed. Returns what was wrong."""
    uid = 600000 + os.getpid()  # in the kernel the module lets this user's programs through alone
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "bpf.conf"), "w") as conf:
            conf.write(CONFIGURATION.format(count=BATCH * BATCHES, uid=uid))
        with open(os.path.join(folder, "names"), "w") as names:
            names.write("root {\n bpf 157:*:*\n}\n")
        make_root(ROOT, packages, folder, os.path.dirname(library))
        preload = "/preload/" + os.path.basename(library) if name != "stock" else None
        agent = Debugger(ROOT, bindings.environment("/test/trace", preload))
        opened = agent.ask("open dso /usr/lib/pcp/pmdas/bpf/pmda_bpf.so bpf_init 157")
        if "loaded modules (1)" not in opened:
            agent.close()
            sandbox.skip(f"the execsnoop module does not start here: {opened.strip()[-400:]}")
        cpus = sorted(os.sched_getaffinity(0))
        expected = []
        for batch in range(BATCHES):
            os.sched_setaffinity(0, {cpus[batch % len(cpus)]})
            for number in range(batch * BATCH, (batch + 1) * BATCH):
                expected.insert(0, execute(number, uid))
            os.sched_setaffinity(0, cpus)
            shown = agent.ask("fetch " + " ".join(f"bpf.execsnoop.{m}" for m in [*METRICS, "lost"]))
            values = read_fetch(shown)
            for metric in METRICS:
                seen, true = values.get(metric, []), [event[metric] for event in expected]
                if seen != true:
                    wrong.append(f"fetch {batch}: {metric}: {difference(seen, true)}")
            if values.get("lost") != ["0"]:
                wrong.append(f"fetch {batch}: lost: {values.get('lost')}")
        code, said = agent.close()
        if code != 0 or "shutdown complete" not in said:
            wrong.append(f"dbpmda ended with {code}, saying {said!r}")
        found = bindings.read(os.path.join(folder, "trace"), "perf_buffer__")
        wrong += bindings.complaints(found, "execsnoop.so", CALLS, preload)
    print(f"{name}: {len(expected)} programs seen, each once, in order, equal" if not wrong
          else "\n".join(f"{name}: {text}" for text in wrong))
    return wrong


def main(library):
    sandbox.enter("mount")
    sandbox.mount("tracefs", "/sys/kernel/tracing")
    try:
        packages = oracle.root(RELEASE, ["pcp"])
    except oracle.Unavailable as error:
        sandbox.skip(f"no pcp: {error}")
    wrong = observe(packages, "stock", library)
    wrong += observe(packages, "ringside", library)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
