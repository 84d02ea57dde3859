// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// tracefs: numbers of tracepoints, and probes by commands, in a folder that stands in for tracefs.
// The process takes mounts of its own for that, and where it may not, these tests do not run.
#include "attach/tracefs.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "attach/probe.hpp"
#include "attach/uprobe.hpp"
#include "loaded_program.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"
#include "temporary_folder.hpp"

namespace ringside::test {
namespace {

using attach::event_id;
using attach::ProbeKind;
using attach::TraceProbe;

const std::string kFolder = "/sys/kernel/tracing";

// Tracefs is an empty file system in the place of tracefs.
class Tracefs {
public:
  Tracefs() {
    static const bool kHasOwnMounts =
        unshare(CLONE_NEWNS) == 0 && mount("none", "/", "", MS_REC | MS_PRIVATE, "") == 0;
    is_mounted_ = kHasOwnMounts && mount("none", kFolder.c_str(), "tmpfs", 0, "") == 0;
    if (is_mounted_)
      std::filesystem::create_directory(kFolder + "/events");
    sim_reset(1);
  }
  Tracefs(const Tracefs&) = delete;
  Tracefs& operator=(const Tracefs&) = delete;
  ~Tracefs() {
    if (is_mounted_)
      umount(kFolder.c_str());
  }

  [[nodiscard]] bool is_mounted() const { return is_mounted_; }
  static void write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = kFolder + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  static std::string text(const std::string& name) {
    return TemporaryFolder::text(kFolder + "/" + name);
  }

private:
  bool is_mounted_ = false;
};

} // namespace

TEST_CASE("the number of a tracepoint is in its file") {
  const Tracefs tracefs;
  if (!tracefs.is_mounted())
    return;
  Tracefs::write("events/sched/sched_switch/id", "317\n");
  Tracefs::write("events/sched/odd/id", "none\n");
  const Messages messages;
  const auto id = event_id("sched", "sched_switch", "x");
  REQUIRE(id);
  CHECK(*id == 317);
  CHECK(messages.warnings() == 0);
  CHECK(event_id("sched", "nothing", "x").error() == Errno(ENOENT));
  CHECK_THAT(messages.last(), Catch::Contains("there is no tracepoint 'sched/nothing': see"));
  CHECK(event_id("sched", "odd", "x").error() == Errno(EIO));
  CHECK(event_id("sched", std::string(5000, 'x'), "x").error() == Errno(E2BIG));
  CHECK(messages.warnings() == 3);
}

TEST_CASE("a tracepoint that may be meant is said") {
  const Tracefs tracefs;
  if (!tracefs.is_mounted())
    return;
  Tracefs::write("available_events", "sched:sched_wakeup\nsched:sched_switch\nirq:softirq_exit\n");
  const Messages messages;
  CHECK(event_id("sched", "sched_swich", "x").error() == Errno(ENOENT));
  CHECK_THAT(messages.last(), Catch::Contains("but there is 'sched/sched_switch'"));
  CHECK(event_id("softirq", "softirq_exit", "x").error() == Errno(ENOENT));
  CHECK_THAT(messages.last(), Catch::Contains("but there is 'irq/softirq_exit'"));
  CHECK(event_id("irq", "nothing", "x").error() == Errno(ENOENT));
  CHECK_THAT(messages.last(), Catch::Contains("see the folders"));
}

TEST_CASE("a probe is made and removed by one command each") {
  const Tracefs tracefs;
  if (!tracefs.is_mounted())
    return;
  Tracefs::write("uprobe_events", "");
  const std::string own = "libbpf_" + std::to_string(getpid()) + "_";
  std::string made;
  {
    const auto probe = TraceProbe::make(ProbeKind::uprobe, true, "lib-x.so", "/lib-x.so:0x10", "x");
    REQUIRE(probe);
    CHECK(probe->is_made());
    made = Tracefs::text("uprobe_events");
    CHECK_THAT(made, Catch::StartsWith("r:uretprobes/" + own));
    CHECK_THAT(made, Catch::EndsWith("_lib_x_so /lib-x.so:0x10\n"));
  }
  const std::string name = made.substr(2, made.find(' ') - 2);
  CHECK(name.size() - name.find('/') - 1 <= 63);
  CHECK(Tracefs::text("uprobe_events") == made + "-:" + name + "\n");
}

TEST_CASE("two probes have different names, and a name is short however long the hint is") {
  const Tracefs tracefs;
  if (!tracefs.is_mounted())
    return;
  Tracefs::write("kprobe_events", "");
  const std::string hint(200, 'f');
  auto first = TraceProbe::make(ProbeKind::kprobe, false, hint, "f+0x0", "x");
  auto second = TraceProbe::make(ProbeKind::kprobe, false, hint, "f+0x0", "x");
  REQUIRE(first);
  REQUIRE(second);
  const std::string text = Tracefs::text("kprobe_events");
  const std::string one = text.substr(0, text.find('\n'));
  const std::string other =
      text.substr(one.size() + 1, text.find('\n', one.size() + 1) - one.size());
  CHECK_THAT(one, Catch::StartsWith("p:kprobes/libbpf_"));
  CHECK(one.find(' ') - one.find('/') - 1 == 63);
  CHECK(one + "\n" != other);
  first->keep();
  second->keep();
  CHECK_FALSE(first->is_made());
  CHECK(first->remove());
  CHECK(Tracefs::text("kprobe_events") == text);
}

TEST_CASE("a command that is too long, or is two, is EINVAL, and nothing is written") {
  const Tracefs tracefs;
  if (!tracefs.is_mounted())
    return;
  Tracefs::write("uprobe_events", "");
  const Messages messages;
  const std::string path = "/" + std::string(1000, 'x') + ":0x0";
  CHECK(TraceProbe::make(ProbeKind::uprobe, false, "x", path, "x").error() == Errno(EINVAL));
  CHECK(TraceProbe::make(ProbeKind::uprobe, false, "x", "/x:0x0\n-:uprobes/other", "x").error() ==
        Errno(EINVAL));
  CHECK(messages.warnings() == 2);
  CHECK(Tracefs::text("uprobe_events").empty());
}

TEST_CASE("a kernel without such probes says which setting it lacks") {
  const Tracefs tracefs;
  if (!tracefs.is_mounted())
    return;
  const Messages messages;
  CHECK(TraceProbe::make(ProbeKind::kprobe, false, "f", "f+0x0", "x").error() == Errno(ENOENT));
  CHECK_THAT(messages.last(), Catch::Contains("CONFIG_KPROBE_EVENTS"));
  CHECK(TraceProbe::make(ProbeKind::uprobe, false, "f", "/f:0x0", "x").error() == Errno(ENOENT));
  CHECK_THAT(messages.last(), Catch::Contains("CONFIG_UPROBE_EVENTS"));
  CHECK(messages.warnings() == 2);
  CHECK_FALSE(std::filesystem::exists(kFolder + "/kprobe_events"));
}

TEST_CASE("a probe whose number cannot be read is removed again") {
  const Tracefs tracefs;
  if (!tracefs.is_mounted())
    return;
  Tracefs::write("uprobe_events", "");
  const LoadedProgram program(BPF_PROG_TYPE_KPROBE);
  const Messages messages;
  CHECK(
      attach::attach_uprobe(program.program(),
                            {.path = "/bin/true", .offset = 16, .mode = attach::ProbeMode::tracefs})
          .error() == Errno(ENOENT));
  CHECK(messages.warnings() == 1);
  const std::string text = Tracefs::text("uprobe_events");
  const std::size_t end = text.find('\n');
  CHECK_THAT(text, Catch::StartsWith("p:uprobes/libbpf_"));
  CHECK(text.substr(end + 1) == "-:" + text.substr(2, text.find(' ') - 2) + "\n");
}

} // namespace ringside::test
