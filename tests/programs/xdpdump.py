#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""xdpdump, as Debian ships it, on the stock library and preloaded with ours.

Numbered frames of several sizes cross a veth pair between two network namespaces; xdpdump, which
reads a perf ring with perf_buffer__new_raw, writes what it saw to a file. Each frame must be there
once, in the order in which its CPU got it, equal byte for byte; and the loader must say that the
library meant was in use.

  xdpdump.py LIBRINGSIDE
"""

import contextlib
import glob
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import bindings  # noqa: E402
import sandbox  # noqa: E402
import skips  # noqa: E402

ETHERTYPE = 0x88B5  # for local experiments: IEEE 802
PROBE = 0xFFFFFFFF
SIZES = (60, 61, 64, 67, 128, 590, 1024, 1513, 1514)
# Their records fit into one ring, so none may be lost. The last ones do not wake the reader.
FRAMES = 1000
BATCH = 50     # at most what the veth queue holds
CALLS = ("perf_buffer__new_raw", "perf_buffer__poll", "perf_buffer__consume", "perf_buffer__free")
DEADLINE_S = 20


def frame(number):
    """The frame with this number."""
    head = b"\xff" * 6 + b"\x02\0\0\0\0\x01" + struct.pack(">HI", ETHERTYPE, number)
    return head + random.Random(number).randbytes(SIZES[number % len(SIZES)] - len(head))


def number_of(data):
    """The number of a frame of ours, None for any other."""
    if len(data) < 18 or data[12:14] != struct.pack(">H", ETHERTYPE):
        return None
    return struct.unpack_from(">I", data, 14)[0]


def cpu_of(number):
    """The CPU that a frame is sent on, and so received on: batches take turns."""
    cpus = sorted(os.sched_getaffinity(0))
    return cpus[number // BATCH % len(cpus)]


def send(interface):
    """The far end of the pair: for each line "FIRST COUNT" on stdin, sends these frames."""
    cpus = {number: cpu_of(number) for number in range(FRAMES)}
    print("ready", flush=True)
    sys.stdin.readline()
    subprocess.run(["ip", "link", "set", interface, "up"], check=True)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
        link.bind((interface, 0))
        for line in sys.stdin:
            first, count = map(int, line.split())
            for number in range(first, first + count):
                os.sched_setaffinity(0, {cpus.get(number, cpus[0])})
                link.send(frame(number))


def await_line(stream, text, seconds):
    """Reads a pipe until `text` has come, and returns all that was read."""
    seen = ""
    deadline = time.monotonic() + seconds
    while text not in seen:
        ready, _, _ = select.select([stream], [], [], max(0, deadline - time.monotonic()))
        data = os.read(stream.fileno(), 65536).decode(errors="replace") if ready else ""
        if not data:
            return seen
        seen += data
    return seen


def await_rings(process):
    """Waits until a process has all its rings in its epoll set, which comes last. It says that it
    listens before that, and what is sent in between is not recorded."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        for path in glob.glob(f"/proc/{process.pid}/fdinfo/*"):
            with contextlib.suppress(OSError), open(path) as info:
                if info.read().count("tfd:") >= os.sysconf("SC_NPROCESSORS_ONLN"):
                    return
        time.sleep(0.005)
    sys.exit("FAIL: xdpdump never waited for its rings")


class Pair:
    """A veth pair: one end here, the other in the namespace of a process that sends."""

    def __init__(self):
        self.near = f"rs{os.getpid()}a"
        far = f"rs{os.getpid()}b"
        self.sender = subprocess.Popen(
            ["unshare", "--net", sys.executable, __file__, "--send", far],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.sender.stdout.readline()
        self._ip("link", "add", self.near, "type", "veth", "peer", "name", far,
                 "netns", str(self.sender.pid))
        self._ip("link", "set", self.near, "up")
        self.order("up")
        self.link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERTYPE))
        self.link.bind((self.near, ETHERTYPE))
        for _ in range(DEADLINE_S):  # a link takes a while to carry
            self.order(f"{PROBE} 1")
            if select.select([self.link], [], [], 1)[0]:
                return
        skips.skip("the veth pair never carried a frame")

    @staticmethod
    def _ip(*arguments):
        done = subprocess.run(["ip", *arguments], stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            skips.skip(f"no veth pair: {skips.first_line(done.stderr)}")

    def order(self, line):
        self.sender.stdin.write(line + "\n")

    def transfer(self, first, count):
        """Sends frames and waits until all have come through."""
        self.order(f"{first} {count}")
        awaited = set(range(first, first + count))
        while awaited:
            if not select.select([self.link], [], [], DEADLINE_S)[0]:
                sys.exit(f"FAIL: the veth pair lost frames {sorted(awaited)}")
            awaited.discard(number_of(self.link.recv(65536)))

    def close(self):
        self.sender.stdin.close()
        self.sender.wait()


def read_pcapng(path):
    """The packets of a pcapng file of this machine's byte order."""
    with open(path, "rb") as file:
        data = file.read()
    position = 0
    while position + 12 <= len(data):
        kind, size = struct.unpack_from("=II", data, position)
        if kind == 6:  # enhanced packet block
            captured, original = struct.unpack_from("=II", data, position + 20)
            if captured != original:
                sys.exit(f"FAIL: {path}: {captured} of {original} bytes captured")
            yield data[position + 28:position + 28 + captured]
        position += size


def capture(pair, folder, name, preload):
    """Runs xdpdump while frames pass. Returns what was wrong with the run."""
    trace = os.path.join(folder, name)
    dump = subprocess.Popen(
        ["xdpdump", "-i", pair.near, "--load-xdp-program", "-w", trace + ".pcapng"],
        env=bindings.environment(trace, preload), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    said = ""
    try:
        said = await_line(dump.stdout, "listening on", DEADLINE_S)
        if "listening on" not in said:
            skips.skip(f"xdpdump cannot load its program here: {skips.first_line(said)}")
        await_rings(dump)
        for first in range(0, FRAMES, BATCH):
            pair.transfer(first, BATCH)
        dump.send_signal(signal.SIGINT)
        said += dump.communicate(timeout=DEADLINE_S)[0].decode(errors="replace")
    finally:
        if dump.poll() is None:
            dump.kill()
            dump.wait()
    wrong = bindings.complaints(bindings.read(trace, "perf_buffer__"), "xdpdump", CALLS, preload)
    if dump.returncode != 0 or "\n0 packets dropped" not in said:
        wrong.append(f"xdpdump ended with {dump.returncode}, saying {said.strip()!r}")
    seen = [data for data in read_pcapng(trace + ".pcapng") if number_of(data) is not None]
    for cpu in {cpu_of(number) for number in range(FRAMES)}:
        numbers = [n for n in map(number_of, seen) if n < FRAMES and cpu_of(n) == cpu]
        sent = [n for n in range(FRAMES) if cpu_of(n) == cpu]
        if numbers != sent:
            wrong.append(f"CPU {cpu}: {len(numbers)} of {len(sent)} frames, "
                         f"missing {sorted(set(sent) - set(numbers))}, or doubled or out of order")
    wrong += [f"frame {number_of(data)} differs: {data.hex()}" for data in seen
              if data != frame(number_of(data))]
    print(f"{name}: {len(seen)} frames seen, each once, in order, equal" if not wrong
          else "\n".join(f"{name}: {text}" for text in wrong))
    return wrong


def main(library):
    sandbox.need_program("xdpdump", "xdp-tools")
    sandbox.need_program("ip", "iproute2")
    sandbox.enter("mount", "net")
    sandbox.mount("bpf", "/sys/fs/bpf")
    pair = Pair()
    try:
        with tempfile.TemporaryDirectory() as folder:
            wrong = capture(pair, folder, "stock", None)
            wrong += capture(pair, folder, "ringside", library)
    finally:
        pair.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1] == "--send":
        send(sys.argv[2])
    else:
        sys.exit(main(os.path.abspath(sys.argv[1])))
