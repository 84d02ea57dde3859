#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""An unmodified client of the stock library, preloaded with ours and RINGSIDE_STATS, leaves numbers
that agree with what it counted itself: tables on stderr and in a file, and metrics, which the
parsers of Prometheus' own Python client read.

  stats.py PROGRAM perf|ring tables|metrics LIBRINGSIDE
"""

import os
import re
import subprocess
import sys
import tempfile

LIMIT_S = 60
ENDS = {"free": "was freed", "exit": "was open when the process ended"}


class Wrong(Exception):
    """What is not as it should be."""


def run(program, kind, ending, library, destination):
    """Runs the client. What it sent and saw, and its stderr."""
    environment = {**os.environ, "LD_PRELOAD": library, "RINGSIDE_STATS": destination}
    # The stock library is the installed one, not ours from the build folder.
    environment.pop("LD_LIBRARY_PATH", None)
    done = subprocess.run([program, kind, ending], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_S)
    if done.returncode != 0:
        print(done.stdout, done.stderr, sep="", end="")
        sys.exit(done.returncode if done.returncode > 0 else 1)
    sent, seen = map(int, re.fullmatch(r"(\d+) sent (\d+) seen\n", done.stdout).groups())
    if not 0 < seen < sent:
        raise Wrong(f"the burst did not overrun the ring: {done.stdout}")
    return sent, seen, done.stderr


def check_table(text, kind, ending, sent, seen):
    """The line for all rings, by the names in the line of titles."""
    lines = text.splitlines()
    if len([line for line in lines if f"a {kind}_buffer {ENDS[ending]}" in line]) != 1:
        raise Wrong(f"not one table that says '{ENDS[ending]}':\n{text}")
    titles = next(line for line in lines if line.split()[:1] == ["ring"]).split()
    numbers = next(line for line in lines if line.split()[:1] == ["all"]).split()
    found = dict(zip(reversed(titles), reversed(numbers)))
    expected = {"records": str(seen), "corrupt": "0",
                "lost": str(sent - seen) if kind == "perf" else "-"}
    if any(found[name] != value for name, value in expected.items()):
        raise Wrong(f"not {expected}:\n{text}")


def parsers():
    """Prometheus' own parsers of both text formats, by name."""
    # pylint: disable=import-outside-toplevel
    from prometheus_client import parser as prometheus
    from prometheus_client.openmetrics import parser as openmetrics
    return {"OpenMetrics": openmetrics.text_string_to_metric_families,
            "Prometheus": prometheus.text_string_to_metric_families}


def check_metrics(text, kind, sent, seen):
    """What both parsers find, summed over the rings."""
    prefix = "ringside_perf_" if kind == "perf" else "ringside_bpf_"
    for name, parse in parsers().items():
        samples = [sample for family in parse(text) for sample in family.samples]
        sums = {}
        for sample in samples:
            sums[sample.name] = sums.get(sample.name, 0) + sample.value
        expected = {"records_total": seen, "polls_total": 1, "corrupt_total": 0,
                    "lost_records_total": sent - seen if kind == "perf" else None}
        found = {what: sums.get(prefix + what) for what in expected}
        if found != expected:
            raise Wrong(f"{name} parser: {found}, not {expected}:\n{text}")
        if {sample.labels["comm"] for sample in samples} != {"live-stats"}:
            raise Wrong(f"{name} parser: not of live-stats:\n{text}")


def tables(client, kind, folder):
    """On stderr, at the end of a file, and where nothing can be written."""
    log = os.path.join(folder, "stats.log")
    for ending in ENDS:
        sent, seen, told = client(ending, "1")
        check_table(told, kind, ending, sent, seen)
        sent, seen, told = client(ending, log)
        with open(log, encoding="utf-8") as file:
            check_table(file.read(), kind, ending, sent, seen)
        if told:
            raise Wrong(f"with a file there is something on stderr, too: {told}")
        os.unlink(log)
        told = client(ending, "/nowhere/stats")[2]
        if told.count("RINGSIDE_STATS is '/nowhere/stats'") != 1:
            raise Wrong(f"not one warning of what cannot be written: {told}")


def metrics(client, kind, folder):
    """In a file that is replaced as a whole."""
    path = os.path.join(folder, "stats.prom")
    for ending in ENDS:
        sent, seen, told = client(ending, path)
        with open(path, encoding="utf-8") as file:
            check_metrics(file.read(), kind, sent, seen)
        if told or os.listdir(folder) != ["stats.prom"]:
            raise Wrong(f"beside the metrics: {told}{os.listdir(folder)}")


def main(program, kind, form, library):
    if form == "metrics":
        try:
            parsers()
        except ImportError:
            print("SKIP: no prometheus_client (Debian: python3-prometheus-client)")
            return 77

    def client(ending, destination):
        return run(os.path.abspath(program), kind, ending, os.path.abspath(library), destination)
    try:
        with tempfile.TemporaryDirectory() as folder:
            {"tables": tables, "metrics": metrics}[form](client, kind, folder)
    except Wrong as wrong:
        print(wrong)
        return 1
    print(f"the numbers of {len(ENDS)} ways to end are the client's own")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
