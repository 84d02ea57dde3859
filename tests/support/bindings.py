# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Which library each symbol of a program was bound to, as the dynamic loader tells it.

A program that was to be preloaded and was not runs on without a word, on the stock library. So a
test runs the program with `environment(prefix)` and then looks with `read(prefix)` what served it.
"""

import collections
import glob
import os
import re

# Meson leads tests to the libraries that it has built, and among these is a libbpf.so.1. A test
# chooses its libraries itself, also for the tools that it uses: ip(8) is linked to libbpf, too.
for _name in [name for name in os.environ if name.startswith("LD_")]:
    del os.environ[_name]

_LINE = re.compile(r"\s*(\d+):\s+binding file (\S+) \[\d+\] to (\S+) \[\d+\]: "
                   r"normal symbol `(\w+)'(?: \[(\S+)\])?")

# One symbol reference: which object made it, which one serves it, and the version asked for
# ("" for dlsym()).
Binding = collections.namedtuple("Binding", "user server symbol version")


def environment(prefix, preload=None, library_path=None):
    """An environment in which the loader writes its bindings to files that begin with `prefix`."""
    variables = {**os.environ, "LD_DEBUG": "bindings", "LD_DEBUG_OUTPUT": prefix}
    if preload:
        variables["LD_PRELOAD"] = preload
    if library_path:
        variables["LD_LIBRARY_PATH"] = library_path
    return variables


def read(prefix, *families):
    """The bindings of symbols that begin with one of `families`, over all processes."""
    found = set()
    for path in glob.glob(glob.escape(prefix) + ".*"):
        with open(path, errors="replace") as log:
            for line in log:
                match = _LINE.match(line)
                if match and match.group(4).startswith(families):
                    found.add(Binding(match.group(2), match.group(3), match.group(4),
                                      match.group(5) or ""))
    return found


def complaints(bindings, user, served, preload):
    """What is wrong with how the loader served `user`, a file name, as a list of sentences.

    `served` are the symbols that `user` must have asked for. With `preload`, a path, all of them
    must come from there; without, none may come from libringside.
    """
    texts = []
    for symbol in served:
        servers = {b.server for b in bindings
                   if b.symbol == symbol and os.path.basename(b.user) == user}
        if not servers:
            texts.append(f"{user} never bound {symbol}")
        for server in servers:
            if preload and os.path.realpath(server) != os.path.realpath(preload):
                texts.append(f"{user} had {symbol} from {server}, not from {preload}")
            if not preload and "ringside" in os.path.basename(server):
                texts.append(f"{user} had {symbol} from {server} in the stock run")
    return texts
