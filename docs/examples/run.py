#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Compiles an example against libringside and the installed libbpf, as its first lines say, runs it
and checks that what it prints agrees with itself.

  run.py SOURCE LIBRINGSIDE INCLUDE
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LIMIT_S = 50
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"]


def stats(text):
    """All events of the example are read or lost, and it was told so before and after it read."""
    found = [(int(read), int(lost)) for read, lost in
             re.findall(r"^all CPUs: (\d+) read, (\d+) lost, 0 corrupt;", text, re.M)]
    seen, sent = map(int, re.search(r"^(\d+) events .* of (\d+)$", text, re.M).groups())
    return found == [(0, sent - seen), (seen, sent - seen)] and 0 < seen < sent


def interrupt(text):
    """The poll that was interrupted has read all that was there."""
    seen, made = map(int, re.search(r"^stopped, with (\d+) of (\d+) events", text, re.M).groups())
    return seen == made


def bounded(text):
    """All events are read, and no call has read more than it was to."""
    seen, made, calls, most = map(int, re.search(
        r"^(\d+) of (\d+) events read in (\d+) calls, at most (\d+) in one$", text, re.M).groups())
    return seen == made and most == 64 and calls >= made / 64


CHECKS = {"stats": stats, "interrupt": interrupt, "bounded": bounded}


def main(source, library, include):
    library = pathlib.Path(library).resolve()
    # Folders of the build have a libbpf.so.1 of ours, which is not the installed one.
    environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    with tempfile.TemporaryDirectory() as folder:
        for name in "libringside.so", "libringside.so.1":
            pathlib.Path(folder, name).symlink_to(library)
        program = os.path.join(folder, "example")
        if subprocess.run(["cc", *WARNINGS, f"-I{include}", source,
                           pathlib.Path(source).with_name("events.c"), "-o", program, f"-L{folder}",
                           f"-Wl,-rpath,{folder}", "-lringside", "-lbpf"], env=environment,
                          check=False).returncode != 0:
            return 1
        done = subprocess.run([program], env=environment, text=True, stdout=subprocess.PIPE,
                              timeout=LIMIT_S, check=False)
    print(done.stdout, end="")
    if done.returncode != 0:
        return done.returncode if done.returncode > 0 else 1
    if CHECKS[pathlib.Path(source).stem](done.stdout):
        return 0
    print("these numbers do not agree")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
