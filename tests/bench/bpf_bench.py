#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What functions of bpf.h and netlink cost, with libbpf 1.1.2, with 1.7.0 and with ours. Beside
ours stands the goal for it.

Instructions are those of one call in user space, from the first of the function to its return,
with what it calls in the C library, as callgrind counts them: the difference between three calls
and one, so that what is done once does not count. System calls are counted by strace. Each work has
a network namespace of its own; those that may depend on the number of devices are done with several
numbers, and for these the shortest of 200 calls stands there, too. Needs root.

  bpf_bench.py PROGRAM LIBRARY [WORD...]    only the works with one of the words in their names
"""
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import oracle  # noqa: E402
import sandbox  # noqa: E402

import costs  # noqa: E402

STOCK = ("1.1.2", "1.7.0")
INSTRUCTIONS = {"look an element up": 39,
                "make a link of an XDP program, with options": 120,
                "make a link of a tcx program, with options": 120}
CALLS = {"ask for the id of an XDP program": 7}
DEVICES = (3, 101, 501)
ASKS_DEVICES = ("ask for the id of an XDP program", "ask for all about an XDP program")
FIRST = "make the first map of a process"


def with_devices(count, folder):
    """A command that runs another in a network namespace of its own with `count` devices, which are
    up or down as the kernel makes them."""
    pairs = "".join(f"link add near{number} type veth peer name far{number}\n"
                    for number in range(count // 2))
    Path(f"{folder}/devices").write_text(pairs)
    return ["unshare", "--net", "sh", "-c", f'ip -batch {folder}/devices && exec "$@"', "sh"]


def instructions(command, function, folder):
    """Instructions of one call of a function; nothing if it fails."""
    counts = [costs.instructions([*command, times], function, with_devices(1, folder))
              for times in ("1", "3")]
    return None if None in counts else (counts[1] - counts[0]) // 2


def system_calls(command, devices, folder):
    """The names of the system calls of one call; nothing if it fails."""
    return costs.system_calls([*command, "1"], with_devices(devices, folder))


def shortest(command, devices, folder):
    """Microseconds of the shortest of 200 calls."""
    done = subprocess.run([*with_devices(devices, folder), *command, "200"], text=True,
                          stdout=subprocess.PIPE)
    return done.stdout.strip() if done.returncode == 0 else None


def show(name, columns, goal):
    """One line of a table."""
    texts = ["-" if each is None else str(each) for each in columns]
    print(f"{name:52}" + "".join(f"{text:>15}" for text in texts) + f"{goal:>8}", flush=True)


def show_calls(work, commands, folder):
    """How many system calls a work makes, in one line, or in one for each number of devices."""
    if work == FIRST:
        made = [system_calls(command, 1, folder) for command in commands]
        show("bpf(2) beside the one for a process's first map",
             [names and names.count("bpf") - 1 for names in made], "0")
    elif work not in ASKS_DEVICES:
        made = [system_calls(command, 1, folder) for command in commands]
        show(work, [names and len(names) for names in made], "-")
    else:
        for devices in DEVICES:
            columns = []
            for command in commands:
                names = system_calls(command, devices, folder)
                columns.append(names and f"{len(names)}, "
                               f"{shortest(command, devices, folder)} us")
            show(f"{work}, {devices} devices", columns, CALLS.get(work, "-"))


def main(program, library, *wanted):
    roots = [oracle.need(release) for release in STOCK]
    sandbox.need_program("ip", "iproute2")

    def commands(work):
        stock = [oracle.command(root, [program, oracle.library(root), work]) for root in roots]
        return [*stock, [program, library, work]]

    listed = subprocess.run([program, library, "", "0"], text=True, stdout=subprocess.PIPE,
                            check=True).stdout.splitlines()
    works = [line.split("\t") for line in listed]
    if wanted:
        works = [each for each in works if any(word in each[1] for word in wanted)]
    heads = [*(f"libbpf {release}" for release in STOCK), "ours"]
    with tempfile.TemporaryDirectory() as folder:
        show("instructions of one call", heads, "goal")
        for function, work in works:
            if function != "-":
                show(work, [instructions(command, function, folder) for command in commands(work)],
                     INSTRUCTIONS.get(work, "-"))
        print()
        show("system calls, and the shortest time", heads, "goal")
        for function, work in works:
            if function == "-":
                show_calls(work, commands(work), folder)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
