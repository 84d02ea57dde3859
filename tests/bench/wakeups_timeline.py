#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Draws what wakeups_timeline records: a perf ring under a load that comes and goes, as an SVG
picture that follows the reader's light or dark scheme.

  wakeups_timeline.py PROGRAM LIBRARY PICTURE
"""

import bisect
import json
import os
import subprocess
import sys

WIDTH, HEIGHT, LEFT, RIGHT = 960, 430, 108, 940
BIN_US = 200
BOUND_US = int(os.environ.get("RINGSIDE_MAX_LATENCY_US", "500"))
SIGNALLED, COALESCING = "signalled", "coalescing"
# Rows: where each begins and ends, from the top.
PHASES, WRITTEN, MODE, WOKEN, DELAY = 52, (66, 140), (154, 176), (190, 216), (240, 380)

STYLE = """
  svg { font: 13px system-ui, sans-serif }
  .ground { fill: #ffffff } .text { fill: #1f2328 } .faint { fill: #59636e }
  .line { stroke: #b7bec6; fill: none } .bound { stroke: #59636e; stroke-dasharray: 5 4 }
  .bars { fill: #8c959f }
  .signalled { fill: #0a5dc2; stroke: #0a5dc2 } .coalescing { fill: #b35309; stroke: #b35309 }
  .dots { fill: none; stroke-width: 3; stroke-linecap: round } .ticks { stroke-width: 1 }
  .inside { fill: #ffffff; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .text { fill: #e6edf3 } .faint { fill: #9aa4af }
    .line { stroke: #4b535d } .bound { stroke: #9aa4af }
    .bars { fill: #6e7681 }
    .signalled { fill: #6cb0ff; stroke: #6cb0ff } .coalescing { fill: #f0a04b; stroke: #f0a04b }
    .inside { fill: #0d1117 }
  }
"""


class Picture:
    """The SVG text, and where a time lies in it."""

    def __init__(self, end_us):
        self.end_us = end_us
        self.parts = []

    def x(self, us):
        return LEFT + (RIGHT - LEFT) * min(max(us, 0), self.end_us) / self.end_us

    def add(self, text):
        self.parts.append(text)

    def text(self, x, y, words, kind="text", anchor="start"):
        self.add(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{words}'
                 "</text>")

    def rectangle(self, left, right, top, bottom, kind):
        self.add(f'<rect x="{left:.1f}" y="{top:.1f}" width="{max(right - left, 0.5):.1f}" '
                 f'height="{bottom - top:.1f}" class="{kind}" stroke="none"/>')

    def path(self, commands, kind):
        if commands:
            self.add(f'<path d="{"".join(commands)}" class="{kind}"/>')


def mode_at(switches, us):
    """Each switch changes to the other of the two."""
    return COALESCING if bisect.bisect(switches, us) % 2 else SIGNALLED


def draw_written(picture, run):
    top, bottom = WRITTEN
    bins = [0] * (int(picture.end_us // BIN_US) + 1)
    for written_us, _ in run["records"]:
        bins[int(max(written_us, 0) // BIN_US)] += 1
    for number, count in enumerate(bins):
        if count:
            height = max(1.5, (bottom - top) * count / max(bins))
            picture.rectangle(picture.x(number * BIN_US), picture.x((number + 1) * BIN_US) - 0.5,
                              bottom - height, bottom, "bars")
    picture.text(LEFT - 10, top + 32, "records", anchor="end")
    picture.text(LEFT - 10, top + 49, "written", anchor="end")
    for start_us, name in run["phases"]:
        picture.text(picture.x(start_us) + 3, PHASES, name, "faint")
        picture.path([f"M{picture.x(start_us):.1f} {PHASES - 12}V{bottom}"], "line")


def draw_modes(picture, run):
    edges = [0, *run["switches"], picture.end_us]
    for number, (start_us, end_us) in enumerate(zip(edges, edges[1:])):
        mode = COALESCING if number % 2 else SIGNALLED
        left, right = picture.x(start_us), picture.x(end_us)
        picture.rectangle(left, right, *MODE, mode)
        if right - left > 80:
            picture.text((left + right) / 2, MODE[1] - 6, mode, "inside", "middle")
    picture.text(LEFT - 10, MODE[1] - 6, "the ring is", anchor="end")


def draw_woken(picture, run):
    ticks = {SIGNALLED: [], COALESCING: []}
    for us in run["wakeups"]:
        if us < picture.end_us:
            ticks[mode_at(run["switches"], us)].append(
                f"M{picture.x(us):.1f} {WOKEN[0]}V{WOKEN[1]}")
    for mode, commands in ticks.items():
        picture.path(commands, mode + " ticks")
    picture.text(LEFT - 10, WOKEN[1] - 8, "poll returns", anchor="end")


def draw_delays(picture, run):
    top, bottom = DELAY
    most_us = BOUND_US * 1.2

    def y(delay_us):
        return bottom - (bottom - top) * min(max(delay_us, 0), most_us) / most_us

    for delay_us in range(0, BOUND_US + 1, 250):
        picture.text(LEFT - 10, y(delay_us) + 4, f"{delay_us} us", "faint", "end")
    picture.text(LEFT - 10, y(BOUND_US * 0.75) + 4, "delay", anchor="end")
    picture.path([f"M{LEFT} {y(BOUND_US):.1f}H{RIGHT}"], "bound")
    dots = {SIGNALLED: [], COALESCING: []}
    for written_us, read_us in run["records"]:
        dots[mode_at(run["switches"], read_us)].append(
            f"M{picture.x(written_us):.1f} {y(read_us - written_us):.1f}h0")
    for mode, commands in dots.items():
        picture.path(commands, mode + " dots")
    picture.path([f"M{LEFT} {bottom}H{RIGHT}"], "line")
    for ms in range(0, int(picture.end_us / 1000) + 1, 5 if picture.end_us < 60000 else 20):
        x = picture.x(ms * 1000)
        picture.path([f"M{x:.1f} {bottom}v5"], "line")
        picture.text(x, bottom + 20, f"{ms} ms", "faint", "middle")


def draw(run):
    picture = Picture(run["end"])
    draw_written(picture, run)
    draw_modes(picture, run)
    draw_woken(picture, run)
    draw_delays(picture, run)
    picture.text(LEFT, 24, f"A perf ring under a load that comes and goes: {len(run['records'])} "
                 f"records, read by {len(run['wakeups'])} polls, {len(run['switches'])} switches")
    picture.text(LEFT, HEIGHT - 12, "Each dot is a record: when it was written, and how long it "
                 "waited to be read. Dashed: the bound.", "faint")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img" '
            'aria-label="A perf ring that goes from signalled to coalescing and back">\n'
            "<!-- SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only -->\n"
            f"<style>{STYLE}</style>\n"
            f'<rect width="{WIDTH}" height="{HEIGHT}" class="ground"/>\n'
            + "\n".join(picture.parts) + "\n</svg>\n")


def main(program, library, target):
    done = subprocess.run([program, library], text=True, stdout=subprocess.PIPE)
    if done.returncode != 0:
        print(done.stdout, end="")
        return done.returncode
    picture = draw(json.loads(done.stdout))
    with open(target, "w", encoding="utf-8") as file:
        file.write(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
