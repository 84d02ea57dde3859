#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""A program over libbcc with two BPF ring buffers. A tracepoint program writes to either, as told
by the arguments of a system call that no kernel has; each record must come once, in order, with
equal bytes. Every fourth record of the second ring is reserved and discarded, and must not come.

  bpfcc_rings.py      (run by bpfcc.py, where bcc is; exit code 0 when all was right, 77 where the
                       kernel does not take the program)
"""

import ctypes
import os
import struct
import sys

from bcc import BPF

ROUNDS = 50
RECORDS = 40  # of a round
DISCARD = 4
CALL = (1 << 24) + os.getpid()  # tells this process's calls from all others
SOURCE = """
struct words { u64 word[%(words)d]; };
BPF_RINGBUF_OUTPUT(first, %(pages)d);
BPF_RINGBUF_OUTPUT(second, %(pages)d);

TRACEPOINT_PROBE(raw_syscalls, sys_enter) {
  if (args->id != %(call)d)
    return 0;
  u64 number = args->args[1];
  if (args->args[0] == 0) {
    struct words words = {};
    words.word[0] = number;
    words.word[1] = args->args[2];
    words.word[2] = number * 3;
    first.ringbuf_output(&words, 8 + (number & 1) * 13, 0);
    return 0;
  }
  struct words *words = second.ringbuf_reserve(sizeof(struct words));
  if (!words)
    return 0;
  for (int i = 0; i < %(words)d; i++)
    words->word[i] = number * (2 * i + 1) + args->args[2];
  if (number %% %(discard)d == %(discard)d - 1)
    second.ringbuf_discard(words, 0);
  else
    second.ringbuf_submit(words, 0);
  return 0;
}
"""
WORDS = 8
PAGES = 8


def first_record(number, salt):
    """What the first ring holds for a call: its length alternates between 8 and 21 bytes."""
    return struct.pack("<3Q", number, salt, number * 3)[:8 + number % 2 * 13]


def second_record(number, salt):
    """The same for the second ring; None where the record is discarded."""
    if number % DISCARD == DISCARD - 1:
        return None
    return struct.pack(f"<{WORDS}Q", *(number * (2 * i + 1) + salt for i in range(WORDS)))


class Ring:
    """What came from one ring, and what was to come."""

    def __init__(self, bpf, index, name, record):
        self.index, self.name, self.record = index, name, record
        self.sent, self.seen, self.number = [], [], 0
        bpf[name].open_ring_buffer(self.take)

    def take(self, _context, data, size):
        self.seen.append(ctypes.string_at(data, size))

    def send(self, libc):
        salt = 0x1234567 * self.number
        libc.syscall(*map(ctypes.c_long, (CALL, self.index, self.number, salt)))
        record = self.record(self.number, salt)
        if record is not None:
            self.sent.append(record)
        self.number += 1


def main():
    try:
        bpf = BPF(text=SOURCE % {"call": CALL, "words": WORDS, "pages": PAGES, "discard": DISCARD})
    except Exception as error:  # bcc has no other
        print(f"SKIP: libbcc cannot load its program here: {error}")
        return 77
    rings = [Ring(bpf, 0, "first", first_record), Ring(bpf, 1, "second", second_record)]
    libc = ctypes.CDLL(None)
    failed = 0
    for turn in range(ROUNDS):
        for number in range(RECORDS):
            rings[number * (turn + 1) % 3 % 2].send(libc)
        if turn % 2:
            bpf.ring_buffer_poll(1000)
        else:
            bpf.ring_buffer_consume()
        for ring in rings:
            if ring.seen != ring.sent:
                print(f"round {turn}, {ring.name} ring: {len(ring.seen)} records seen, "
                      f"{len(ring.sent)} sent, or not equal")
                failed = 1
    bpf.cleanup()
    print(", ".join(f"{len(ring.seen)} records of the {ring.name} ring" for ring in rings))
    return failed


if __name__ == "__main__":
    sys.exit(main())
