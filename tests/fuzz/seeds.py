#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Writes the hand-made inputs of the fuzz targets: seeds.py FOLDER makes FOLDER/<target>/<name>.

Each name says what the input shows. What a fuzzer has found beside them is in corpus/.
"""

import os
import shutil
import struct
import sys

import archive_seeds
import btf_seeds
import elf_image_seeds
import elf_seeds
import linker_seeds
import netlink_seeds

SAMPLE, LOST, THROTTLE = 9, 2, 5


def record(size, kind=SAMPLE, raw_size=None, fill=0x61):
    """A record of `size` bytes whose sample, if it is one, fills it unless raw_size says
    otherwise."""
    body = struct.pack("<I", max(size - 12, 0) if raw_size is None else raw_size)
    body = (body + bytes([fill]) * size)[: max(size - 8, 0)]
    return struct.pack("<IHH", kind, 0, size & 0xFFFF) + body


def lost(count):
    return struct.pack("<IHHQQ", LOST, 0, 24, 1, count)


def cpu_mask():
    texts = {
        "one": "0\n", "usual": "0-3\n", "holes": "0-3,8,10-11\n", "words": "63-64,127-128\n",
        "highest": "65535", "all": "0-65535\n", "too_high": "0-65536", "zeros": "000000000000001",
        "empty": "", "newline": "\n", "backwards": "3-1", "open": "0-", "comma": "0,",
        "two": "1,,2",
        "overlap": "0-4,2-6,3", "stride": "0-31:2/4", "spaces": "0 - 3", "dashes": "1-2-3",
        "overflow": "4294967296-4294967299", "carriage": "0\r\n", "lines": "0\n1\n",
        "nul": "0-1\0,3",
        "not_text": "\x1b[2J\xff",
    }
    return {name: text.encode("latin-1") for name, text in texts.items()}


def byte_reader():
    def reads(order, data, steps):
        """Byte order, the bytes of a file, then what is read of them."""
        return bytes([order, len(data)]) + data + steps

    u8, u16, u32, u64, take, text, part, align = (bytes([step]) for step in range(8))
    data = bytes(range(1, 60)) + b"\0name\0"
    most = struct.pack("<QB", 2**64 - 1, 0)
    return {
        "empty": b"", "numbers": reads(0, data, u8 + u16 + u32 + u64),
        "numbers_big": reads(1, data, u8 + u16 + u32 + u64),
        "too_short": reads(0, b"abc", u32 + u8),
        "text": reads(0, data, text + text + text), "no_text": reads(0, b"abc", text),
        "take": reads(0, data, take + struct.pack("<QB", 5, 0) + u8),
        "take_most": reads(0, data, u8 + take + most + u8),
        "part": reads(0, data, part + struct.pack("<HQB", 4, 8, 0) + u8),
        "part_most": reads(0, data, part + struct.pack("<H", 4) + most + u8),
        "align": reads(0, data, u8 + align + u8), "align_end": reads(0, b"ab", u16 + align),
    }


def perf_read():
    def ring(size, data, offset=0, base=0, distance=None, answers=b"", flags=0):
        """A read of a ring of `size` bytes, with `data` from its tail on.
        base: 0, 2^32, 2^63, 2^64."""
        return struct.pack("<BBhiB", size.bit_length() - 4, base | flags, offset,
                           len(data) if distance is None else distance,
                           len(answers)) + answers + data

    unaligned, any_distance, no_room = 4, 8, 16
    stop, head_moves, overwrites = b"\x01", b"\x02", b"\x04"
    three = record(16) + record(40) + record(24)
    seeds = {
        "empty": ring(4096, b""),
        "empty_unaligned": ring(4096, b"", offset=4, flags=unaligned),
        "three": ring(4096, three),
        "full": ring(256, record(64) * 4),
        "one_fills_ring": ring(128, record(128)),
        "one_fills_ring_wrapped": ring(128, record(128), offset=40),
        "quarters": ring(4096, record(512) * 8, offset=512),
        "quarters_and_wrap": ring(4096, record(8) * 512, offset=3080),
        "wrap_between_quarters": ring(4096, record(1000) + record(16) + record(8) * 300,
                                      offset=3080),
        "smallest_ring": ring(8, record(8)),
        "unaligned_tail": ring(4096, three, offset=4, flags=unaligned),
        "head_one_byte_short": ring(4096, (record(16) * 2)[:-1]),
        "unaligned_head": ring(4096, record(16) + record(16)[:12]),
        "head_below_tail": ring(4096, three, distance=-8, flags=any_distance),
        "head_too_far": ring(4096, three, distance=4104, flags=any_distance),
        "stops": ring(4096, record(16) * 5, answers=b"\0\0" + stop),
        "stops_at_wrap": ring(64, record(32) * 2, offset=48, answers=stop),
        "more_arrives": ring(4096, record(16) * 5, answers=head_moves),
        "overwritten": ring(4096, record(16) * 5, answers=overwrites),
        "next_becomes_zero": ring(4096, record(16) * 3, answers=b"\x08"),
        "next_becomes_larger": ring(4096, record(16) * 6, answers=b"\x48"),
        "no_room": ring(64, record(32) * 2, offset=48, flags=no_room),
        "largest_record": ring(65536, record(65528)[:64], distance=65528),
        "largest_record_wrapped": ring(65536, record(65528)[:64], offset=-16, distance=65528),
    }
    for size in (0, 4, 7, 12, 40, 65528, 65535):
        seeds["says_%d_bytes" % size] = ring(
            4096, record(16) + struct.pack("<IHH", SAMPLE, 0, size) + bytes(24))
    for base, name in enumerate(("0", "2_32", "2_63", "2_64")):
        seeds["position_near_" + name] = ring(4096, three * 3, offset=-24, base=base)
    for split in range(8, 40, 8):
        seeds["wraps_after_%d" % split] = ring(128, record(16) + record(40) + record(24),
                                               offset=128 - 16 - split)
    return seeds


def perf_buffer():
    consume, poll = b"\x05", b"\x07"

    def output(ring, size):
        return struct.pack("<BBHB", 0, ring, size, 0x62)

    def output_large(ring, size):
        return struct.pack("<BBHB", 1, ring, size - 65000, 0x63)

    def emit(ring, kind, words):
        return struct.pack("<BBBB", 2, ring, kind, words) + bytes(range(8 * words))

    def header(ring, kind, size, raw_size, advance):
        return struct.pack("<BBBHII", 3, ring, kind, size, raw_size, advance)

    def emit_bytes(ring, data):
        return struct.pack("<BBB", 4, ring, len(data)) + data

    def consume_ring(ring):
        return struct.pack("<BB", 6, ring)

    def buffer(*happenings, raw=0, no_sample=0, no_lost=0, base=0, answers=b"\0\0\0\0", pages=0,
               start=0):
        return struct.pack("<B4sBh", raw | no_sample << 1 | no_lost << 2 | base << 6, answers,
                           pages,
                           start) + b"".join(happenings)

    return {
        "samples": buffer(output(0, 8), output(1, 20), output(0, 100), consume, output(0, 1), poll),
        "wrapped_samples": buffer(output(0, 100), output(0, 200), consume, start=-20, base=2),
        "positions_go_over_2_64": buffer(output(0, 100), output(0, 0), consume, start=-4, base=3),
        "lost": buffer(output(0, 3000), output(0, 3000), consume, output(0, 8), consume),
        "lost_without_callback": buffer(output(0, 3000), output(0, 3000), consume, output(0, 8),
                                        no_lost=1),
        "samples_without_callback": buffer(output(0, 8), emit(0, LOST, 2), no_sample=1),
        "one_ring": buffer(output(0, 8), output(1, 8), consume_ring(1), consume_ring(2)),
        "other_type": buffer(output(0, 8), emit(0, THROTTLE, 3), output(0, 8), output(1, 8),
                             consume,
                             consume, consume),
        "short_for_type": buffer(emit(0, SAMPLE, 0), emit(0, LOST, 0), emit(0, LOST, 1), consume),
        "sample_too_large": buffer(header(0, SAMPLE, 16, 5, 16), output(0, 8), consume),
        "sample_fits_exactly": buffer(header(0, SAMPLE, 16, 4, 16), output(0, 8), consume),
        "size_zero": buffer(output(0, 8), header(0, SAMPLE, 0, 0, 16), output(1, 8), consume,
                            output(0, 8), consume),
        "head_far_away": buffer(header(0, SAMPLE, 16, 4, 1 << 20), poll, output(0, 8), consume),
        "torn": buffer(output(0, 8), emit_bytes(0, record(40)[:20]), consume),
        "lost_in_bytes": buffer(emit_bytes(1, lost(7)), poll),
        # What the kernel writes where a sample needs more than the record's 16 bits can say.
        "sample_over_64_kib": buffer(output_large(0, 70000), output(0, 8), consume, pages=5),
        "claims_over_64_kib": buffer(header(0, SAMPLE, 4480, 70004, 4480), output(0, 8), consume,
                                     pages=5),
        "largest_sample": buffer(output_large(0, 65508), output(0, 8), consume, pages=5),
        "raw_goes_on": buffer(output(0, 8), emit(0, THROTTLE, 3), output(0, 100), consume, raw=1),
        "raw_stops": buffer(output(0, 8), output(0, 8), output(1, 8), consume, consume, raw=1,
                            answers=b"\1\1\1\1"),
        "raw_fails": buffer(output(0, 8), output(0, 8), output(1, 8), consume, poll, raw=1,
                            answers=b"\2\2\2\2"),
        "raw_answers_7": buffer(output(0, 8), output(0, 8), output(1, 8), consume, poll, raw=1,
                                answers=b"\3\4\3\4"),
    }


def options():
    def read(known_end, size, content=b""):
        return struct.pack("<BBH", 0, known_end - 8, size) + content

    def new(size, content=b""):
        return struct.pack("<BH", 1, size) + content

    def new_raw(size, cpus=(), keys=(), count=None, flags=0, content=b""):
        return (struct.pack("<BHB", 2, size, flags | len(cpus) << 2)
                + struct.pack("<%db%db" % (len(cpus), len(keys)), *cpus, *keys)
                + struct.pack("<i", len(cpus) if count is None else count) + content)

    period = struct.pack("<I", 3)
    return {
        "none_of_sz": read(16, 0), "less_than_sz": read(16, 7), "sz_alone": read(16, 8),
        "cut_in_a_field": read(16, 13, bytes(range(1, 9))), "all_known": read(24, 24, b"\xff" * 16),
        "longer_zero": read(16, 64, b"\xff" * 8), "longer_set": read(16, 64, bytes(55) + b"\1"),
        "first_unknown_set": read(16, 17, bytes(8) + b"\1"),
        "period": new(16, period), "period_cut": new(11, period), "period_zero": new(12),
        "period_padding_set": new(16, period + b"\0\1"), "period_huge": new(16, b"\xff" * 4),
        "period_too_short": new(4),
        "no_list": new_raw(32), "list": new_raw(32, (0, 2), (1, 3)),
        "list_unordered": new_raw(32, (3, 1, 0, 2), (0, 1, 2, 3)),
        "one_cpu_twice": new_raw(32, (1, 1), (0, 2)), "one_key_twice": new_raw(32, (0, 1), (2, 2)),
        "part_of_list": new_raw(32, (0, 1, 2), (0, 1, 2), count=2),
        "count_negative": new_raw(32, (0,), (0,), count=-1),
        "cpu_negative": new_raw(32, (-1,), (0,)),
        "cpu_missing": new_raw(32, (0, 4), (0, 1)), "key_missing": new_raw(32, (0, 1), (0, 4)),
        "key_negative": new_raw(32, (0,), (-1,)), "cpus_null": new_raw(32, (0,), (0,), flags=1),
        "keys_null": new_raw(32, (0,), (0,), flags=2), "keys_cut": new_raw(31, (0,), (0,)),
        "cpus_cut": new_raw(16, (0,), (0,)), "count_cut": new_raw(11, (0,), (0,)),
        "raw_longer_zero": new_raw(48, (0,), (0,)),
        "raw_longer_set": new_raw(48, (0,), (0,), content=bytes(39) + b"\1"),
        "count_huge_without_list": new_raw(16, count=0x7FFFFFFF, flags=3),
    }


def usdt_arguments():
    """A byte that chooses the machine, and the text of a probe's arguments."""
    texts = [b"-4@%edi 8@%rax 1@$7", b"8@-16(%rbp) 4@(%rdx,%rcx,4) 8@symbol(%rip)",
             b"-4@4(%ebp) 4@%eax", b"8@%r2 -4@160(%r15)", b"8@x1 4@[sp, 12] -8@[x1, x2, lsl #3]",
             b"-4@a5 8@0(sp) 4@12", b"4@r0 -1@[fp, #-8]"]
    seeds = {f"text_{number}_on_{machine}": bytes([machine]) + text
             for number, text in enumerate(texts) for machine in range(6)}
    return {**seeds, "none": b"\0", "empty": b"", "no_size": b"\0%eax", "size": b"\x003@%eax",
            "many": b"\0" + b"4@%eax " * 13, "fixed": b"\x808@symbol", "open": b"\x008@8(%rax"}


def attach_names():
    texts = [b"vfs_read+0x10", b"m:f.isra.0+8x", b"f+-1", b"f+18446744073709551616", b"f+", b"*",
             b"tcp_*?", b"/usr/bin/x:f", b"x:main.f(*T)+010", b"x:a+b+ 3", b"x:f@@V1", b":f", b"x:",
             b"x:f:g", b"[x]", b""]
    return {str(number): text for number, text in enumerate(texts)}


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: seeds.py FOLDER")
    folder = sys.argv[1]
    shutil.rmtree(folder, ignore_errors=True)
    targets = {"attach_functions": elf_image_seeds.function_seeds, "attach_names": attach_names,
               "btf_dedup": btf_seeds.dedup, "btf_dump": btf_seeds.dump,
               "btf_ext": btf_seeds.ext_seeds,
               "btf_read": btf_seeds.read, "btf_relocate": btf_seeds.relocate,
               "byte_reader": byte_reader,
               "co_re": btf_seeds.co_re, "cpu_mask": cpu_mask,
               "elf": elf_seeds.seeds,
               "elf_file": elf_image_seeds.file_seeds,
               "elf_symbols": elf_image_seeds.symbol_seeds,
               "inflate": archive_seeds.inflate_seeds, "linker": linker_seeds.seeds,
               "netlink": netlink_seeds.seeds,
               "object_fit": elf_image_seeds.fit_seeds,
               "object_open": elf_image_seeds.object_seeds, "options": options,
               "perf_buffer": perf_buffer, "perf_read": perf_read,
               "usdt_arguments": usdt_arguments, "usdt_probes": elf_image_seeds.probe_seeds,
               "zip": archive_seeds.zip_seeds}
    for target, seeds in targets.items():
        os.makedirs(os.path.join(folder, target))
        for name, data in seeds().items():
            with open(os.path.join(folder, target, name), "wb") as file:
                file.write(data)


if __name__ == "__main__":
    main()
