#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Records of what takes too long for each test run, and whether they are older than the files that
they speak of.

  records.py write NAME [FILE]   makes docs/records/NAME.txt of FILE, what the command printed; for
                                 a NAME that is the beginning of several, all of them
  records.py check               says which records are older; exits with 1 if one of them is of
                                 a family of functions

A record ends with a fingerprint of each file that it speaks of. It is older than a file whose
fingerprint is another now, than one that was added, and than one that is no longer there. Comments
and empty lines of C and C++ do not count.
"""

import collections
import hashlib
import os
import platform
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "records"
LICENSE = "SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only"
MARK = "== of these files"

# What is recorded: by which command, of which files, and for which family of functions. A change to
# a family's files needs that family's record with it; the others may wait for a release.
Record = collections.namedtuple("Record", "command files family", defaults=[None])
RECORDS = {
    "bench-ring": Record("./dev bench", (
        "src/ring/**/*", "abi/ring/**/*", "tests/bench/bench.[ch]", "tests/bench/readers_bench.c",
        "tests/bench/perf_bench.c", "tests/bench/*ring_bench.c"),
                         family="ring"),
    "programs": Record("./dev programs", ("src/**/*", "abi/**/*.[ch]pp", "abi/symbols.txt",
                                          "tests/programs/every_program.py",
                                          "tests/programs/work.py")),
}
# How the cases of each family end over the stock library. Some families have objects in them.
WITH_OBJECTS = ("attach", "object")
RECORDS.update({
    f"conformance-{folder.name}": Record("./dev conform", (
        f"tests/conformance/{folder.name}/*", "tests/conformance/harness/*",
        "tests/sim/**/*.[ch]*",
        *(["tests/objects/**/*"] if folder.name in WITH_OBJECTS else [])))
    for folder in sorted((ROOT / "tests" / "conformance").iterdir())
    if folder.is_dir() and folder.name not in ("harness", "__pycache__")})

# What runs in virtual machines, by the words of ./dev vm.
RECORDS.update({f"vm-{kernel}": Record(f"./dev vm {kernel}", (
    "src/**/*", "abi/**/*.[ch]pp", "tests/conformance/**/*.[ch]", "tests/live/**/*",
    "tests/sim/**/*.[ch]*", "tests/vm/*")) for kernel in ("5.10", "6.1", "6.12", "newest")})
RECORDS["vm-pure"] = Record("./dev vm pure", (
    "src/**/*", "tests/sim/**/*.[ch]*", "tests/unit/**/*", "tests/fuzz/**/*", "tests/objects/**/*",
    "tests/support/*.hpp", "tests/vm/foreign.py"))

CODE = (".c", ".cpp", ".h", ".hpp")
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


def without_comments(text):
    """C or C++ without comments and empty lines."""
    text = TOKEN.sub(lambda match: " " if match[0][0] == "/" else match[0], text)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def fingerprint(path):
    """A short name for what a file says."""
    data = path.read_bytes()
    if path.suffix in CODE:
        data = without_comments(data.decode(errors="replace")).encode()
    return hashlib.sha256(data).hexdigest()[:12]


def fingerprints(patterns):
    """The fingerprints of the files that patterns mean, by path."""
    paths = {path for pattern in patterns for path in ROOT.glob(pattern)
             if path.is_file() and "__pycache__" not in path.parts}
    return {path.relative_to(ROOT).as_posix(): fingerprint(path) for path in sorted(paths)}


def recorded(name):
    """The fingerprints in a record; None if there is no such record."""
    path = FOLDER / f"{name}.txt"
    if not path.is_file():
        return None
    _, _, lines = path.read_text(encoding="utf-8").partition(f"\n{MARK}\n")
    return {path: digits for digits, path in map(str.split, lines.splitlines())}


def differing(name):
    """The files that a record is older than; None if there is no record."""
    then, now = recorded(name), fingerprints(RECORDS[name].files)
    if then is None:
        return None
    return sorted(path for path in {*then, *now} if then.get(path) != now.get(path))


def is_fresh(name):
    """Does a record speak of the files as they are?"""
    return differing(name) == []


def write(name, text):
    """Makes a record of what its command printed."""
    record = RECORDS[name]
    head = (f"# {LICENSE}\n# Written by `{record.command}` on Linux {platform.release()}, "
            f"{platform.machine()}, {os.cpu_count()} CPUs.\n\n")
    files = "".join(f"{digits} {path}\n"
                    for path, digits in fingerprints(record.files).items())
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.txt").write_text(f"{head}{text.strip()}\n\n{MARK}\n{files}",
                                        encoding="utf-8")


def verdict(name):
    """What is wrong with a record, in a line; None if nothing is."""
    files, command = differing(name), RECORDS[name].command
    if files is None:
        return f"docs/records/{name}.txt is missing: {command} writes it"
    if files:
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        return f"docs/records/{name}.txt is older than {files[0]}{more}: {command} renews it"
    return None


def check():
    """Prints what is wrong with records, and returns the exit status."""
    wrong = {name: verdict(name) for name in RECORDS if verdict(name)}
    for name, words in wrong.items():
        family = RECORDS[name].family
        print(words + (f", which a change to the family {family} needs" if family else ""))
    return 1 if any(RECORDS[name].family for name in wrong) else 0


def main(arguments):
    verb, *rest = arguments or [""]
    if verb == "check" and not rest:
        return check()
    names = [name for name in RECORDS if rest and (name + "-").startswith(rest[0] + "-")]
    if verb == "write" and len(rest) in (1, 2) and names:
        for name in names:
            write(name, Path(rest[1]).read_text(encoding="utf-8") if rest[1:] else "")
        return 0
    print(__doc__.strip(), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
