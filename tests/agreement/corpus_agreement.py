#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Each object of tests/objects/corpus, over stock releases and over ours: what it holds, how
opening and loading end, and what instructions become.

  corpus_agreement.py --corpus PROGRAM --conform PROGRAM --library OURS [--write]

The program `corpus` tells it. accounts.txt has what libbpf 1.7.0 told, and what ours does where
that differs; --write writes it, to the place that --accounts names. A release is compared where
the case corpus.GROUP holds of it.
"""
import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "support"))
import oracle  # noqa: E402

RELEASES = ["1.1.2", "1.5.0", "1.7.0"]
WRITTEN_BY = "1.7.0"
ACCOUNTS = TESTS / "objects/corpus/accounts.txt"
HEAD = """SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
What libbpf 1.7.0 makes of each object of this folder; "of ours" has what our library makes of it
instead. tests/agreement/corpus_agreement.py --write writes this.
"""
INSTRUCTION = re.compile(r"^[0-9a-f]{8} \S+$", re.M)
RESULT = re.compile(r"^(?:open|load) -?\d+$", re.M)


def parts(text):
    """{heading: account} of a text with lines "== HEADING"."""
    found = re.split(r"^== (.*)\n", text, flags=re.M)
    return dict(zip(found[1::2], found[2::2], strict=True))


def run(command, env):
    """What `corpus` tells: {row: (group, account)}."""
    done = subprocess.run(command, env={**os.environ, **env}, text=True, stdout=subprocess.PIPE,
                          timeout=300, check=True)
    return {name: (group, account) for heading, account in parts(done.stdout).items()
            for name, group in [heading.split()]}


def over_stock(release, program):
    return run(oracle.command_preloaded(oracle.need(release), [program]), {})


def cases(program):
    """{group: (since, difference)} of the cases of conform."""
    listed = subprocess.run([program, "--list", "--family", "object"], text=True,
                            stdout=subprocess.PIPE, check=True).stdout
    lines = [line.split("\t") for line in listed.splitlines()]
    return {line[0][len("corpus."):]: (line[4], line[7]) for line in lines
            if line[0].startswith("corpus.")}


def number(release):
    return [int(part) for part in release.split(".")]


def write(place, stock, ours, known):
    """Writes what stock and ours told. They may differ only where a case says so."""
    text, wrong = HEAD, []
    for name, (group, account) in stock.items():
        text += f"== {name}\n{account}"
        if ours[name][1] != account:
            text += f"== {name} of ours\n{ours[name][1]}"
            if known[group][1] == "-":
                wrong.append(f"{name} is another one with ours, which no case says")
    place.write_text(text)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("corpus", "conform", "library"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--accounts", type=Path, default=ACCOUNTS)
    options = parser.parse_args()
    known = cases(options.conform)
    ours = run([options.corpus], {"LD_PRELOAD": options.library})
    if options.write:
        wrong = write(options.accounts, over_stock(WRITTEN_BY, options.corpus), ours, known)
        print("\n".join(wrong) or f"{options.accounts} written")
        return 1 if wrong else 0

    kept, wrong, compared = parts(options.accounts.read_text()), [], []
    for library in [*RELEASES, "ours"]:
        told = ours if library == "ours" else over_stock(library, options.corpus)
        of_library = []
        for name, (group, account) in told.items():
            since, difference = known[group]
            if library != "ours" and number(since) > number(library):
                continue
            wanted = kept[name + " of ours" if library == "ours" and difference != "-" else name]
            of_library.append(account)
            if account != wanted:
                wrong.append(f"{library}: {name} is\n{account}and not\n{wanted}")
        words = sum(len(INSTRUCTION.findall(account)) for account in of_library)
        results = sum(len(RESULT.findall(account)) for account in of_library)
        compared.append(f"{library}: {len(of_library)} objects, {words} words and {results} errno")
    print("\n".join([*wrong, *compared]))
    print(f"corpus: objects, words and errno compared, {len(wrong)} differ" if wrong else
          "corpus: objects, words and errno compared, equal")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
