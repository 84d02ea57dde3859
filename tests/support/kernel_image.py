#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The ELF file in a kernel image, as the kernel's scripts/extract-vmlinux finds it: behind the code
that unpacks it, compressed."""
import lzma
import subprocess
import sys
import zlib

ELF = b'\x7fELF'


def by_lzma(data):
    return lzma.LZMADecompressor().decompress(data)


def by_zlib(data):
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data)


def by_program(*command):
    """What a program makes of it; it may complain of what stands behind the end."""
    def decompress(data):
        return subprocess.run(command, input=data, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=False).stdout
    return decompress


FORMS = ((b'\xfd7zXZ\0', by_lzma), (b'\x1f\x8b\x08', by_zlib),
         (b'\x28\xb5\x2f\xfd', by_program('zstd', '-dc')),
         (b'\x02\x21\x4c\x18', by_program('lz4', '-dc')))


def vmlinux(image):
    """The bytes of the ELF file in those of an image, or None."""
    for magic, decompress in FORMS:
        at = image.find(magic)
        while at >= 0:
            try:
                data = decompress(image[at:])
            except (lzma.LZMAError, zlib.error, EOFError, FileNotFoundError):
                data = b''
            if data.startswith(ELF):
                return data
            at = image.find(magic, at + 1)
    return image if image.startswith(ELF) else None


if __name__ == '__main__':
    with open(sys.argv[1], 'rb') as file:
        found = vmlinux(file.read())
    if found is None:
        sys.exit(f'{sys.argv[1]}: there is no ELF file in it')
    sys.stdout.buffer.write(found)
