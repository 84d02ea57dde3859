#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""A program that the verifier refuses, on the running kernel: the summary behind the log, and the
logs that RINGSIDE_VERIFIER_LOG keeps.

  verifier_log.py LIBBPF.SO OBJECT
"""
import ctypes
import errno
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import skips  # noqa: E402

SMALL_BUFFER = 64
LIMIT_S = 60
SUMMARY = re.compile(
    r"prog 'careless': the verifier refuses instruction (\d+), which is \S*refused\.bpf\.c:\d+: "
    r"return \*count;\n"
    r".*prog 'careless': it says: R\d invalid mem access 'map_value_or_null'\n"
    r".*prog 'careless': this means: a map's value is used before it was compared with NULL: a "
    r"look-up may find nothing; the register was set by \d+: \(85\) call bpf_map_lookup_elem#1\n")


def load(library, path, times, with_buffer, link):
    """Runs in a process of its own: loads the object, which must be refused."""
    libbpf = ctypes.CDLL(library)
    libbpf.bpf_object__open.restype = ctypes.c_void_p
    libbpf.bpf_object__find_program_by_name.restype = ctypes.c_void_p
    buffer = ctypes.create_string_buffer(SMALL_BUFFER)
    if link:
        folder, target = link.split("=")
        name = f"{pathlib.Path(sys.executable).name}-{os.getpid()}-refused-careless.log"
        (pathlib.Path(folder) / name).symlink_to(target)
    for _ in range(times):
        opened = ctypes.c_void_p(libbpf.bpf_object__open(path.encode()))
        if with_buffer:
            program = ctypes.c_void_p(libbpf.bpf_object__find_program_by_name(opened, b"careless"))
            libbpf.bpf_program__set_log_buf(program, buffer, ctypes.c_size_t(SMALL_BUFFER))
        result = libbpf.bpf_object__load(opened)
        print(-result)
        libbpf.bpf_object__close(opened)


def run(library, path, folder=None, times=1, with_buffer=False, link=""):
    """What the loads gave, and what the library said."""
    variables = {**os.environ, **({"RINGSIDE_VERIFIER_LOG": str(folder)} if folder else {})}
    done = subprocess.run([sys.executable, __file__, "load", library, path, str(times),
                           str(int(with_buffer)), link], env=variables, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_S,
                          check=True)
    return [int(line) for line in done.stdout.split()], done.stderr


def expect(holds, *what):
    if not holds:
        sys.exit("does not hold: " + "\n".join(map(str, what)))


def main(library, path):
    results, said = run(library, path)
    if results == [errno.EPERM]:
        skips.skip("this kernel does not let the process load programs")
    expect(results == [errno.EACCES], results, said)
    found = SUMMARY.search(said)
    expect(found, "the summary", said)
    expect(f"verifier: {found[1]}: (79)" in said, "the log itself is there, too", said)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        # A file for each, and nothing is written through a link that has the name of one.
        target = folder / "target"
        target.write_text("as it was")
        logs = folder / "logs"
        logs.mkdir()
        results, said = run(library, path, logs, times=2, link=f"{logs}={target}")
        expect(results == [errno.EACCES] * 2, results)
        files = sorted(file for file in logs.iterdir() if not file.is_symlink())
        expect([file.name.split("-refused-")[1] for file in files] ==
               ["careless-2.log", "careless-3.log"], files)
        expect(target.read_text() == "as it was", "the target of the link")
        for file in files:
            expect(stat.S_IMODE(file.stat().st_mode) == 0o600, oct(file.stat().st_mode))
            text = file.read_text()
            expect("invalid mem access 'map_value_or_null'" in text and "processed" in text, text)
            expect(f"the verifier's log is in {file}" in said, said)

        # The program's own buffer has room for a part of it.
        small = folder / "small"
        small.mkdir()
        results, said = run(library, path, small, with_buffer=True)
        [file] = list(small.iterdir())
        text = file.read_text()
        expect(len(text) > SMALL_BUFFER and "processed" in text, text)
        expect("refuses instruction" not in said, "what the program asked for is not shown", said)

        results, said = run(library, path, folder / "nowhere")
        expect(results == [errno.EACCES], results)
        expect("the log cannot be written there" in said, said)
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 7 and sys.argv[1] == "load":
        load(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5] == "1", sys.argv[6])
        sys.exit(0)
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
