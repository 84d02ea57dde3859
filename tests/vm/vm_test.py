#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What ./dev vm decides and reads, without a machine: which machines its words mean, the archive
that a kernel unpacks, what a machine reported, and what programs' output says of each case."""

import contextlib
import io
import json
import lzma
import os
import struct
import tempfile
import unittest

import guest
import kernels
import oracle
import records
import suites
import tools
import vm


class Words(unittest.TestCase):
    def test_no_word_is_the_whole_plan(self):
        machines = vm.plan([])
        self.assertEqual([machine.kernel for machine in machines if machine.cpus == 2],
                         list(kernels.SUITES))
        self.assertTrue(all(machine.suites for machine in machines))
        self.assertNotIn("simulator", machines[0].suites)
        self.assertIn("simulator", machines[1].suites)
        self.assertIn(64, {machine.cpus for machine in machines})

    def test_words_narrow_it_down(self):
        self.assertEqual(vm.plan(["6.1", "2", "hotplug"]), [vm.Machine("6.1", 2, ["hotplug"])])
        for kernel, cpus in ("5.10", [2, 64]), ("6.12", [2]):
            self.assertEqual([(machine.kernel, machine.cpus) for machine in vm.plan([kernel])],
                             [(kernel, count) for count in cpus])
        self.assertEqual([machine.cpus for machine in vm.plan(["6.12", "64"])], [64])
        self.assertEqual([machine.kernel for machine in vm.plan(["8", "live"])],
                         list(kernels.SUITES))

    def test_the_parts_are_the_whole(self):
        *parts, pure = vm.PARTS
        self.assertCountEqual([machine for part in parts for machine in vm.plan([part])],
                              vm.plan([]))
        self.assertEqual(vm.foreign_plan([pure])[0], vm.foreign_plan([])[0])
        self.assertEqual([f"vm-{part}" for part in vm.PARTS],
                         [name for name in records.RECORDS if name.startswith("vm-")])

    def test_a_suite_that_is_named_runs_on_every_kernel(self):
        self.assertEqual(vm.plan(["5.10", "2", "simulator"]),
                         [vm.Machine("5.10", 2, ["simulator"])])

    def test_a_file_is_a_kernel(self):
        self.assertEqual(vm.plan([__file__, "4", "live"]), [vm.Machine(__file__, 4, ["live"])])

    def test_other_words_are_refused(self):
        for word in ("6.2", "1", "0", "hotplugs", ""):
            with self.assertRaises(ValueError, msg=word):
                vm.plan([word])


class Packages(unittest.TestCase):
    """The way from Debian's newest kernel to the packages that have it and what belongs to it."""

    def setUp(self):
        self.query = kernels.query
        self.addCleanup(setattr, kernels, "query", self.query)

    def packages(self, depends):
        kernels.query = lambda work, tool, verb, package: f"Depends: {depends[package]}\n"
        return kernels.packages("")

    def test_one_package_has_all(self):
        image = "linux-image-6.1.0-50-cloud-amd64"
        self.assertEqual(self.packages({
            "linux-image-cloud-amd64": f"{image} (= 6.1.187-1)",
            image: "kmod, linux-base (>= 4.3~)"}), [image])

    def test_packages_that_others_need(self):
        image, binary, modules, base = (f"linux-{part}-7.2.13-cloud-amd64"
                                        for part in ("image", "binary", "modules", "base"))
        self.assertEqual(self.packages({
            "linux-image-cloud-amd64": f"linux-base-cloud-amd64, {image} (= 7.2.13-1)",
            image: f"dracut | initramfs-tools, {base} (= 7.2.13-1), {binary}, {modules}",
            binary: base}), [binary, base, modules])


class Parts(unittest.TestCase):
    def unpacked(self, folder, *names):
        for name in names:
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "wb") as file:
                file.write(lzma.compress(b"code") if name.endswith(".xz") else b"code")

    def test_modules_are_kept_uncompressed(self):
        with tempfile.TemporaryDirectory() as folder:
            self.unpacked(folder, "lib/modules/6/net/sch_ingress.ko.xz", "lib/modules/6/cls_bpf.ko")
            kernels.keep_modules(folder, folder + "/modules")
            for name in kernels.MODULES:
                with open(f"{folder}/modules/{name}.ko", "rb") as module:
                    self.assertEqual(module.read(), b"code")

    def test_a_module_that_is_not_there_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            self.unpacked(folder, "lib/modules/6/cls_bpf.ko")
            with self.assertRaisesRegex(oracle.Unavailable, "sch_ingress"):
                kernels.keep_modules(folder, folder + "/modules")

    def test_what_a_machine_has_of_a_kernel(self):
        self.assertEqual(list(kernels.parts("/x").items())[:2],
                         [("/x/config", "/config"),
                          ("/x/modules/sch_ingress.ko", "/modules/00-sch_ingress.ko")])


class Machines(unittest.TestCase):
    """A machine that dies under its jobs, and the one that takes its place."""

    jobs = [guest.Job(name, [], {}, "", 1, only_after)
            for name, only_after in (("one", None), ("one, stock", "one"), ("two", None))]

    def run_jobs(self, *boots):
        self.asked = []
        boots = iter(boots)

        def boot(jobs, take_turns):
            self.asked.append(([job.name for job in jobs], take_turns))
            result = guest.Boot()
            result.release, result.trouble, names = next(boots)
            result.outcomes = {name: guest.Outcome(0, 1, "") for name in names}
            return result

        return vm.run_jobs(boot, self.jobs)

    def test_one_that_lives(self):
        result, died = self.run_jobs(("6.1", None, ["one", "two"]))
        self.assertEqual((list(result.outcomes), died), (["one", "two"], None))
        self.assertEqual(self.asked, [(["one", "one, stock", "two"], False)])

    def test_what_is_left_runs_in_another(self):
        result, died = self.run_jobs(("6.1", "it died", ["one"]), ("6.1", None, ["two"]))
        self.assertEqual(list(result.outcomes), ["one", "two"])
        self.assertEqual((result.trouble, died), (None, "it died"))
        self.assertEqual(self.asked[1:], [(["two"], True)])

    def test_the_other_may_die_too(self):
        result, died = self.run_jobs(("6.1", "it died", []), ("6.1", "it too", ["one"]))
        self.assertEqual((result.trouble, died), ("it too", "it died"))
        self.assertEqual(len(self.asked), 2)

    def test_a_kernel_that_does_not_come_up_is_not_tried_again(self):
        result, died = self.run_jobs((None, "no job was begun", []))
        self.assertEqual((result.trouble, died), ("no job was begun", None))
        self.assertEqual(len(self.asked), 1)


class Tools(unittest.TestCase):
    """BPF objects in other programs, and how what is said of them is compared."""

    def test_objects_are_found_in_a_program(self):
        def elf(kind, machine, size):
            header = bytearray(tools.IDENT.ljust(64, b"\0"))
            struct.pack_into("<HH", header, 16, kind, machine)
            struct.pack_into("<Q", header, 40, size)
            struct.pack_into("<HH", header, 58, 64, 2)
            return bytes(header) + b"x" * (size - 64) + b"h" * 128

        program, other, one = elf(3, 62, 64), elf(1, 62, 64), elf(1, 247, 100)
        self.assertEqual(list(tools.embedded(program + other + one + b"rest" + one)), [one, one])
        self.assertEqual(list(tools.embedded(program)), [])

    def test_objects_that_are_the_same_and_not(self):
        stock = tools.by_object("a p s: attached, ran\na q s: not attached: No such file\n"
                                "b p s: attached\nc p s: attached\n")
        ours = tools.by_object("a p s: attached\na q s: not attached: No such file\n"
                               "b p s: not loaded: Invalid argument\n")
        lines, same = tools.compare(stock, ours)
        self.assertFalse(same)
        self.assertEqual(lines, [
            "same a (of 2 programs 1 attached, 0 ran)",
            "DIFFERENT b (b p s: attached | b p s: not loaded: Invalid argument)",
            "DIFFERENT c (not all programs)"])
        self.assertEqual(tools.compare(stock, stock)[1], True)

    def test_cases(self):
        job = guest.Job("tools", [], {}, "", 1)
        outcome = guest.Outcome(1, 1, "same a (of 2 programs 1 attached, 0 ran)\n"
                                      "DIFFERENT b (x | y)\n")
        self.assertEqual([(case.name, case.word) for case in suites.tools_cases(job, outcome)],
                         [("a", "passed"), ("b", "failed")])
        silent = suites.tools_cases(job, guest.Outcome(1, 1, ""))
        self.assertEqual([case.word for case in silent], ["failed"])


def unpack(data):
    """The entries of an archive of new ASCII format: mode and content by name."""
    entries, at = {}, 0
    while at < len(data):
        fields = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        assert data[at:at + 6] == b"070701" and at % 4 == 0
        name = data[at + 110:at + 110 + fields[11] - 1].decode()
        begin = (at + 110 + fields[11] + 3) // 4 * 4
        entries[name] = (fields[1], data[begin:begin + fields[6]])
        at = (begin + fields[6] + 3) // 4 * 4
    return entries


class Root(unittest.TestCase):
    def test_files_links_and_their_folders(self):
        with tempfile.TemporaryDirectory() as folder:
            library = os.path.join(folder, "libx.so.1.2")
            with open(library, "w") as file:
                file.write("x" * 5)
            os.chmod(library, 0o755)
            os.symlink("libx.so.1.2", os.path.join(folder, "libx.so.1"))
            out = io.BytesIO()
            archive = guest.Archive(out)
            archive.copy(library, "/a/b/libx.so.1.2")
            archive.entry("/a/empty", 0o100644)
        entries = unpack(out.getvalue())
        self.assertEqual(entries["a/b/libx.so.1.2"], (0o100755, b"xxxxx"))
        self.assertEqual(entries[folder.strip("/") + "/libx.so.1"], (0o120777, b"libx.so.1.2"))
        self.assertEqual(entries["a"][0], 0o40755)
        names = list(entries)
        self.assertLess(names.index("a/b"), names.index("a/b/libx.so.1.2"))
        self.assertEqual(names.count("a"), 1)


class Report(unittest.TestCase):
    def boot(self, *lines):
        boot = guest.Boot()
        with tempfile.NamedTemporaryFile("w") as report:
            report.write("\n".join(lines))
            report.flush()
            boot.read(report.name)
        return boot

    job = json.dumps({"name": "live threads", "status": 0, "output": "fine", "seconds": 1})

    def test_a_machine_that_ended_well(self):
        boot = self.boot('{"release": "6.1"}', self.job, '{"done": true}')
        self.assertEqual((boot.release, boot.trouble), ("6.1", None))
        self.assertEqual(boot.outcomes, {"live threads": guest.Outcome(0, 1, "fine")})

    def test_one_that_died_under_its_jobs(self):
        boot = self.boot('{"release": "6.1"}', self.job, self.job[:20])
        self.assertEqual(list(boot.outcomes), ["live threads"])
        self.assertIn("did not end", boot.trouble)

    def test_one_that_never_came_up(self):
        self.assertIn("no job", self.boot("").trouble)


def outcome(status, *lines):
    return guest.Outcome(status, 1, "".join(line + "\n" for line in lines))


def words(cases):
    return {case.name: case.word for case in cases}


class Cases(unittest.TestCase):
    job = guest.Job("live threads", [], {}, "/", 1)
    account = {"returns": 4, "heard": 0, "mean_ms": 0, "worst_ms": 0, "attempted": 5,
               "delivered": 1, "lost": 1, "dead": 2, "absent": 1, "unaccounted": 0}

    def test_conformance(self):
        lines = ("library x, soname y, release 1.8.0, kernel real", "ok new.plain",
                 "differs new.other", "FAIL poll.x (as libbpf since 1.5)", "     failed a.c:1: b",
                 "HANG poll.y", "skip read.z (on the simulator only)", "other v0.a (until 1.0)",
                 "crashes poll.c")
        cases = suites.conform_cases(self.job, outcome(1, *lines, "3 passed, 2 failed, 2 skipped"))
        self.assertEqual(words(cases), {
            "new.plain": "passed", "new.other": "passed", "poll.c": "passed", "poll.x": "failed",
            "poll.y": "failed", "read.z": "skipped", "v0.a": "skipped"})
        self.assertIn(("read.z", "skipped", "on the simulator only"), cases)
        self.assertEqual(words(suites.conform_cases(self.job, outcome(None, *lines)))["all"],
                         "failed")

    def test_status(self):
        for status, line, word, remark in ((0, "fine", "passed", ""),
                                           (77, "SKIP: no ring", "skipped", "no ring"),
                                           (1, "bad", "failed", "status 1: bad"),
                                           (-11, "", "failed", "status -11: nothing"),
                                           (None, "", "failed", "out of time: nothing")):
            cases = suites.status_cases(self.job, outcome(status, line) if line else
                                        outcome(status))
            self.assertEqual(cases, [suites.Case("live threads", word, remark)])

    def test_scenarios(self):
        lines = ("waits: 5 lines, the same", "rings: DIFFERENT (status 0 and 0)", "  --- real",
                 "  + size: 4096", "user_ring: SKIP: Invalid argument")
        cases = suites.scenario_cases(self.job, outcome(1, *lines))
        self.assertEqual(words(cases),
                         {"waits": "passed", "rings": "failed", "user_ring": "skipped"})
        for bad in outcome(1, lines[0]), outcome(None):
            self.assertIn("failed", words(suites.scenario_cases(self.job, bad)).values())

    def test_results(self):
        lines = ("same maps: bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 4, 0, NULL): EINVAL",
                 "DIFFERENT ids: bpf_map_get_next_id(9, &id): 0 (ours: ids: bpf_map_get_next_id"
                 "(9, &id): EPERM)", "Linux 6.1: 1 of 2 results equal")
        cases = suites.results_cases(self.job, outcome(1, *lines))
        self.assertEqual(cases, [
            suites.Case("maps: bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 4, 0, NULL): EINVAL",
                        "passed"),
            suites.Case("ids: bpf_map_get_next_id(9, &id): 0", "failed",
                        "ours: ids: bpf_map_get_next_id(9, &id): EPERM")])
        for bad in outcome(1, lines[0]), outcome(None), outcome(1, "FAIL: code -11"):
            self.assertIn("failed", words(suites.results_cases(self.job, bad)).values())
        skipped = suites.results_cases(self.job, outcome(77, "SKIP: unshare: no"))
        self.assertEqual([case.word for case in skipped], ["skipped"])

    def test_hotplug_over_the_stock_library_must_fail_for_the_right_reason(self):
        job = self.job._replace(name="hotplug offline" + suites.STOCK)
        heard = {**self.account, "heard": 4}
        for status, last, word in ((1, json.dumps(self.account), "passed"),
                                   (1, json.dumps(heard), "failed"),
                                   (0, json.dumps(heard), "failed"),
                                   (1, "FAIL: perf_buffer__new", "failed"), (None, "", "failed")):
            self.assertEqual(suites.hotplug_cases(job, outcome(status, last))[0].word, word)
        self.assertIn("5 attempted = 1 delivered + 1 told", suites.hotplug_words(
            outcome(1, "CPU 0", json.dumps(self.account))))
        self.assertIsNone(suites.hotplug_words(outcome(77, "SKIP: no sleep")))

    def test_a_job_that_was_not_run_failed(self):
        for suite in suites.SUITES:
            self.assertEqual(words(suites.cases_of(suite, self.job, None)),
                             {"live threads": "failed"})


class Table(unittest.TestCase):
    """A machine's lines, and whether it failed."""

    def run_of(self, *outcomes, trouble=None, release="6.1.0", died=None):
        suite = next(suite for suite in suites.SUITES if suite.name == "live")
        run = vm.Run.__new__(vm.Run)
        run.machine, run.suites, run.seconds = vm.Machine("6.1", 2, ["live"]), [suite], 3
        run.jobs = {suite: [guest.Job(f"live {number}", [], {}, "/", 1)
                            for number in range(len(outcomes))]}
        run.boot = guest.Boot()
        run.boot.release, run.boot.trouble, run.died = release, trouble, died
        run.boot.outcomes = {f"live {number}": done for number, done in enumerate(outcomes)}
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            failed = run.print()
        return failed, out.getvalue()

    def test_passed_and_skipped(self):
        failed, text = self.run_of(outcome(0), outcome(77, "SKIP: no user ring"))
        self.assertFalse(failed)
        self.assertRegex(text.splitlines()[0], r"^6\.1\.0 +2 +live +2 +1 +0 +1 +2 s$")
        self.assertIn("1 skipped: no user ring", text)

    def test_failed(self):
        failed, text = self.run_of(outcome(0), outcome(3, "bad"))
        self.assertTrue(failed)
        self.assertIn("FAILED live 1: status 3: bad", text)

    def test_nothing_that_ran_is_a_failure(self):
        self.assertTrue(self.run_of(outcome(77, "SKIP: no"))[0])

    def test_a_machine_that_another_stood_in_for_is_none(self):
        failed, text = self.run_of(outcome(0), died="it did not end all jobs:\nlong ago\nOops")
        self.assertFalse(failed)
        self.assertIn("ran in another:\n", text)
        self.assertIn("Oops", text)

    def test_a_machine_in_trouble_is_one(self):
        failed, text = self.run_of(outcome(0), trouble="it did not end all jobs")
        self.assertTrue(failed)
        self.assertIn("FAILED: it did not end all jobs", text)


if __name__ == "__main__":
    unittest.main()
