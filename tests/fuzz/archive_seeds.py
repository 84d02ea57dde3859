# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""The seeds of the targets that read zip archives and gzip files."""
import io
import struct
import zipfile
import zlib


def zip_seeds():
    def archive(name=b'lib/libx.so', method=zipfile.ZIP_STORED, comment=b''):
        file = io.BytesIO()
        with zipfile.ZipFile(file, 'w') as members:
            members.comment = comment
            for member, kind in (('a.xml', zipfile.ZIP_DEFLATED), ('lib/libx.so', method)):
                info = zipfile.ZipInfo(member, (2020, 1, 1, 0, 0, 0))
                info.compress_type = kind
                members.writestr(info, b'some text ' * 5)
        return bytes([len(name)]) + name + file.getvalue()
    whole = archive()
    seeds = {'stored': whole, 'absent': archive(b'libx.so'), 'comment': archive(comment=b'about'),
             'deflated': archive(method=zipfile.ZIP_DEFLATED), 'empty': b'\0',
             'end_alone': b'\0PK\5\6' + bytes(18), 'no_archive': b'\1a' + bytes(100)}
    begin = 1 + len(b'lib/libx.so')
    for size in range(begin, len(whole), 16):
        seeds[f'cut_{size}'] = whole[:size]
    for at in range(whole.rindex(b'PK\1\2'), len(whole), 2):
        seeds[f'at_{at}'] = whole[:at] + b'\xff\xff' + whole[at + 2:]
    return seeds


def inflate_seeds():
    def gzip(data, level=9, strategy=0, window=31):
        deflate = zlib.compressobj(level, zlib.DEFLATED, window, 9, strategy)
        return deflate.compress(data) + deflate.flush()
    text = b'CONFIG_BPF=y\nCONFIG_BPF_SYSCALL=y\n# CONFIG_BPF_JIT is not set\n' * 9
    noise = bytes((7 * index * index) & 0xff for index in range(600))
    frame = b'\x1f\x8b\x08'
    seeds = {'empty': b'', 'no_frame': b'text', 'of_nothing': gzip(b''),
             'zeros': gzip(bytes(70000)), 'two_members': gzip(text) + gzip(noise),
             'garbage_behind': gzip(text) + b'x',
             'name': frame + b'\x08' + bytes(6) + b'name\0' + gzip(text)[10:],
             'extra': frame + b'\x04' + bytes(6) + b'\3\0abc' + gzip(text)[10:],
             'all_fields': frame + b'\x1f' + bytes(6) + b'\1\0abc\0def\0' + gzip(text)[10:],
             'type_3': frame + bytes(7) + b'\7' + bytes(8)}
    for name, data in (('text', text), ('noise', noise)):
        for level in (0, 1, 6, 9):
            seeds[f'{name}_{level}'] = gzip(data, level)
        for strategy in (zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED):
            seeds[f'{name}_strategy_{strategy}'] = gzip(data, 9, strategy)
    whole = gzip(text)
    for at in range(len(whole)):
        seeds[f'at_{at}'] = whole[:at] + bytes([whole[at] ^ 0x11]) + whole[at + 1:]
    for size in range(0, len(whole), 8):
        seeds[f'cut_{size}'] = whole[:size]
    wrong_size = bytearray(whole)
    wrong_size[-4:] = struct.pack('<I', len(text) + 1)
    seeds['wrong_size'] = bytes(wrong_size)
    return seeds
