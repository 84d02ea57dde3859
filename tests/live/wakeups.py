#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Runs live-wakeups on the stock library and preloaded with ours, and judges what it tells: every
record once, whole, in order, none late, no more lost than on the stock library; and that ours did
coalesce wakeups of rings with room for it, and with RINGSIDE_WAKEUPS=exact did not.

  wakeups.py PROGRAM perf|ring LIBRINGSIDE
"""

import json
import os
import sys

import live

# Where coalescing must be seen: a wakeup a record would be wasted, and there is room to wait.
BUSY = {"100,000 a second", "1,000,000 a second", "two of many rings busy"}
# Where it must not: nothing comes within the bound of what came before.
QUIET = {"10 a second"}
# Small rings have no room to wait: they stay signalled.
SMALL = "small ring"
# A BPF ring is signalled for the first 100 ms of a load.
RECORDS_PER_WAIT = {"perf": 4, "ring": 2}
# What else the machine does makes losses and pauses: only what happens so often in a row counts.
ROUNDS = 5


class Runs:
    """Runs of the program, and what is wrong with them."""

    def __init__(self, program, kind, library):
        self.program, self.kind, self.library = program, kind, library
        self.complaints = []

    def run(self, mode, *scenarios):
        """What one run told of each scenario."""
        code, output, _, wrong = live.run(
            [self.program, self.kind, *map(str, scenarios)],
            None if mode == "stock" else self.library,
            RINGSIDE_WAKEUPS="exact" if mode == "exact" else "adaptive")
        if code != 0:
            print(output, end="")
            sys.exit(code if code > 0 else 1)
        told = [json.loads(line) for line in output.splitlines()]
        self.complaints += wrong + [f"{mode}: {line['scenario']}: {words}: {line}"
                                    for line in told for words in faults(mode, self.kind, line)]
        return told


def faults(mode, kind, told):
    """What is wrong with a run of one scenario, whatever other libraries did."""
    if told["wrong"] or told["failed"] or told["late"]:
        yield "wrong, failed or late"
    if told["seen"] + told["dropped"] != told["sent"]:
        yield "not all that was sent came, or more"
    if kind == "perf" and told["scenario"] != "two of many rings busy":
        if told["reported"] != told["dropped"]:
            yield "the kernel's reports of lost records do not add up"
    rings = 64 if "many" in told["scenario"] else os.sysconf("SC_NPROCESSORS_ONLN")
    rings = rings if kind == "perf" else 0
    if mode != "adaptive":
        if told["switches"] or told["held"] or told["events"] != rings:
            yield "it did not leave the wakeups alone"
        return
    coalesced = told["switches"] if kind == "perf" else told["held"]
    if told["scenario"] in QUIET and coalesced:
        yield "it coalesced wakeups where records are rare"
    if told["scenario"].startswith(SMALL) and coalesced:
        yield "it coalesced wakeups of a ring without room for it"


def shortfalls(kind, told):
    """What is missing where wakeups must be coalesced."""
    rings = 64 if "many" in told["scenario"] else os.sysconf("SC_NPROCESSORS_ONLN")
    if not (told["switches"] if kind == "perf" else told["held"]):
        yield "it did not coalesce wakeups"
    if kind == "perf" and told["events"] <= rings:
        yield "no further event is open"
    if told["waits"] * RECORDS_PER_WAIT[kind] > told["seen"]:
        yield "it waited too often"


def check_coalescing(runs, kind, ours):
    """Wakeups of busy rings are coalesced, unless something else keeps the traced program back."""
    for number, told in enumerate(ours):
        if told["scenario"] not in BUSY:
            continue
        rounds = [list(shortfalls(kind, told))]
        while rounds[-1] and len(rounds) < ROUNDS:
            told = runs.run("adaptive", number)[0]
            rounds.append(list(shortfalls(kind, told)))
        if rounds[-1]:
            runs.complaints.append(f"adaptive: {rounds}: {told}")
        elif len(rounds) > 1:
            print(f"{told['scenario']}: {rounds}")


def check_losses(runs, stock, ours):
    """A loss counts when ours loses more again and again."""
    for number, (theirs, mine) in enumerate(zip(stock, ours)):
        rounds = [(theirs["dropped"], mine["dropped"])]
        while rounds[-1][1] > rounds[-1][0] and len(rounds) < ROUNDS:
            rounds.append(tuple(runs.run(mode, number)[0]["dropped"]
                                for mode in ("stock", "adaptive")))
        words = f"{theirs['scenario']}: lost on the stock library and on ours: {rounds}"
        if rounds[-1][1] > rounds[-1][0]:
            runs.complaints.append(words)
        elif len(rounds) > 1:
            print(words)


def main(program, kind, library):
    runs = Runs(os.path.abspath(program), kind, os.path.abspath(library))
    stock, ours = runs.run("stock"), runs.run("adaptive")
    busy = [number for number, line in enumerate(stock) if line["scenario"] in BUSY]
    exact = dict(zip(busy, runs.run("exact", *busy)))
    for number, (theirs, mine) in enumerate(zip(stock, ours)):
        waits = f", {exact[number]['waits']} exact" if number in exact else ""
        print(f"{theirs['scenario']:30} {theirs['sent']:6} sent; waits: {theirs['waits']} stock, "
              f"{mine['waits']} ours{waits}; {mine['switches']} switches, held back after "
              f"{mine['held']} polls; lost: {theirs['dropped']} stock, {mine['dropped']} ours")
    check_losses(runs, stock, ours)
    check_coalescing(runs, kind, ours)
    print("\n".join(runs.complaints))
    return 1 if runs.complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
