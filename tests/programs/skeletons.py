#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Skeletons that Debian's bpftool writes: of before libbpf 1.5, and of today. As C and as C++, by
gcc and clang, they compile with our headers without a warning, and print on ours what they print on
the stock library: linked dynamically, and statically with nothing but our libbpf.a.

  skeletons.py old|new LIBBPF.SO LIBBPF.A OBJECT
"""
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "support"))
import oracle  # noqa: E402
import skips  # noqa: E402

# The release of libbpf in whose suite bpftool is.
BPFTOOLS = {"old": "1.1.2", "new": "1.5.0"}
WARNINGS = ["-Wall", "-Wextra", "-Werror"]
COMPILERS = [["gcc"], ["g++", "-std=gnu++17"], ["clang"], ["clang++", "-std=gnu++17"]]
LIMIT_S = 60


def generate(layout, place, folder):
    """Writes the skeleton and the subskeleton of an object."""
    try:
        root = oracle.root(BPFTOOLS[layout], ["bpftool"])
    except oracle.Unavailable as error:
        skips.skip(f"bpftool: {error}")
    program = next(path for path in (f"{root}/usr/sbin/bpftool", f"{root}/sbin/bpftool")
                   if os.path.exists(path))
    for kind, name, suffix in (("skeleton", "skeleton", "skel"),
                               ("subskeleton", "skeleton_part", "subskel")):
        text = subprocess.run(oracle.command(root, [program, "gen", kind, place, "name", name]),
                              stdout=subprocess.PIPE, check=True).stdout
        (folder / f"skeleton.{suffix}.h").write_bytes(text)


def run(*command):
    return subprocess.run(list(map(str, command)), text=True, stdout=subprocess.PIPE,
                          timeout=LIMIT_S, check=False)


def compiled(compiler, folder, *link):
    """The program by a compiler; what its warnings are is an error."""
    output = folder / "program"
    language = ["-x", "c++"] if "++" in compiler[0] else ["-x", "c"]
    subprocess.run([*compiler, "-O1", *WARNINGS, f"-I{ROOT}/include", f"-I{folder}", *language,
                    str(HERE / "skeleton.c"), "-x", "none", "-o", str(output), *map(str, link)],
                   check=True)
    return output


def needed(program):
    """The libraries that a program names."""
    said = run("readelf", "-d", program).stdout
    return [line.split("[")[1].rstrip("]") for line in said.splitlines() if "(NEEDED)" in line]


def code_and_data(program):
    return sum(map(int, run("size", program).stdout.splitlines()[1].split()[:2]))


def check_sizes(folder, archive):
    """What a static program has beyond libc's start is at most nine tenths of what stock's library,
    libelf and zlib make of it."""
    stock = run("gcc", "-print-file-name=libbpf.a").stdout.strip()
    if not os.path.isabs(stock):
        return "no static libbpf to compare with"
    sizes = {}
    empty = folder / "empty.c"
    empty.write_text("int main(void) { return 0; }\n")
    for name, link in (("empty", None), ("ours", [archive]),
                       ("stock", ["-Wl,--start-group", stock, "-lelf", "-lz", "-Wl,--end-group"])):
        options = ["-static", "-Wl,--gc-sections"]
        if link is None:
            program = folder / "empty"
            subprocess.run(["gcc", str(empty), "-o", str(program), *options], check=True)
        else:
            program = compiled(["gcc"], folder, *link, *options)
        sizes[name] = code_and_data(program)
    added = {name: size - sizes["empty"] for name, size in sizes.items()}
    text = (f"a static program: {sizes['ours']} bytes with ours, {sizes['stock']} with stock's; "
            f"beyond libc's start {added['ours']} and {added['stock']}")
    if 10 * added["ours"] > 9 * added["stock"]:
        sys.exit(f"too large: {text}")
    return text


def on_stock(folder, library):
    """What the program does on the stock library, although it is linked to ours. Beside it is a
    folder `own` with ours."""
    own = folder / "own"
    own.mkdir()
    (own / "libbpf.so.1").symlink_to(pathlib.Path(library).resolve())
    program = compiled(["gcc"], folder, own / "libbpf.so.1")
    if set(needed(program)) != {"libbpf.so.1", "libc.so.6"}:
        sys.exit(f"the program needs {needed(program)}")
    root = oracle.need("1.7.0")
    stock = run(*oracle.command(root, [str(program)]))
    if stock.returncode == skips.CODE:
        skips.skip("this kernel refuses to load or attach it")
    if stock.returncode != 0 or "seen 6 done 1" not in stock.stdout:
        sys.exit(f"on the stock library: {stock}")
    return stock


def main(layout, library, archive, place):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        generate(layout, place, folder)
        stock = on_stock(folder, library)
        own = folder / "own"
        for compiler in COMPILERS:
            if not shutil.which(compiler[0]):
                print(f"without {compiler[0]}")
                continue
            for link in ([own / "libbpf.so.1", f"-Wl,-rpath,{own}"], [archive, "-static"],
                         [archive]):
                program = compiled(compiler, folder, *link)
                done = run(program)
                if (done.returncode, done.stdout) != (0, stock.stdout):
                    sys.exit(f"{shlex.join(compiler)} {link}: {done}\nstock:\n{stock.stdout}")
        if layout == "old":
            print(check_sizes(folder, archive))
        print(stock.stdout, end="")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
