#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Runs `ringside demo` from a tree laid out as it is installed, and judges what it says."""

import argparse
import ctypes
import json
import os
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "common"))
from installed import UNPRIVILEGED_USER, Terminal, Tree, check, need_root, skip  # noqa: E402

CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF = 21, 38, 39
PR_CAPBSET_DROP = 24
UNPRIVILEGED = "neither CAP_SYS_ADMIN nor CAP_BPF with CAP_PERFMON"
FILTERED = "it is the seccomp filter that refuses it"


def need_real_kernel(tree):
    """Skips the test where the kernel refuses the demo."""
    result = tree.run("demo", "--json", "--seconds", "1", "--calls", "100")
    refusal = result.stdout and json.loads(result.stdout)["refusal"]
    if refusal:
        skip(f"the kernel refuses {refusal['call']}: {refusal['reason']}")


def check_same(leg, records, kernel):
    for field, value in {"expected": records, "received": records, "missing": 0, "lost": 0,
                         "repeated": 0, "unexpected": 0, "out_of_order": 0,
                         "kernel": kernel}.items():
        check(leg[field] == value, f"{field} is {leg[field]}, not {value}: {leg}")
    check(0 < leg["polls"] <= records, f"{leg['polls']} wakeups for {records} records")


def test_real(tree):
    need_real_kernel(tree)
    result = tree.run("demo", "--json", "--seconds", "2", "--calls", "8000")
    check(result.returncode == 0, "the demo fails", result)
    report = json.loads(result.stdout)
    check(report["same"] and not report["differences"], "a difference", result)
    for name in "stock", "ringside":
        check_same(report[name], 8000, "real")
        # The kernel pads a record of 64 bytes to 68.
        check(report[name]["bytes"] == 8000 * 68, f"{name}: {report[name]['bytes']} bytes")
        check(report[name]["ns_per_call"] > 0, f"{name}: no time per call")
    overhead = report["overhead"]
    check(0 < overhead["ns_untraced"] < overhead["stock"]["ns_per_call"], "overhead", result)
    check(overhead["ringside"]["expected"] == 100000, "calls back to back", result)
    check(report["stock"]["checksum"] == report["ringside"]["checksum"], "contents", result)
    check("libbpf.so" in report["stock"]["library"], "the stock library", result)
    check(os.path.samefile(report["ringside"]["library"], tree.path_of["libringside.so.1"]),
          "ringside was not in use", result)


def test_simulated(tree):
    kwargs = UNPRIVILEGED_USER if os.geteuid() == 0 else {}
    result = tree.run("demo", "--json", "--simulated", "--calls", "5000", **kwargs)
    check(result.returncode == 0, "the simulated demo fails", result)
    report = json.loads(result.stdout)
    check(report["same"] and report["refusal"] is None, "a difference", result)
    check(report["overhead"] is None, "nothing is traced in a simulation", result)
    for name in "stock", "ringside":
        check_same(report[name], 5000, "simulated")
        check(report[name]["ns_per_call"] is None, "nothing is traced in a simulation", result)

    text = tree.run("demo", "--simulated", "--calls", "5000")
    check(text.returncode == 0, "the simulated demo fails", text)
    check("on the simulated kernel" in text.stdout.splitlines()[-1], "the verdict says where", text)


def drop_capabilities(numbers):
    libc = ctypes.CDLL(None, use_errno=True)

    def drop():
        for number in numbers:
            if libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "PR_CAPBSET_DROP")
    return drop


def refused_runs(tree):
    """The demo, refused in every way: a title and the result of each. Checks the reason given."""
    need_root()
    need_real_kernel(tree)
    deny = tree.path_of["deny-syscall"]
    for title, call, reason, kwargs in [
            ("an unprivileged user", "bpf", UNPRIVILEGED, UNPRIVILEGED_USER),
            ("root without capabilities", "bpf", UNPRIVILEGED,
             {"preexec_fn": drop_capabilities([CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF])}),
            ("CAP_BPF alone", "bpf", UNPRIVILEGED,
             {"preexec_fn": drop_capabilities([CAP_SYS_ADMIN, CAP_PERFMON])}),
            ("seccomp, bpf", "bpf", FILTERED, {"before": [deny, "bpf"]}),
            ("seccomp, perf_event_open", "perf_event_open", FILTERED,
             {"before": [deny, "perf_event_open"]})]:
        result = tree.run("demo", "--seconds", "1", "--calls", "1000", **kwargs)
        check(f"The kernel refuses {call}, " in result.stdout, f"{title}: which call", result)
        check(reason in result.stdout, f"{title}: the reason", result)
        yield title, result


def test_refused(tree):
    """The simulated kernel takes over, and the table says so."""
    for title, result in refused_runs(tree):
        check(result.returncode == 0, f"{title}: the demo fails", result)
        check("simulated            simulated" in result.stdout, f"{title}: the table", result)
        check("on the simulated kernel" in result.stdout.splitlines()[-1], f"{title}: verdict",
              result)


def test_no_simulator(tree):
    """Where the simulator is not installed, the reason is given all the same, and no verdict."""
    (tree.path_of["libringside.so.1"].parent / "ringside/libringside-sim.so").unlink(True)
    for title, result in refused_runs(tree):
        check(result.returncode == 1, f"{title}: exit status", result)
        check(result.stderr.endswith("libringside-sim.so is not installed\n"),
              f"{title}: what is missing", result)
        check("Both saw" not in result.stdout, f"{title}: a verdict over nothing", result)


def test_options(tree):
    for args in (["--seconds", "0"], ["--seconds", "61"], ["--seconds", "x"], ["--calls", "0"],
                 ["--calls", "-1"], ["--calls"], ["--frobnicate"], ["extra"]):
        result = tree.run("demo", *args)
        check(result.returncode == 2, f"{args}: exit status", result)
        check(not result.stdout, f"{args}: something on standard output", result)
        lines = result.stderr.splitlines()
        check(len(lines) == 2 and lines[0].startswith("ringside: "), f"{args}: one message", result)
        check(args[0] in lines[0], f"{args}: the message names it", result)
    check(tree.run("frobnicate").returncode == 2, "an unknown subcommand")
    for args in ([], ["--help"]):
        result = tree.run(*args)
        check(result.returncode == 0 and "demo" in result.stdout, f"{args}: the help", result)
    version = tree.run("--version")
    check(version.returncode == 0 and version.stdout.startswith("ringside "), "version", version)


def children_of(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def test_interrupt(tree):
    """Ctrl-C in the middle of a run ends it with both of its children."""
    need_real_kernel(tree)
    terminal = Terminal([tree.tool, "demo", "--seconds", "30"])
    # The client has told how far it is: it runs, and so does the target.
    terminal.read_until("records\033[K")
    tool, = children_of(terminal.pid)
    children = children_of(tool)
    check(len(children) == 2, f"{len(children)} children")
    terminal.type("\x03")
    text, status = terminal.read_to_end()
    check(status == 130, f"exit status {status}")
    check(text.endswith("ringside demo: interrupted\r\n"), f"it said: {text!r}")
    for child in children:
        check(not pathlib.Path(f"/proc/{child}").exists(), f"process {child} is left")


def test_terminal(tree):
    """The progress line is for terminals only."""
    need_real_kernel(tree)
    args = ["demo", "--seconds", "1", "--calls", "2000"]
    text, status = Terminal([tree.tool, *args]).read_to_end()
    check(status == 0, f"on a terminal: {status}: {text}")
    check("\r" in text and " of 2,000 records\033[K" in text, f"no progress line: {text!r}")
    piped = tree.run(*args)
    check(piped.returncode == 0, "piped", piped)
    check("\r" not in piped.stdout and "\033" not in piped.stdout, "not plain", piped)


def test_wrong_library(tree):
    """Ours must not pass for the stock library, nor one that answers nothing for ours."""
    need_real_kernel(tree)
    preloaded = dict(os.environ, LD_PRELOAD=str(tree.path_of["libringside.so.1"]))
    result = tree.run("demo", "--seconds", "1", "--calls", "100", env=preloaded)
    check(result.returncode == 1, "ours passes for the stock library", result)
    check("in the stock run, perf_buffer__poll was served by" in result.stderr,
          "it does not say why", result)

    shutil.copy(tree.path_of["answers-nothing.so"], tree.path_of["libringside.so.1"])
    result = tree.run("demo", "--seconds", "1", "--calls", "100")
    check(result.returncode == 1, "it passes for ours", result)
    check("in the ringside run, perf_buffer__poll was served by" in result.stderr,
          "it does not say why", result)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--place", action="append", default=[], metavar="PLACE=FILE")
    parser.add_argument("case")
    args = parser.parse_args()
    # Meson points it at the build's folders, where our libbpf.so.1 would pass for the stock one.
    os.environ.pop("LD_LIBRARY_PATH", None)
    with tempfile.TemporaryDirectory(prefix="ringside-demo-") as root:
        globals()["test_" + args.case](Tree(pathlib.Path(root), args.place))


if __name__ == "__main__":
    main()
