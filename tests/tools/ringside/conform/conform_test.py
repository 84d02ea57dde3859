#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Runs `ringside conform` from a tree laid out as it is installed, over good and bad libraries."""

import argparse
import html.parser
import os
import pathlib
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path[:0] = [str(ROOT / "tests/tools/ringside/common"), str(ROOT / "tests/support")]
import oracle  # noqa: E402
from installed import UNPRIVILEGED_USER, Terminal, Tree, check, need_root, skip  # noqa: E402

# A broken library, and the case that is for what it breaks.
MUTANTS = {
    "crash": ("CRASH", "free.free_of_nothing"),
    "early_position": ("FAIL", "ring_positions.space_goes_back"),
    "exit": ("FAIL", "errors.no_buffer"),
    "hang": ("HANG", "user_ring_wait.timeout_0"),
    "leak": ("FAIL", "user_ring.map_of_another_type"),
    "lost_record": ("FAIL", "read.what_comes_meanwhile_waits"),
    "swapped_argument": ("FAIL", "free.slots_of_others_are_left"),
    "wrong_errno": ("FAIL", "user_ring.closed_map_fd"),
}


def ours(tree):
    return str(tree.path_of["libbpf.so.1"])


def mutant(tree, name):
    return f"{tree.path_of[name + '.so']}:{ours(tree)}"


def conform(tree, *args, **kwargs):
    """A run on the simulator, which takes a second or two and no privileges."""
    return tree.run("conform", "--sim", "--seconds", "4", *args, **kwargs)


def wrong_cases(result):
    return sorted(set(re.findall(r"^(FAIL|CRASH|HANG|LACKS) (\S+) \(", result.stdout, re.M)))


def test_mutants(tree):
    """Nothing is wrong with ours; each broken library is caught by one case, and by no other."""
    good = conform(tree, ours(tree))
    check(good.returncode == 0 and not wrong_cases(good), "ours fails", good)
    loud = conform(tree, mutant(tree, "loud"))
    check(loud.stdout.splitlines()[-1] == good.stdout.splitlines()[-1],
          "what a library prints is taken for results", loud)
    for name, caught in MUTANTS.items():
        result = conform(tree, mutant(tree, name))
        check(result.returncode == 1, f"{name} passes", result)
        check(wrong_cases(result) == [caught], f"{name}: caught by {wrong_cases(result)}", result)
    print(f"{len(MUTANTS)} mutants caught, each by the case that is for it")


def test_loading(tree):
    """A library that does not survive being loaded is reported, and the others are run."""
    for name, words in (("crash_loading", "crashes while it is loaded: was ended by signal 6"),
                        ("hang_loading", "hangs while it is loaded")):
        result = conform(tree, mutant(tree, name))
        check(result.returncode == 1, f"{name}: exit status", result)
        check(words in result.stdout, f"{name}: not told", result)
        report = tree.root / "junit.xml"
        conform(tree, mutant(tree, name), "--junit", report)
        errors = xml.etree.ElementTree.parse(report).findall(".//error")
        check(len(errors) == 1 and words in errors[0].get("message"), f"{name}: JUnit", result)


def test_bad_input(tree):
    """What is no library of this machine: exit status 2, and the file's name."""
    folder = tree.root / "bad"
    folder.mkdir()
    whole = bytearray(pathlib.Path(ours(tree)).read_bytes())

    def mapped_size():
        """How much of the file the loader maps: the rest is for debuggers."""
        table, = struct.unpack_from("<Q", whole, 32)
        size, count = struct.unpack_from("<HH", whole, 54)
        headers = [struct.unpack_from("<IIQQQQ", whole, table + i * size) for i in range(count)]
        return max(offset + length for kind, _, offset, _, _, length in headers if kind == 1)

    def elf(**patches):
        image = bytearray(whole)
        for offset, value in patches.values():
            image[offset] = value
        return bytes(image)
    for name, image in {"empty": b"", "text": b"int main;\n" * 50,
                        "half": whole[:mapped_size() // 2], "header": whole[:64],
                        "magic": whole[:4], "bits32": elf(ei_class=(4, 1)),
                        "machine": elf(e_machine=(18, 0xb7)),
                        "program": elf(e_type=(16, 2), entries=(56, 0))}.items():
        path = folder / name
        path.write_bytes(image)
    spaced = folder / "a library.so"
    spaced.write_bytes(whole)
    for path in sorted([*folder.iterdir(), folder / "missing", folder]):
        result = conform(tree, path)
        check(result.returncode == 2 and not result.stdout, f"{path}: exit status", result)
        # What is no library is told as `ringside abi` does.
        words = result.stderr.removeprefix("ringside conform: ")
        check(words.startswith(f"{path}: ") and words.count("\n") == 1, f"{path}: message", result)
        if path != spaced:
            told = tree.run("abi", "check", path).stderr.removeprefix("ringside abi: ")
            check(words == told, f"{path}: not as `ringside abi`, which says {told}", result)


def test_options(tree):
    for args, words in ((["--against", "x", ours(tree)], "x is not a release"),
                        (["--seconds", "0", ours(tree)], "--seconds"),
                        (["--only", "no.such", ours(tree)], 'name contains "no.such"'),
                        (["--html", "/no/such/folder/x", "--only", "errors.", ours(tree)],
                         "/no/such/folder/x"),
                        (["--frobnicate"], "--frobnicate")):
        result = conform(tree, *args)
        check(result.returncode == 2 and words in result.stderr, f"{args}", result)
    only = conform(tree, "--only", "errors.", ours(tree))
    check(only.returncode == 0 and "\n7 cases over 1 library" in only.stdout, "--only", only)
    # Ours knows a field that came with 1.2, and fails as a release before it.
    old = conform(tree, "--against", "1.1", "--only", "options.one_byte", ours(tree))
    check(old.returncode == 1 and "as libbpf since 1.2" in old.stdout, "--against", old)


def test_only(tree):
    """--only takes the functions as the table shows them. What runs no case gets no verdict."""
    readers = f"{tree.path_of['libringside.so.1']}:{ours(tree)}"
    for function, library, status in (("perf_buffer__poll", ours(tree), 0),
                                      ("perf_buffer__new@0.0.4", readers, 0),
                                      ("perf_buffer__new@0.0.4", ours(tree), 2)):
        result = conform(tree, "--only", function, library)
        check(result.returncode == status, f"{function}: exit status", result)
        if status == 0:
            rows = re.findall(r"^(\S+) +\d+ +\d", result.stdout, re.M)
            check(rows == [function, "all"], f"{function}: {rows}", result)
        else:
            check("no case ran" in result.stdout and ": could not tell\n" in result.stdout,
                  f"{function}: not told", result)


def test_nodes(tree):
    """A library without version nodes does not conform, whatever it is held to."""
    library, report = tree.root / "libbpf.so.1", tree.root / "junit.xml"
    subprocess.run([*os.environ.get("CC", "cc").split(), "-shared", "-fPIC", "-x", "c", "-",
                    "-Wl,-soname,libbpf.so.1", "-o", library], text=True, check=True,
                   input="int libbpf_set_strict_mode(int mode) { return 0; }\n")
    for options in ([], ["--against", "1.7"],
                    ["--against", "1.7", "--only", "libbpf_set_strict_mode"]):
        result = conform(tree, *options, "--junit", report, library)
        check(result.returncode == 1 and ": not conforming\n" in result.stdout, str(options),
              result)
        check("it has no version nodes" in result.stdout, f"{options}: not told", result)
        check("--only" not in options or "\n1 passed, 0 failed," in result.stdout, "?", result)
        errors = [error.get("message") for error in
                  xml.etree.ElementTree.parse(report).findall(".//error")]
        check(any("no version nodes" in error for error in errors), f"JUnit: {errors}", result)


def test_output(tree):
    """What cannot be written is a failure, of each command."""
    full = open("/dev/full", "w")
    closed = {"preexec_fn": lambda: os.close(1)}
    # What is said of a library that has no types is soon known.
    small = ["--against", "1.7.0", str(tree.path_of["exit.so"])]
    for args in (["--help"], ["--version"], ["conform", "--only", "errors."], ["abi", "list"],
                 ["abi", "list", "1.7.0"], ["abi", "check", *small],
                 ["abi", "check", "--json", *small],
                 ["abi", "diff", "1.6", "1.7"], ["conform", "--help"],
                 ["conform", "--sim", "--only", "errors.", ours(tree)]):
        for how in ({"stdout": full}, closed):
            result = subprocess.run([tree.tool, *args], text=True, stderr=subprocess.PIPE, **how)
            check(result.returncode == 2, f"{args}: exit status {result.returncode}")
            check("standard output: cannot write" in result.stderr and
                  result.stderr.count("\n") == 1, f"{args}: it said {result.stderr}")
    for option in ("--html", "--junit", "--markdown", "--record"):
        result = conform(tree, "--only", "errors.", option, "/dev/full", ours(tree))
        check(result.returncode == 2 and
              "cannot write /dev/full: No space left on device" in result.stderr, option, result)


class Page(html.parser.HTMLParser):
    """Counts elements, and looks for what would need scripts or other files."""

    def __init__(self):
        super().__init__()
        self.open, self.rows, self.ids, self.foreign, self.links = [], 0, set(), [], set()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in ("meta", "link"):
            self.open.append(tag)
        if tag in ("script", "link", "img", "iframe") or "src" in attrs or any(
                name.startswith("on") for name in attrs):
            self.foreign.append(tag)
        self.rows += tag == "tr" and attrs.get("class") == "case"
        self.ids.add(attrs.get("id"))
        self.links.add(attrs.get("href", "#matrix"))

    def handle_endtag(self, tag):
        check(self.open and self.open.pop() == tag, f"</{tag}> where none was open")


def test_files(tree):
    """JUnit's XML and the page tell what the terminal does."""
    report, page = tree.root / "junit.xml", tree.root / "page.html"
    result = conform(tree, mutant(tree, "exit"), "--junit", report, "--html", page)
    suites = xml.etree.ElementTree.parse(report).getroot()
    check([suite.get("name") for suite in suites] == ["libbpf.so.1 on the simulated kernel"],
          "the suite", result)
    cases = suites.findall(".//testcase")
    failed = [case.get("name") for case in cases if case.find("failure") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    check(failed == ["errors.no_buffer"], f"JUnit: {failed}", result)
    check(suites[0].get("tests") == str(len(cases)) and suites[0].get("failures") == "1" and
          suites[0].get("skipped") == str(len(skipped)), "JUnit's sums", result)
    check(f"{len(cases) - len(skipped) - 1} passed, 1 failed, {len(skipped)} skipped" in
          result.stdout, "the last line", result)

    text = page.read_text(encoding="utf-8")
    parsed = Page()
    parsed.feed(text)
    check(not parsed.open and not parsed.foreign, f"{parsed.open}, {parsed.foreign}")
    check("url(" not in text and "@import" not in text, "the page's style needs other files")
    check(parsed.rows == len(cases), f"{parsed.rows} cases on the page, {len(cases)} in JUnit")
    check(parsed.links <= {"#" + str(name) for name in parsed.ids}, "a link leads nowhere")
    check("FAIL errors.no_buffer" in text, "the failure is not on the page")


def test_page(tree):
    """A browser shows it."""
    browser = (shutil.which("chromium-headless-shell") or shutil.which("chromium") or
               skip("there is no browser (Debian package chromium-headless-shell)"))
    page, picture = tree.root / "page.html", tree.root / "page.png"
    conform(tree, mutant(tree, "exit"), "--html", page)
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
               f"--user-data-dir={tree.root}/browser"]
    shown = subprocess.run([*command, "--dump-dom", page.as_uri()], text=True, timeout=100,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    written = page.read_text(encoding="utf-8")
    for tag in ("<tr", "<td", "<table", "<a "):
        check(shown.count(tag) == written.count(tag) > 0, f"the browser mends {tag}")
    subprocess.run([*command, f"--screenshot={picture}", "--window-size=1400,2400",
                    page.as_uri()], timeout=100, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True)
    check(picture.stat().st_size > 50000, "an empty picture")


def test_refused(tree):
    """Without privileges: no verdict on the real kernel, and one on the simulated."""
    need_root()
    real = tree.run("conform", ours(tree), **UNPRIVILEGED_USER)
    check(real.returncode == 2, "a verdict without a kernel", real)
    check("bpf() makes no map here" in real.stdout and "try --sim" in real.stderr, "why", real)
    simulated = conform(tree, ours(tree), **UNPRIVILEGED_USER)
    check(simulated.returncode == 0, "simulated", simulated)


def processes_below(pid):
    """All children of a process, and theirs."""
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    children = [int(child) for child in text.split()]
    return children + [below for child in children for below in processes_below(child)]


def test_terminal(tree):
    """A line of progress, and Ctrl-C that leaves nothing behind."""
    terminal = Terminal([str(tree.tool), "conform", "--sim", "x=" + mutant(tree, "hang")])
    terminal.read_until("user_ring_wait.timeouts_refused\033[K")
    below = processes_below(terminal.pid)
    check(len(below) >= 2, f"{len(below)} processes")
    ends = {pid: os.pidfd_open(pid) for pid in below}
    terminal.type("\x03")
    text, status = terminal.read_to_end()
    check(status == 128 + signal.SIGINT, f"exit status {status}")
    check("[####" in text and re.search(r"of \d{3} ", text), f"no progress: {text!r}")
    check(text.endswith("ringside conform: interrupted\r\n"), f"it said: {text!r}")
    for pid, end in ends.items():
        check(select.select([end], [], [], 10)[0], f"process {pid} is left")


def test_other_release(tree):
    """A library of another Debian release runs on that one's loader and C library."""
    for version in ("1.7.0", "0.3"):
        root = oracle.need(version)
        library = oracle.library(root)
        result = conform(tree, "--verbose", f"{version}={library}")
        check(result.returncode == 0, f"{version}: exit status", result)
        check(f"libbpf {version}" in result.stdout, f"{version}: the release", result)
        command = re.search(r"^\+ .*--as either", result.stdout, re.M)[0]
        # The C library of 2021 is too old for the program.
        check((f" {root}/" in command) == (version != "0.3"), f"{version}: {command}", result)
        told = "its own C library is too old" in result.stdout
        check(told == (version == "0.3"), f"{version}: not told", result)


def test_recorded(tree):
    """Without any library: what is recorded. The page in docs is made of it."""
    page = tree.root / "page.md"
    result = tree.run("conform", "--markdown", page)
    check(result.returncode == 0 and "perf_buffer__new@0.0.4" in result.stdout, "shown", result)
    check(page.read_text(encoding="utf-8") ==
          (ROOT / "docs/conformance.md").read_text(encoding="utf-8"),
          "docs/conformance.md is not what is recorded: run ./dev conform")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--place", action="append", default=[], metavar="PLACE=FILE")
    for name in ("--data", "--datadir"):
        parser.add_argument(name)
    parser.add_argument("case")
    args = parser.parse_args()
    # Meson points it at the build's folders, where our libbpf.so.1 would pass for the stock one.
    os.environ.pop("LD_LIBRARY_PATH", None)
    with tempfile.TemporaryDirectory(prefix="ringside-conform-") as root:
        places = [*args.place, f"{args.datadir}/ringside/outcomes.tsv={args.data}"]
        globals()["test_" + args.case](Tree(pathlib.Path(root), places))


if __name__ == "__main__":
    main()
