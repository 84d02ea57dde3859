# SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
"""What runs in a virtual machine, as jobs, and what their output says of each case."""

import collections
import json
import os
import re
import subprocess

import guest
import oracle
import skips
import tools

STOCK = ", stock"  # what the name of a run on the stock library ends with
HERE = os.path.dirname(os.path.abspath(__file__))

# What became of a case: the word is passed, failed or skipped, the remark why.
Case = collections.namedtuple("Case", "name word remark", defaults=[""])
# jobs(built, cpus) are guest.Jobs, and cases(job, outcome) the cases of one.
Suite = collections.namedtuple("Suite", "name jobs cases")

MANY = 8192
CONFORM_SECONDS, LIVE_SECONDS, HOTPLUG_SECONDS, TOOLS_SECONDS = 600, 400, 400, 600
RESULTS_SECONDS = 200
# A case makes thousands of system calls, and 64 emulated CPUs take turns.
CASE_SECONDS = 60
# Ways in which CPUs go, how often they return on ours, and up to how many CPUs in the machine.
HOTPLUG = (("offline", 100, MANY), ("late", 4, MANY), ("suspend", 3, 2))
# The stock release of conformance-stock and results: the newest, since cases begin with a release.
STOCK_RELEASE = list(oracle.RELEASES)[-1]
# The stock library does not follow, which is what shows that the program would notice.
HOTPLUG_STOCK_RETURNS = 4


class Built:
    """What a build folder has."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.tests = self.read("tests")
        self.targets = {(target["name"], target["type"]): target["filename"][0]
                        for target in self.read("targets")}
        self.ringside = self.targets["ringside", "shared library"]
        self.stock = self.stock_library()

    def read(self, what):
        with open(os.path.join(self.folder, "meson-info", f"intro-{what}.json")) as facts:
            return json.load(facts)

    def program(self, name):
        return self.targets[name, "executable"]

    def stock_library(self):
        """The libbpf that programs are linked to."""
        return next(path for path in guest.with_libraries([self.program("vm-hotplug")])
                    if re.search(r"/libbpf\.so\.1$", path))

    def test_jobs(self, names):
        """Meson's tests whose names match, as jobs. If one fails that has a twin on the stock
        library, the twin runs too: it shows whose fault that is."""
        tests = {test["name"]: test for test in self.tests}
        jobs = []
        for name in filter(re.compile(names).match, tests):
            for test, only_after in (tests[name], None), (tests.get(name + STOCK), name):
                if test:
                    env = {key: value for key, value in test["env"].items()
                           if not key.startswith("LD_")}
                    jobs.append(guest.Job(test["name"], test["cmd"], env, self.folder,
                                          LIVE_SECONDS, only_after))
        return jobs

    def files(self, jobs):
        """What the jobs name, and the Python that tests are driven by."""
        words = [word for job in jobs
                 for value in [*job.command, *job.env.values()] for word in value.split(":")]
        named = {os.path.normpath(os.path.join(self.folder, word)) for word in words}
        scripts = {os.path.join(place, name) for place, _, names in os.walk(os.path.dirname(HERE))
                   for name in names if name.endswith(".py")}
        libraries = {path for job in jobs if "--library-path" in job.command
                     for path in libraries_of(job)}
        return {path for path in named | scripts if os.path.isfile(path)} | libraries


def libraries_of(job):
    """The libraries of a job with a loader of its own: that says which it would load."""
    loader, *rest = job.command[job.command.index("--library-path") - 1:]
    # Up to the program: a loader may take what follows for names of symbols to look up.
    program = 0
    while rest[program].startswith("--"):
        program += 2  # an option and its value
    listed = subprocess.run([loader, "--list", *rest[:program + 1]], text=True, check=True,
                            env={**os.environ, **job.env}, stdout=subprocess.PIPE).stdout
    return re.findall(r"(?:=>|^)\s*(/\S+) \(0x", listed, re.M)


# Conformance: the program itself, over ours in both forms and over the stock library.

def conform_job(suite, built, libraries, manner):
    command = [built.program("conform"), "--as", manner, "--seconds", str(CASE_SECONDS)]
    return guest.Job(suite, command, {"LD_PRELOAD": ":".join(libraries)}, built.folder,
                     CONFORM_SECONDS)


def conform_jobs(suite, preloaded):
    return lambda built, _cpus: [conform_job(suite, built, preloaded(built), "ringside")]


def conform_stock_jobs(built, _cpus):
    """Over a release that may need a newer C library than this machine's."""
    place = oracle.root(STOCK_RELEASE)
    job = conform_job("conformance-stock", built, [oracle.library(place)], "stock")
    return [job._replace(command=oracle.command(place, job.command))]


def conform_cases(_job, outcome):
    """Words in capitals are those of cases that are not as they should be (run.h). A line for each
    ends with the count; without that it did not come to its end."""
    found = re.findall(r"^(\w+) (\w+\.\S+)(?: \((.*)\))?$", outcome.output, re.M)
    cases = [Case(name, "skipped" if word in ("skip", "other") else
                  "failed" if word.isupper() else "passed", remark or word)
             for word, name, remark in found]
    if not re.search(r"^\d+ passed, \d+ failed, \d+ skipped$", outcome.output, re.M):
        cases.append(Case("all", "failed", f"did not come to an end: {ending(outcome)}"))
    return cases


# Programs that tell of themselves by how they exit.

def ending(outcome):
    """How a job ended, in words."""
    return "out of time" if outcome.status is None else f"status {outcome.status}"


def last_line(outcome):
    return (outcome.output.strip().splitlines() or ["nothing"])[-1]


def status_cases(job, outcome):
    if outcome.status == skips.CODE:
        return [Case(job.name, "skipped", skips.reason(outcome.output) or "no reason given")]
    if outcome.status == 0:
        return [Case(job.name, "passed")]
    return [Case(job.name, "failed", f"{ending(outcome)}: {last_line(outcome)}")]


def scenario_cases(job, outcome):
    """What compare_kernels.py says of each scenario."""
    found = re.findall(r"^([\w-]+): (.*)$", outcome.output, re.M)
    cases = [Case(name, "passed" if words.endswith(", the same") else
                  "failed" if words.startswith("DIFFERENT") else "skipped",
                  skips.reason(words) or words)
             for name, words in found if name != "SKIP"]
    if not cases or (outcome.status != 0 and "failed" not in {case.word for case in cases}):
        cases += status_cases(job, outcome)
    return cases


# Programs of others.

def tools_jobs(built, _cpus):
    command = [os.path.join(HERE, "tools.py"), built.program("vm-tools"),
               built.targets["bpf", "shared library"], *tools.objects()]
    return [guest.Job("tools", [guest.PYTHON, *command],
                      {"PYTHONPATH": os.path.join(HERE, "..", "support")}, built.folder,
                      TOOLS_SECONDS)]


def tools_cases(job, outcome):
    found = re.findall(r"^(same|DIFFERENT) (\S+) \((.*)\)$", outcome.output, re.M)
    cases = [Case(name, "passed" if word == "same" else "failed", remark)
             for word, name, remark in found]
    return cases or status_cases(job, outcome)


# What the kernel answers, through the stock library and through ours.

def results_jobs(built, _cpus):
    """The stock library goes along, as the command that runs the program on it."""
    program = built.program("live-results")
    stock = oracle.command_preloaded(oracle.root(STOCK_RELEASE), [program])
    command = [guest.PYTHON, os.path.join(HERE, "..", "live", "results.py"), program,
               built.targets["bpf", "shared library"], *stock]
    return [guest.Job("results", command, {}, built.folder, RESULTS_SECONDS)]


def results_cases(job, outcome):
    """A case is a line of results.py: the words of a call and what it returned."""
    found = re.findall(r"^(same|DIFFERENT) (.*?)(?: \((ours: .*)\))?$", outcome.output, re.M)
    cases = [Case(name, "passed" if word == "same" else "failed", remark)
             for word, name, remark in found]
    if not cases or (outcome.status != 0 and "failed" not in {case.word for case in cases}):
        cases += status_cases(job, outcome)
    return cases


# CPUs that come and go.

def hotplug_jobs(built, cpus):
    program, jobs = built.program("vm-hotplug"), []
    for way, returns, cpus_max in HOTPLUG:
        if cpus <= cpus_max:
            jobs.append(guest.Job(f"hotplug {way}", [program, way, str(returns)],
                                  {"LD_PRELOAD": built.ringside}, built.folder, HOTPLUG_SECONDS))
    jobs.append(guest.Job("hotplug offline" + STOCK,
                          [program, "offline", str(HOTPLUG_STOCK_RETURNS)], {}, built.folder,
                          HOTPLUG_SECONDS))
    return jobs


def hotplug_account(outcome):
    """The account that a hotplug program told, or None."""
    line = last_line(outcome)
    return json.loads(line) if line.startswith("{") else None


def hotplug_cases(job, outcome):
    if not job.name.endswith(STOCK):
        return status_cases(job, outcome)
    account = hotplug_account(outcome)
    if outcome.status == 1 and account and account["heard"] < account["returns"]:
        return [Case(job.name, "passed")]
    return [Case(job.name, "failed", f"the stock library was not found out: {ending(outcome)}: "
                                     f"{last_line(outcome)}")]


def hotplug_words(outcome):
    """The account in words, or None."""
    account = hotplug_account(outcome)
    return account and (
        "{returns} returns, {heard} heard of (mean {mean_ms} ms, worst {worst_ms} ms); "
        "{attempted} attempted = {delivered} delivered + {lost} told as lost + {dead} refused by a "
        "dead event + {absent} for want of an event + {unaccounted} unaccounted for"
    ).format(**account)


SUITES = (
    Suite("conformance", conform_jobs("conformance", lambda built: [built.ringside, built.stock]),
          conform_cases),
    Suite("conformance-full", conform_jobs(
        "conformance-full", lambda built: [built.targets["bpf", "shared library"]]), conform_cases),
    Suite("conformance-stock", conform_stock_jobs, conform_cases),
    Suite("simulator", lambda built, _cpus: built.test_jobs(
        r"simulated kernel against the real one$"), scenario_cases),
    # Without those that are about time: emulated CPUs stand still at times. Results have a suite of
    # their own.
    Suite("live", lambda built, _cpus: built.test_jobs(
        r"live (?!wakeups|watched|results).*(?<!, stock)$"), status_cases),
    Suite("results", results_jobs, results_cases),
    Suite("tools", tools_jobs, tools_cases),
    Suite("hotplug", hotplug_jobs, hotplug_cases),
)


def cases_of(suite, job, outcome):
    """The cases of a job, of which something is told whatever became of it."""
    if outcome is None:
        return [Case(job.name, "failed", "was not run")]
    return suite.cases(job, outcome)
