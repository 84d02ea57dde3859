#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Compiles the rows of this folder: each FILE.bpf.c once for each name behind ROW_, for both byte
orders, into built/FILE.ORDER.a, an archive with an object for each row.

  build.py           writes built/
  build.py check     compiles to another place, and says which archives differ

The objects keep BTF, but nothing else for debuggers, and no folder of the machine. A row whose name
begins with bare_ has no BTF. built/compiler.txt says by which release of clang they were made;
another one may write other code.
"""
import concurrent.futures
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
import skips  # noqa: E402

ORDERS = {"el": "<", "eb": ">"}
COMPILER = "compiler.txt"
LICENSE = "SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only"
# Files whose questions about types are TYPE_MATCHES, which compilers before clang 15 do not know:
# they are compiled as TYPE_EXISTS.
ASK_FOR_MATCHES = "core_matches.bpf.c"
TYPE_EXISTS, TYPE_MATCHES = 8, 12


def rows(source):
    """The names of a file's rows, in its order."""
    return list(dict.fromkeys(re.findall(r"\bROW_(\w+)", source.read_text())))


def compiler():
    """The release of clang that is here, in a line; None without one."""
    try:
        said = subprocess.run(["clang", "--version"], stdout=subprocess.PIPE, text=True, check=True)
    except OSError:
        return None
    return "clang " + re.search(r"clang version (\d+\.\d+)", said.stdout)[1]


def ask_for_matches(path, order):
    """Changes the kind of CO-RE records in a file's .BTF.ext."""
    data = bytearray(path.read_bytes())

    def at(fields, offset):
        return struct.unpack_from(order + fields, data, offset)

    (table,), (count, names) = at("Q", 40), at("HH", 60)
    headers = [at("IIQQQQIIQQ", table + 64 * index) for index in range(count)]
    text = headers[names][4]
    ext = next(header[4] for header in headers
               if data[text + header[0]:].startswith(b".BTF.ext\0"))
    begin, size = at("II", ext + 24)
    place = ext + at("I", ext + 4)[0] + begin
    record, end = at("I", place)[0], place + size
    place += 4
    while place < end:
        records = at("I", place + 4)[0]
        for index in range(records):
            kind = place + 8 + record * index + 12
            if at("I", kind)[0] == TYPE_EXISTS:
                struct.pack_into(order + "I", data, kind, TYPE_MATCHES)
        place += 8 + record * records
    path.write_bytes(data)


def compile_row(source, row, order, machine, output):
    """Compiles one row of a file for a byte order."""
    debug = "-g0" if row.startswith("bare_") else "-g"
    subprocess.run(["clang", "-O2", debug, "-Wall", "-Werror", "-Wno-unused-function",
                    "-Wno-unused-variable", "-target", f"bpf{order}", "-D__TARGET_ARCH_x86",
                    "-fdebug-compilation-dir=.", f"-DROW_{row}", "-I", str(ROOT / "include"),
                    "-I", f"/usr/include/{machine}", "-c", source.name, "-o", output],
                   cwd=HERE, check=True)


def build_archive(source, order, machine, archive):
    """Writes the archive of a file for a byte order."""
    with tempfile.TemporaryDirectory() as work:
        objects = []
        for row in rows(source):
            objects.append(pathlib.Path(work) / f"{row}.o")
            compile_row(source, row, order, machine, objects[-1])
        subprocess.run(["llvm-strip", "-g", *objects], check=True)
        if source.name == ASK_FOR_MATCHES:
            for path in objects:
                ask_for_matches(path, ORDERS[order])
        archive.unlink(missing_ok=True)
        # D: without times and owners; S: without a table of symbols.
        subprocess.run(["llvm-ar", "rcDS", archive, *objects], check=True)


def build(folder):
    """Writes all archives into a folder."""
    machine = subprocess.run(["gcc", "-print-multiarch"], stdout=subprocess.PIPE, text=True,
                             check=True).stdout.strip()
    folder.mkdir(exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        archives = [pool.submit(build_archive, source, order, machine,
                                folder / f"{source.name[:-len('.bpf.c')]}.{order}.a")
                    for source in sorted(HERE.glob("*.bpf.c")) for order in ORDERS]
        for archive in archives:
            archive.result()
    (folder / COMPILER).write_text(f"{LICENSE}\n{compiler()}\n")


def check():
    """Are the archives those of the sources?"""
    kept = HERE / "built"
    by = (kept / COMPILER).read_text().splitlines()[-1]
    if compiler() != by:
        skips.skip(f"they were made by {by}; here is {compiler() or 'no clang'}")
    with tempfile.TemporaryDirectory() as name:
        made = pathlib.Path(name)
        build(made)
        files = sorted({path.name for folder in (kept, made) for path in folder.iterdir()})
        wrong = [file for file in files if not (kept / file).is_file() or
                 not (made / file).is_file() or
                 (kept / file).read_bytes() != (made / file).read_bytes()]
    for file in wrong:
        print(f"{kept / file} is not what the sources make: tests/objects/corpus/build.py")
    print(f"{len(files)} files compared, made again by {by}")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["check"]):
        sys.exit(__doc__)
    sys.exit(check() if sys.argv[1:] else build(HERE / "built"))
