#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Names of programs' sections mean the same to stock releases and to ours.

  section_names_agreement.py --ask PROGRAM --library OURS

Each name of the table in src/object is asked for as it is, with "/", "/x" or "x" behind it, with a
"?" before it, and without its last letter. A name that a release does not know yet is left out, and
counted.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
import oracle  # noqa: E402
from skips import skip  # noqa: E402

RELEASES = ["1.1.2", "1.4.6", "1.5.0", "1.7.0"]
UNKNOWN = "-3 "  # ESRCH


def names():
    """The names of the table."""
    source = (ROOT / "src" / "object" / "section_kinds.cpp").read_text(encoding="ascii")
    return re.findall(r'^    \{"([^"]+)", kAlone|^    \{"([^"]+)", kWithTarget', source, re.M)


def variants(name):
    """What is asked for, the name itself first."""
    return [name, name + "/", name + "/x", name + "x", "?" + name, name[:-1]]


def ask(command, asked):
    """What a library says of each name."""
    done = subprocess.run(command, input="".join(f"{name}\n" for name in asked), text=True,
                          stdout=subprocess.PIPE, check=True)
    return dict(zip(asked, done.stdout.splitlines(), strict=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ask", required=True)
    parser.add_argument("--library", required=True)
    options = parser.parse_args()
    table = sorted(alone or with_target for alone, with_target in names())
    asked = sorted({each for name in table for each in variants(name)} - {""})
    ours = ask([options.ask, options.library], asked)
    unknown = [name for name in table if ours[name].startswith(UNKNOWN)]
    wrong = [f"ours does not know {name}" for name in unknown]
    for release in RELEASES:
        try:
            place = oracle.need(release)
            command = oracle.command(place, [options.ask, oracle.library(place)])
        except oracle.Unavailable as error:
            skip(f"libbpf {release}: {error}")
        stock = ask(command, asked)
        newer = [name for name in table if stock[name].startswith(UNKNOWN)]
        left_out = {each for name in newer for each in variants(name)}
        compared = [each for each in asked if each not in left_out]
        wrong += [f"{release}: '{each}' is {stock[each]}, ours {ours[each]}"
                  for each in compared if stock[each] != ours[each]]
        print(f"{release}: {len(compared)} names compared, of {len(table) - len(newer)} rows of "
              f"{len(table)}; newer than it: {' '.join(newer) or 'none'}")
    for text in wrong:
        print(text)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
