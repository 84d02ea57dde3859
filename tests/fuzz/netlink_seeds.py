# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Seeds of netlink_fuzz: the kernel's answers about a device, a filter and a family, errors with a
text, and what ends them."""
import struct

NEWLINK, NEWTFILTER, ERROR, DONE, CTRL = 16, 44, 2, 3, 16
MULTI, CAPPED, TLVS = 2, 0x100, 0x200
NESTED = 0x8000


def attribute(kind, value):
    return struct.pack('=HH', 4 + len(value), kind) + value + bytes(-len(value) % 4)


def message(kind, flags, body):
    return struct.pack('=IHHII', 16 + len(body), kind, flags, 0, 0) + body


def answer(*messages):
    """A datagram in the form that the target reads. Its length is odd: it gets the right port."""
    bytes_ = b''.join(messages)
    return struct.pack('=H', 2 * len(bytes_) + 1) + bytes_


def number(value):
    return struct.pack('=I', value)


def error(code, text=None):
    body = struct.pack('=i', code) + bytes(16)
    if text is None:
        return message(ERROR, CAPPED, body)
    return message(ERROR, CAPPED | TLVS, body + attribute(1, text.encode() + b'\0'))


def seeds():
    xdp = attribute(43 | NESTED, attribute(2, b'\2') + attribute(4, number(11)) +
                    attribute(6, number(11)))
    device = struct.pack('=BxHiII', 0, 1, 2, 0, 0) + attribute(3, b'lo\0') + xdp
    bpf_filter = struct.pack('=BxxxiIII', 0, 2, 1, 0xfffffff2, 0xc0000003) + \
        attribute(1, b'bpf\0') + attribute(2 | NESTED, attribute(11, number(77)))
    family = struct.pack('=BBH', 1, 2, 0) + attribute(1, struct.pack('=H', 20)) + \
        attribute(2, b'netdev\0')
    features = struct.pack('=BBH', 1, 1, 0) + attribute(1, number(2)) + \
        attribute(3, struct.pack('=Q', 0x23)) + attribute(4, number(1))
    return {
        'device': answer(message(NEWLINK, 0, device)),
        'devices': answer(message(NEWLINK, MULTI, device), message(NEWLINK, MULTI, device)) +
                   answer(message(DONE, MULTI, bytes(4))),
        'filter': answer(message(NEWTFILTER, 0, bpf_filter)),
        'features': answer(message(CTRL, 0, family)) + answer(message(20, 0, features)),
        'ack': answer(error(0)),
        'refused': answer(error(-16, 'the reason')),
        'cut short': answer(message(NEWLINK, 0, device))[:60],
    }
