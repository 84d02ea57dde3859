#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What our libbpf says of this kernel's types of programs and maps and of its helpers, beside what
the stock library and bpftool say.

Where two of them do not agree the kernel has the last word: a type of programs that it lacks has no
helpers, and a type of maps that it refuses with ENOTSUPP it knows. What our answer differs in for
another reason is an error.

  probes.py PROGRAM LIBBPF
"""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import oracle  # noqa: E402
import skips  # noqa: E402

STOCK = "1.7.0"
BPFTOOL = "1.5.0"  # its suite's bpftool knows the verifier's texts of kernels up to now
EOPNOTSUPP = -95


def answers(command):
    """The answers of one library: of each question but its answer."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, check=True, timeout=60)
    lines = (line.rsplit(" ", 1) for line in done.stdout.splitlines())
    return {question: int(answer) for question, answer in lines}


def bpftool_answers(questions):
    """What bpftool says to those of the questions that it asks itself."""
    try:
        root = oracle.root(BPFTOOL, ["bpftool"])
    except oracle.Unavailable as error:
        return skips.skip(f"bpftool: {error}")
    done = subprocess.run(oracle.command(root, [root + "/usr/sbin/bpftool", "-j", "feature",
                                                "probe", "full"]),
                          text=True, stdout=subprocess.PIPE, check=True, timeout=60)
    told = json.loads(done.stdout)
    said = {}
    for question in questions:
        kind, name, *helper = question.split(" ")
        if kind == "helper":
            listed = told["helpers"].get(f"{name}_available_helpers")
            if listed is not None:
                said[question] = int(helper[0] in listed)
        else:
            types = told["program_types" if kind == "program" else "map_types"]
            key = f"have_{name}_{'prog' if kind == 'program' else 'map'}_type"
            if key in types:
                said[question] = int(types[key])
    return said


def is_right(question, ours, other, lacks):
    """Whether our answer is as another's, or the kernel says that ours is the right one."""
    if ours == other:
        return True
    kind, name, *_ = question.split(" ")
    # Stock 1.4 and later ask for BPF_MAP_TYPE_STRUCT_OPS in a way that kernels before 6.9 refuse.
    if question == "map struct_ops":
        return (ours, other) == (1, 0)
    if kind != "helper":
        return False
    # There are none for a type that the kernel lacks; and where the type cannot be tried out at
    # all, bpftool, which lists what there is, lists none.
    return (name in lacks and ours == 0) or (ours == EOPNOTSUPP and other == 0)


def main(program, library):
    if os.geteuid() != 0:
        skips.skip("needs root: it loads programs")
    ours = answers([program, library])
    lacks = {question.split(" ")[1] for question, answer in ours.items()
             if question.startswith("program ") and answer == 0}
    root = oracle.need(STOCK)
    stock = answers(oracle.command(root, [program, oracle.library(root)]))
    wrong, compared = [], []
    for who, others in (("libbpf " + STOCK, stock), ("bpftool", bpftool_answers(ours))):
        common = sorted(set(ours) & set(others))
        equal = sum(ours[question] == others[question] for question in common)
        compared.append(f"{equal} of {len(common)} as {who}")
        wrong += [f"{question}: {ours[question]}, {who} says {others[question]}"
                  for question in common
                  if not is_right(question, ours[question], others[question], lacks)]
    print(f"{len(ours)} answers: {', '.join(compared)}")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
