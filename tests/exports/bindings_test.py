#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Our headers as other languages read them: Rust's bindgen makes of them what it makes of the stock
library's headers, and a Go program can name every function and every field.

  bindings_test.py LIBRARY    LIBRARY is our libbpf.so.1, which the Go program is linked to
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
import oracle  # noqa: E402
import sandbox  # noqa: E402

HEADERS = ["bpf/bpf.h", "bpf/btf.h", "bpf/libbpf.h", "bpf/libbpf_legacy.h", "bpf/libbpf_version.h"]
OWN_HEADERS = ["bpf/skel_internal.h", "ringside/ringside.h"]
NAMES = ["--allowlist-function", "(bpf|btf|libbpf|perf_buffer|ring|user_ring_buffer)_.*",
         "--allowlist-type", "(bpf|btf|libbpf|perf|ring|user_ring|gen_loader).*",
         "--allowlist-var", "(BPF|BTF|LIBBPF).*"]
# What an anonymous struct or union is called says nothing, and one more moves the others.
ANONYMOUS = re.compile(r"__bindgen_(ty|anon)_\d+")
GO_WORDS = {"type", "map", "range", "func", "select"}


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]}: {done.stdout[-4000:]}")
    return done.stdout


class Bindings:
    """What bindgen makes of headers: functions with their types, structs with their fields."""

    def __init__(self, folder, include, headers):
        source = Path(folder) / "all.h"
        source.write_text("".join(f"#include <{header}>\n" for header in headers), encoding="ascii")
        self.text = run("bindgen", str(source), "--no-layout-tests", *NAMES, "--", f"-I{include}")
        self.functions = {name: " ".join(types.split()) for name, types in
                          re.findall(r"^ *pub fn (\w+)(\([^;]*);", self.text, re.M)}
        self.structs = {name: [" ".join(field.split()) for field in re.findall(
            r"^ *pub (\w[^;]*?),$", body, re.M)] for name, body in re.findall(
                r"^pub (?:struct|union) (\w+) \{\n(.*?)^\}", self.text, re.M | re.S)
                        if not ANONYMOUS.search(name)}
        self.unions = set(re.findall(r"^pub union (\w+) ", self.text, re.M))
        self.constants = dict(re.findall(r"^pub const (\w+): [^=]+ = ([^;]+);", self.text, re.M))


class ForRust(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        stock = Path(cls.folder.name) / "stock"
        stock.mkdir()
        # Its own headers alone: those of the kernel are this machine's for both.
        (stock / "bpf").symlink_to(Path(oracle.need("1.7.0")) / "usr" / "include" / "bpf")
        cls.stock = Bindings(cls.folder.name, stock, HEADERS)
        cls.ours = Bindings(cls.folder.name, ROOT / "include", HEADERS)

    def test_functions_have_the_same_types(self):
        self.assertGreater(len(self.stock.functions), 300)
        for name, types in self.stock.functions.items():
            self.assertEqual(self.ours.functions.get(name), types, name)

    def test_structs_begin_with_the_same_fields(self):
        self.assertGreater(len(self.stock.structs), 60)
        for name, fields in self.stock.structs.items():
            fields = [ANONYMOUS.sub("", field) for field in fields]
            ours = [ANONYMOUS.sub("", field) for field in self.ours.structs.get(name, [])]
            self.assertEqual(ours[:len(fields)], fields, name)

    def test_constants_are_the_same_but_for_the_release(self):
        self.assertGreater(len(self.stock.constants), 100)
        for name, value in self.stock.constants.items():
            if name != "LIBBPF_MINOR_VERSION":
                self.assertEqual(self.ours.constants.get(name), value, name)

    def test_every_header_can_be_bound_alone(self):
        for header in HEADERS + OWN_HEADERS:
            Bindings(self.folder.name, ROOT / "include", [header])


class ForGo(unittest.TestCase):
    def test_a_program_names_every_function_and_field(self):
        with tempfile.TemporaryDirectory() as folder:
            ours = Bindings(folder, ROOT / "include", HEADERS + ["ringside/ringside.h"])
            with open(ROOT / "abi" / "symbols.txt", encoding="ascii") as symbols:
                public = {line.split()[0] for line in symbols if re.match(r"\w.* default ", line)}
            functions = sorted(public & set(ours.functions))
            structs = {name: [re.match(r"(?:r#)?(\w+?)_?:", field)[1] for field in fields]
                       for name, fields in ours.structs.items()
                       if name.endswith(("_opts", "_info", "_skeleton"))
                       and name not in ours.unions}
            lines = ["package main", "/*", *(f"#include <{header}>" for header in HEADERS), "*/",
                     'import "C"', 'import "fmt"', "var functions = []*[0]byte{",
                     *(f"\t(*[0]byte)(C.{name})," for name in functions), "}", "func main() {"]
            for name, fields in structs.items():
                lines += ["\t{", f"\t\tvar x C.struct_{name}", "\t\t_ = x"]
                lines += [f"\t\t_ = x.{'_' * (field in GO_WORDS)}{field}" for field in fields
                          if not field.startswith("_")]
                lines += ["\t}"]
            lines += ["\tfmt.Println(len(functions), C.libbpf_major_version())", "}"]
            (Path(folder) / "main.go").write_text("\n".join(lines) + "\n", encoding="ascii")
            (Path(folder) / "go.mod").write_text("module names\n", encoding="ascii")
            run("go", "build", "-o", "names", ".", cwd=folder, env={
                **os.environ, "GOCACHE": folder + "/cache", "GOPATH": folder + "/go",
                "GOFLAGS": "-mod=mod",
                "CGO_CFLAGS": f"-I{ROOT}/include", "CGO_LDFLAGS": LIBRARY,
                "CGO_LDFLAGS_ALLOW": ".*"})
            said = run(folder + "/names", env={"LD_LIBRARY_PATH": os.path.dirname(LIBRARY)})
        self.assertGreater(len(functions), 340)
        self.assertEqual(said, f"{len(functions)} 1\n")


if __name__ == "__main__":
    sandbox.need_program("bindgen", "bindgen")
    sandbox.need_program("go", "golang-go")
    LIBRARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
