#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Programs from Debian's packages, as they are, with our libbpf.so.1 in the place of the stock one.

Each line of a case is run on the stock library and on ours, in namespaces of its own. Both must say
the same, but for numbers that the kernel gives, and end with the same code. The loader must say
that every function of libbpf's came from ours.

  alone.py network LIBBPF OBJECT    ip, tc, xdp-loader and xdp-filter load programs
  alone.py tracing LIBBPF PROGRAM   bpftrace traces a program, and Python's own probes
"""

import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import bindings  # noqa: E402
import sandbox  # noqa: E402
import skips  # noqa: E402

FAMILIES = ("bpf_", "btf__", "libbpf_", "perf_buffer__", "ring_buffer__")
DEADLINE_S = 60

# What of an output is the kernel's or the moment's to say.
CHANGING = (
    (re.compile(r"\bid [0-9]+"), "id N"),
    (re.compile(r"\btag [0-9a-f]{16}"), "tag T"),
    (re.compile(r"(skb|native) +[0-9]+ +"), r"\1 N "),
    (re.compile(r"hit counter.*"), ""),
)


def network(thing):
    """Commands for a veth pair, and the package of each program."""
    return [
        ("ip", "iproute2", ["link", "set", "dev", "lo", "xdp", "obj", thing, "sec", "xdp"]),
        ("ip", "iproute2", ["link", "show", "lo"]),
        ("ip", "iproute2", ["link", "set", "dev", "lo", "xdp", "off"]),
        ("tc", "iproute2", ["qdisc", "add", "dev", "near", "clsact"]),
        ("tc", "iproute2", ["filter", "add", "dev", "near", "ingress", "bpf", "direct-action",
                            "obj", thing, "sec", "tc"]),
        ("tc", "iproute2", ["filter", "show", "dev", "near", "ingress"]),
        ("tc", "iproute2", ["qdisc", "del", "dev", "near", "clsact"]),
        ("xdp-loader", "xdp-tools", ["load", "-m", "skb", "near", thing]),
        ("xdp-loader", "xdp-tools", ["status", "near"]),
        ("xdp-loader", "xdp-tools", ["unload", "near", "--all"]),
        ("xdp-filter", "xdp-tools", ["load", "-m", "skb", "near"]),
        ("xdp-filter", "xdp-tools", ["port", "80"]),
        ("xdp-filter", "xdp-tools", ["status"]),
        ("xdp-filter", "xdp-tools", ["unload", "near"]),
    ]


def tracing(thing):
    """Scripts for bpftrace. What they print depends on the program that they start alone."""
    scripts = [
        ('BEGIN { printf("begin\\n"); exit(); }', None),
        (f'tracepoint:syscalls:sys_enter_getppid /comm == "{os.path.basename(thing)}"/ '
         '{ @ = count(); }', thing),
        (f'uprobe:{thing}:probed {{ @[probe] = count(); }}', thing),
        (f'uretprobe:{thing}:probed {{ @ = hist(retval); }}', thing),
        ('software:cpu-clock:100000 { @ = 1; exit(); }', None),
        ('profile:hz:99 { @ = 1; exit(); }', None),
    ]
    python = "/usr/bin/python3.11"
    if os.path.exists(python):
        scripts.append((f'usdt:{python}:python:function__entry /str(arg1) == "traced"/ '
                        '{ @ = count(); }',
                        f"{python} -S -E -c 'def traced(): pass\nfor each in range(7): traced()'"))
    return [("bpftrace", "bpftrace", ["-e", script, *(["-c", child] if child else [])])
            for script, child in scripts]


CASES = {"network": network, "tracing": tracing}


def prepare():
    """What each run finds: file systems, and a pair of devices, both up."""
    sandbox.mount("bpf", "/sys/fs/bpf")
    sandbox.mount("tracefs", "/sys/kernel/tracing")
    ip = sandbox.need_program("ip", "iproute2")
    for words in ("link add near type veth peer name far", "link set near up", "link set far up",
                  "link set lo up"):
        subprocess.run([ip, *words.split()], check=True)


def run(commands, library_path, folder, name):
    """What the commands say, one after the other, and which library served each program."""
    said, served = [], {}
    for number, (program, package, words) in enumerate(commands):
        path = sandbox.need_program(program, package)
        prefix = os.path.join(folder, f"{name}-{number}")
        done = subprocess.run([path, *words], timeout=DEADLINE_S, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              env=bindings.environment(prefix, library_path=library_path))
        text = done.stdout
        for pattern, instead in CHANGING:
            text = pattern.sub(instead, text)
        said.append(f"$ {program} {' '.join(words)}\n{text}-> {done.returncode}")
        served.setdefault(program, set()).update(
            os.path.realpath(each.server) for each in bindings.read(prefix, *FAMILIES)
            if "libbpf" in os.path.basename(each.server))
    return said, served


def main(case, library, thing):
    """Compares both runs."""
    commands = CASES[case](os.path.abspath(thing))
    for program, package, _ in commands:
        sandbox.need_program(program, package)
    sandbox.enter("mount", "net")
    prepare()
    with tempfile.TemporaryDirectory() as folder:
        alone = os.path.join(folder, "alone")
        os.mkdir(alone)
        ours = os.path.join(alone, "libbpf.so.1")
        os.symlink(os.path.realpath(library), ours)
        stock_said, stock_served = run(commands, None, folder, "stock")
        said, served = run(commands, alone, folder, "ours")
    wrong = []
    for stock_text, text in zip(stock_said, said):
        if stock_text != text:
            wrong.append(f"on the stock library:\n{stock_text}\non ours:\n{text}")
    for program in sorted(served):
        if served[program] != {os.path.realpath(library)}:
            wrong.append(f"{program} had functions from {sorted(served[program])}, not from "
                         f"{library}")
        if os.path.realpath(library) in stock_served[program]:
            wrong.append(f"{program} had functions of ours in the stock run")
    failed = [text for text in stock_said if not text.endswith("-> 0")]
    if failed and not wrong:
        print("\n".join(failed))
        skips.skip("the programs do not work on the stock library here")
    print("\n".join(wrong) or f"{len(commands)} commands of {', '.join(sorted(served))}: the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
