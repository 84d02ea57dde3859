#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""Processes with several libbpfs, one of them ours: handles never cross from one to another, and
each library has its printer.

  two_libbpfs.py CASE --shared libringside.so.1 --replacement libbpf.so.1
"""

import os
import sys

import clients
from clients import PRINTER, READER, REST, V0, Failure, stock_library, stock_served
import oracle


def case_two_of_ours(place):
    """Our readers preloaded over our libbpf.so.1: what neither has made goes round no circle."""
    place.compile("no_library.c", "-lbpf")
    place.run(preload=place.lib, library_path=os.path.dirname(place.replacement))
    place.compile("client.c", "-lbpf")
    found = place.run(preload=place.lib, library_path=os.path.dirname(place.replacement))
    place.expect(found, place.lib, READER)


def run_foreign(place, arguments, **how):
    """Handles that the stock library made, past us, in a program linked with `arguments`. The stock
    library itself brings us a ring_buffer: it calls its own function, and that is now ours."""
    for source in ("foreign.c", "foreign_rings.c"):
        place.compile(source, "-Wl,--no-as-needed", *arguments)
        found = place.run(**how)
    if not any(os.path.realpath(b.server) == os.path.realpath(place.lib) for b in found
               if b.symbol == "ring_buffer__add" and b.user.endswith("/libbpf.so.1")):
        raise Failure("the stock library's ring_buffer__new did not call our ring_buffer__add")


def case_foreign_preload(place):
    """Foreign handles where the program links no libbpf, and we are preloaded."""
    run_foreign(place, [], preload=place.lib)


def case_foreign_linked(place):
    """Foreign handles where the program is linked to us alone."""
    run_foreign(place, ["-lringside"], library_path=place.path("lib"))


def case_foreign_both(place):
    """Foreign handles where the program links the stock library, and we are preloaded."""
    run_foreign(place, ["-lbpf"], preload=place.lib)


def run_foreign_renamed(place, arguments, **how):
    """The same with a stock library of another name, as vendors and Python wheels have it."""
    os.environ["FOREIGN_LIBRARY"] = place.renamed("libbpX.so.1", stock_library())
    for source in ("foreign.c", "foreign_rings.c"):
        place.compile(source, *arguments)
        found = place.run(**how)
    place.expect(found, place.lib, ("ring_buffer__add",), user="libbpX.so.1")


def case_foreign_renamed_preload(place):
    """A renamed libbpf that the program has loaded, and we are preloaded."""
    run_foreign_renamed(place, [], preload=place.lib)


def case_foreign_renamed_linked(place):
    """A renamed libbpf that the program has loaded, and it is linked to us."""
    run_foreign_renamed(place, ["-Wl,--no-as-needed", "-lringside"], library_path=place.path("lib"))


def case_ambiguous(place):
    """Two libbpfs, and a handle of which nothing says who has made it."""
    stock = stock_library()
    place.compile("ambiguous.c")
    place.run(place.renamed("libbpX.so.1", stock), place.renamed("libbpY.so.1", stock),
              preload=place.lib)


def case_plugin_renamed(place):
    """A plugin with a libbpf of its own in a program without one: the plugin's printer reaches
    both libraries."""
    own = place.renamed("libbpX.so.1", stock_library())
    plugin = place.plugin("plugin.so", "client.c", "-DWITH_REST", own)
    place.compile("host.c")
    place.run(plugin)
    found = place.run(plugin, preload=place.lib)
    place.expect(found, place.lib, READER + PRINTER, user=plugin)
    place.expect(found, own, REST, user=plugin)


def case_plugin_renamed_beside_stock(place):
    """The same in a program that has the stock library: the loader gives the plugin the rest from
    there, and that is where the plugin's printer goes."""
    own = place.renamed("libbpX.so.1", stock_library())
    plugin = place.plugin("plugin.so", "client.c", "-DWITH_REST", own)
    place.compile("host.c", "-Wl,--no-as-needed", "-lbpf")
    found = place.run(plugin, preload=place.lib)
    place.expect(found, place.lib, READER + PRINTER, user=plugin)
    stock_served(place, found, REST, user=plugin)


def case_plugins_with_one_each(place):
    """Two plugins, each with a libbpf of its own, by turns: each printer reaches its own."""
    place.compile("host.c")
    plugins = {}
    for letter in "XY":
        own = place.renamed(f"libbp{letter}.so.1", stock_library())
        plugins[place.plugin(f"plugin{letter}.so", "client.c", "-DWITH_REST", own)] = own
    found = place.run(*plugins, preload=place.lib)
    for plugin, own in plugins.items():
        place.expect(found, place.lib, READER + PRINTER, user=plugin)
        place.expect(found, own, REST, user=plugin)


def v0_plugin(place, source, *arguments):
    """A plugin of libbpf 0.x's days, which is linked to a libbpf.so.0."""
    stock = oracle.root("0.3")
    place.link("v0/include/bpf", stock + "/usr/include/bpf")
    library = place.link("v0/lib/libbpf.so.0", oracle.library(stock))
    return place.plugin("old.so", source, "-isystem", place.path("v0/include"), library, *arguments)


def case_plugin_v0(place):
    """A plugin of libbpf 0.x with its libbpf.so.0, beside one of the stock library's."""
    old = v0_plugin(place, "client0.c")
    new = place.plugin("new.so", "client.c", "-DWITH_REST", "-lbpf")
    place.compile("host.c", "-Wl,--no-as-needed", "-lbpf")
    found = place.run(old, new, preload=place.lib, library_path=place.path("v0/lib"))
    place.expect(found, place.lib, V0, user=old)
    place.expect(found, place.lib, READER + PRINTER, user=new)
    stock_served(place, found, REST, user=new)


def case_plugin_under_replacement(place):
    """A plugin with a libbpf of its own in a program that runs on our libbpf.so.1."""
    own = place.renamed("libbpX.so.1", stock_library())
    plugin = place.plugin("plugin.so", "client.c", "-DWITH_REST", own)
    place.compile("host.c", "-Wl,--no-as-needed", "-lbpf")
    found = place.run(plugin, library_path=os.path.dirname(place.replacement))
    place.expect(found, place.replacement, READER + PRINTER, user=plugin)
    os.environ["FOREIGN_LIBRARY"] = own
    for source in ("foreign.c", "foreign_rings.c"):
        place.compile(source, "-Wl,--no-as-needed", "-lbpf")
        place.run(library_path=os.path.dirname(place.replacement))


def built(name):
    """The path of an object for BPF, in this machine's byte order."""
    return os.path.join(clients.HERE, "..", "objects", "built", f"{name}.e{sys.byteorder[0]}.o")


def run_objects(place, other, *words, **how):
    """Objects of the library that the program is linked to, and of another, in turn."""
    place.compile("objects.c", "-Wl,--no-as-needed", "-lbpf")
    return place.run(other, built("maps"), *words, **how)


def case_objects_of_ours(place):
    """A plugin loads our libbpf.so.1 in a program that runs on the stock library. Calls of ours to
    its own functions are none of the loader's business."""
    found = run_objects(place, place.replacement)
    left = [b for b in found if os.path.realpath(b.user) == os.path.realpath(place.replacement)
            and b.version.startswith("LIBBPF_")]
    if left:
        raise Failure(f"the loader bound our own calls: {left}")


def case_objects_of_stock(place):
    """A plugin loads the stock library in a program that runs on ours. The loader leads its calls
    to its own functions to ours, and these lead them back."""
    other = place.renamed("libbpX.so.1", stock_library())
    found = run_objects(place, other, library_path=os.path.dirname(place.replacement))
    place.expect(found, place.replacement, ("bpf_map__fd", "bpf_map__name"), user=other)


def case_objects_of_stock_bound_to_itself(place):
    """The same with a stock library that finds its own functions first."""
    run_objects(place, place.renamed("libbpX.so.1", stock_library()), "deepbind",
                library_path=os.path.dirname(place.replacement))


def case_foreign_objects(place):
    """Objects and BTF that the stock library made, past us, in a program on our libbpf.so.1."""
    os.environ["FOREIGN_LIBRARY"] = place.renamed("libbpX.so.1", stock_library())
    place.compile("foreign_objects.c", "-Wl,--no-as-needed", "-lbpf")
    place.run(built("attach"), library_path=os.path.dirname(place.replacement))


def case_jumped(place):
    """A constructor of the stock library that jumps to one of ours, in a program that has only
    pointers to both."""
    os.environ["FOREIGN_LIBRARY"] = place.renamed("libbpX.so.1", stock_library())
    place.compile("jumped.c", "-Wl,--no-as-needed", "-lbpf")
    place.run(built("many"), library_path=os.path.dirname(place.replacement))


def case_plugin_v0_objects(place):
    """A plugin of libbpf 0.x with its libbpf.so.0, in a program on our libbpf.so.1, by turns with a
    plugin that uses that one."""
    old = v0_plugin(place, "objects0.c", f'-DOBJECT="{built("many")}"')
    new = place.plugin("new.so", "client.c", "-DWITH_REST", "-lbpf")
    place.compile("host.c", "-Wl,--no-as-needed", "-lbpf")
    path = place.path("v0/lib") + ":" + os.path.dirname(place.replacement)
    found = place.run(old, new, library_path=path)
    place.expect(found, place.replacement, ("bpf_object__open", "bpf_map__fd"), user=old)
    place.expect(found, place.path("v0/lib/libbpf.so.0"), ("bpf_map__def", "bpf_program__title"),
                 user=old)
    place.expect(found, place.replacement, READER + REST, user=new)


def foreign_over(release):
    """A case of foreign handles of another stock release."""
    def case(place):
        root = oracle.root(release)
        place.link("newer/include/bpf", root + "/usr/include/bpf")
        run_foreign(place, ["-lbpf", "-DWITH_RING", "-isystem", place.path("newer/include")],
                    preload=place.lib, loader=oracle.command(root, []))
    case.__doc__ = f"Foreign handles of libbpf {release}, which has struct ring."
    return case


def objects_over(release):
    """A case of objects of another stock release."""
    def case(place):
        root = oracle.root(release)
        stock = os.path.realpath(oracle.library(root))
        run_objects(place, place.renamed("libbpX.so.1", stock), preload=place.replacement,
                    loader=oracle.command(root, []))
    case.__doc__ = f"Objects of libbpf {release} where our libbpf.so.1 is preloaded."
    return case


CASES = clients.cases_in(globals())
CASES.update({"foreign-" + release: foreign_over(release) for release in ("1.5.0", "1.7.0")})
CASES.update({"objects-" + release: objects_over(release)
              for release in ("1.4.6", "1.5.0", "1.7.0")})


if __name__ == "__main__":
    sys.exit(clients.run_case(__doc__, CASES))
