#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Programs from Debian's packages with our libbpf.so.1 in the place of the stock one, as if the
package of libbpf were ours: in a root of unpacked packages our file stands under the name of
theirs, and there is no other libbpf.

Each case is run on the stock library first; what it shows must be the same on ours. While a program
runs, its /proc/PID/maps must name our file and no other libbpf.

  in_place.py bps LIBBPF           lists the programs and maps that the kernel has
  in_place.py ir-keytable LIBBPF   looks for receivers
  in_place.py pmdabpf LIBBPF       PCP's agent as a process of its own, with one of its modules
  in_place.py openvswitch LIBBPF   the daemon of Open vSwitch, with a bridge in user space and an
                                   XDP program of its own
"""

import contextlib
import ctypes
import fcntl
import glob
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import oracle  # noqa: E402
import sandbox  # noqa: E402
import skips  # noqa: E402

ROOT = "/mnt"  # in a mount namespace of our own, so there is nothing to take down
DEADLINE_S = 60
PATHS = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


def libbpfs_of(pid):
    """The inodes of all libbpfs that a process has mapped."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        return {int(line.split()[4]) for line in maps if "/libbpf" in line}
    return set()


def wait_for(holds, what):
    """Waits until something holds. Nothing tells when that is, so it looks again and again."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        if time.monotonic() > deadline:
            sys.exit(f"FAIL: {what}: not within {DEADLINE_S} s")
        time.sleep(0.01)


class Place:
    """A root of unpacked packages, with the stock library or with ours."""

    def __init__(self, packages, folder, ours):
        sandbox.make_root(ROOT, packages, {"test": folder})
        # Newer packages count on these.
        for name in ("bin", "lib", "lib64", "sbin"):
            if not os.path.exists(f"{ROOT}/{name}"):
                os.symlink("usr/" + name, f"{ROOT}/{name}")
        self.inodes = {os.stat(path).st_ino for path in self._libraries()}
        if ours:
            for path in self._libraries():
                sandbox.bind(ours, path)
            self.inodes = {os.stat(ours).st_ino}
        self.wrong = []

    @staticmethod
    def _libraries():
        found = glob.glob(ROOT + "/usr/lib/*/libbpf.so.1")
        return [os.path.realpath(path) for path in found]

    def close(self):
        subprocess.run(["umount", "--recursive", ROOT], check=True)

    def check(self, name, pid):
        """Notes it if a running process has another libbpf than the one of this place."""
        wait_for(lambda: libbpfs_of(pid), f"{name} maps a libbpf")
        if libbpfs_of(pid) != self.inodes:
            self.wrong.append(f"{name} has mapped {libbpfs_of(pid)}, not {self.inodes}")

    def start(self, command, **options):
        return subprocess.Popen(command, preexec_fn=sandbox.inside(ROOT), env=PATHS, **options)

    def do(self, *command):
        """Runs a program that says nothing, so that there is no moment at which to look at it."""
        with self.start(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT, text=True) as child:
            said = child.communicate(timeout=DEADLINE_S)[0]
        return said, child.returncode

    def run(self, *command):
        """What a program says, whose output has no room until its libraries were looked at."""
        read_end, write_end = os.pipe()
        size = fcntl.fcntl(write_end, 1032)  # F_GETPIPE_SZ
        os.write(write_end, b"." * size)
        with self.start(command, stdin=subprocess.DEVNULL, stdout=write_end,
                        stderr=subprocess.STDOUT) as child:
            os.close(write_end)
            self.check(command[0], child.pid)
            with open(read_end, "rb") as output:
                said = output.read()[size:].decode(errors="replace")
        return said, child.returncode


def bps(place, library):
    """A program and a map of ours are in the list."""
    libbpf = ctypes.CDLL(library)
    fd = libbpf.bpf_map_create(2, b"in_place_map", 4, 8, 3, None)
    insns = (ctypes.c_uint64 * 2)(0xb7, 0x95)
    program = libbpf.bpf_prog_load(1, b"in_place_prog", b"GPL", insns, ctypes.c_size_t(2), None)
    if fd < 0 or program < 0:
        skips.skip("maps and programs cannot be made here")
    said, code = place.run("/usr/sbin/bps")
    os.close(program)
    os.close(fd)
    lines = [line for line in said.splitlines() if "in_place_prog" in line]
    if not lines:
        sys.exit(f"FAIL: bps does not list the program: {said}")
    # The kernel's number, and the time, are of the moment.
    return [re.sub(r"\d+|\w{3}\d\d/\d\d:\d\d", "N", line) for line in lines], code


def ir_keytable(place, _library):
    """Without a receiver there is none to load a program for."""
    return [place.run("/usr/bin/ir-keytable"), place.run("/usr/bin/ir-keytable", "--help")]


def child_of(pid, name):
    """The process of this name that a process has started; nothing if there is none."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as children:
        for word in children.read().split():
            with contextlib.suppress(OSError), open(f"/proc/{word}/comm", encoding="utf-8") as comm:
                if comm.read().strip() == name:
                    return int(word)
    return None


def pmdabpf(place, _library):
    """dbpmda starts the agent behind a pipe, and asks it for the times that its module has seen
    programs wait for a CPU."""
    with open(ROOT + "/test/bpf.conf", "w", encoding="utf-8") as conf:
        conf.write("[runqlat.so]\nenabled = true\n")
    with open(ROOT + "/test/names", "w", encoding="utf-8") as names:
        names.write("root {\n bpf 157:*:*\n}\n")
    sandbox.bind(ROOT + "/test/bpf.conf", ROOT + "/etc/pcp/bpf/bpf.conf")
    log = ROOT + "/test/log"

    def logged():
        if not os.path.exists(log):
            return ""
        with open(log, encoding="utf-8") as lines:
            return lines.read()
    with place.start(["/usr/bin/dbpmda", "-f", "-n", "/test/names"], stdin=subprocess.PIPE,
                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as debugger:
        debugger.stdin.write("open pipe /usr/lib/pcp/pmdas/bpf/pmdabpf -l /test/log\n")
        debugger.stdin.flush()
        wait_for(lambda: "init complete" in logged(), "the agent starts")
        place.check("pmdabpf", child_of(debugger.pid, "pmdabpf"))
        # The agent numbers its modules as their files come.
        cluster = re.search(r"initialised with cluster_id = (\d+)", logged())
        fetch = f"fetch 157.{cluster[1]}.0\n" if cluster else ""
        said = debugger.communicate(fetch + "quit\n", timeout=DEADLINE_S)[0]
    if "loaded modules (1)" not in logged():
        skips.skip(f"the module does not start here: {logged()}")
    values = re.findall(r"inst \[\d+ or [^]]*\] value (\d+)", said)
    if not any(map(int, values)):
        sys.exit(f"FAIL: the module has seen nothing: {said}")
    return len(values), debugger.returncode


def openvswitch(place, _library):
    """A bridge of the datapath in user space, with a port, as ovs-vsctl shows it."""
    ip = sandbox.need_program("ip", "iproute2")
    subprocess.run([ip, *"link add near type veth peer name far".split()], check=True)
    said = [place.do("/usr/bin/ovsdb-tool", "create", "/test/conf.db",
                     "/usr/share/openvswitch/vswitch.ovsschema")]
    socket = "unix:/test/db.sock"
    with contextlib.ExitStack() as running:
        def daemon(*command):
            child = running.enter_context(place.start(command, stdout=subprocess.DEVNULL,
                                                      stderr=subprocess.DEVNULL))
            running.callback(child.terminate)
            return child
        server = daemon("/usr/sbin/ovsdb-server", "--remote=p" + socket, "--no-chdir",
                        "--unixctl=/test/server.ctl", "/test/conf.db")
        wait_for(lambda: os.path.exists(ROOT + "/test/db.sock"), "ovsdb-server listens")
        place.check("ovsdb-server", server.pid)
        switch = daemon("/usr/lib/openvswitch-switch/ovs-vswitchd", "--no-chdir",
                        "--unixctl=/test/switch.ctl", "--disable-system", socket)
        place.check("ovs-vswitchd", switch.pid)

        vsctl = ("/usr/bin/ovs-vsctl", "--db=" + socket, "--timeout=30")
        said += [
            place.do(*vsctl, "init"),
            place.do(*vsctl, "add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev"),
            place.do(*vsctl, "add-port", "br0", "port0", "--", "set", "interface", "port0",
                     "type=internal"),
            # This port loads an XDP program.
            place.do(*vsctl, "add-port", "br0", "near", "--", "set", "interface", "near",
                     "type=afxdp", "options:xdp-mode=generic"),
            place.run(*vsctl, "list-ports", "br0"),
            place.run(*vsctl, "get", "interface", "near", "error", "status"),
            place.run(*vsctl, "get", "bridge", "br0", "datapath_type"),
            place.run("/usr/bin/ovs-appctl", "--target=/test/switch.ctl", "dpif/show"),
        ]
        shown = subprocess.run([ip, "link", "show", "near"], stdout=subprocess.PIPE, text=True)
        said.append((re.findall(r"prog/xdp id \d+ (.*)", shown.stdout), shown.returncode))
        place.check("ovs-vswitchd, at the end", switch.pid)
    subprocess.run([ip, *"link del near".split()], check=True)
    if said[-1] == ([], 0):
        skips.skip("the switch cannot attach its XDP program here")
    return said


# Each case, the release whose suite has the packages, and these.
CASES = {"bps": (bps, "1.1.2", ["bpfcc-introspection", "ir-keytable"]),
         "ir-keytable": (ir_keytable, "1.1.2", ["bpfcc-introspection", "ir-keytable"]),
         "pmdabpf": (pmdabpf, "1.1.2", ["pcp"]),
         "openvswitch": (openvswitch, "1.5.0", ["openvswitch-switch"])}


def main(case, library):
    run, release, names = CASES[case]
    # Before the network namespace, from which nothing can be fetched.
    try:
        packages = oracle.root(release, names)
    except oracle.Unavailable as error:
        skips.skip(f"no {' '.join(names)}: {error}")
    sandbox.enter("mount", "net")
    sandbox.mount("tracefs", "/sys/kernel/tracing")
    seen, wrong = [], []
    for ours in (None, library):
        with tempfile.TemporaryDirectory() as folder:
            place = Place(packages, folder, ours)
            seen.append(run(place, library))
            wrong += place.wrong
            place.close()
    if seen[0] != seen[1]:
        wrong.append(f"on the stock library:\n{seen[0]}\non ours:\n{seen[1]}")
    print("\n".join(wrong) or f"{case}: the same on ours alone")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.path.abspath(sys.argv[2])))
