// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// attach_usdt: by one link and by a uprobe for each site, what its link keeps and gives back, and
// each call of it failing.
#include "usdt/attach.hpp"

#include <cerrno>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include "../attach/loaded_program.hpp"
#include "bpf/new_uapi.hpp"
#include "messages.hpp"
#include "probes_image.hpp"
#include "sim/sim_control.h"
#include "spec_maps.hpp"
#include "temporary_folder.hpp"

namespace ringside::test {
namespace {

using usdt::attach_usdt;
using usdt::SharedSpecTable;

// A program with three sites of one probe, with two texts.
class TracedFile {
public:
  TracedFile() {
    ProbesImage image;
    for (const char* const arguments : {"-4@$1", "8@$7", "-4@$1"})
      image.add({.arguments = arguments, .address = kCode + ++sites_});
    std::ofstream(path_, std::ios::binary) << image.bytes();
  }
  [[nodiscard]] usdt::Target target(const char* name = "begin") const {
    return {.path = path_.c_str(), .probe = {"app", name}, .cookie = 9};
  }

private:
  TemporaryFolder folder_;
  std::string path_ = folder_ / "traced";
  std::uint64_t sites_ = 0;
};

void set_files() {
  const std::string folder = "/sys/bus/event_source/devices/uprobe";
  sim_set_file((folder + "/type").c_str(), "7\n");
  sim_set_file((folder + "/format/retprobe").c_str(), "config:0\n");
}

std::uint32_t next_id(const SharedSpecTable& table) {
  usdt::Taken taken(table.share());
  const auto id = taken.take_id();
  REQUIRE(id);
  return *id;
}

constexpr std::uint32_t kByMany = 0;

} // namespace

TEST_CASE(
    "a program is attached by one link if it was loaded for that, else by one for each site") {
  const TestMaps maps;
  set_files();
  const TracedFile file;
  const std::uint32_t attach_type = GENERATE(kByMany, bpf::kTraceUprobeMulti);
  const LoadedProgram program(BPF_PROG_TYPE_KPROBE, attach_type);
  const SharedSpecTable table = maps.table();
  const unsigned before = sim_live().fds;
  const Messages messages;
  const auto link = attach_usdt(program.program(), table, file.target());
  CAPTURE(messages.last());
  REQUIRE(link);
  // A uprobe is an event and a link to it.
  CHECK(sim_live().fds == before + (attach_type == kByMany ? 6 : 1));
  CHECK((*link)->fd() > 2);
  CHECK(next_id(table) == 2);
  CHECK(static_cast<bool>((*link)->detach()) == (attach_type != kByMany));
  CHECK((*link)->close());
  CHECK(sim_live().fds == before);
  CHECK(next_id(table) < 2);
  CHECK(messages.warnings() == 0);
}

TEST_CASE("a link that outlives its table keeps it, and one that is disconnected keeps its ids") {
  const TestMaps maps;
  set_files();
  const TracedFile file;
  const LoadedProgram program(BPF_PROG_TYPE_KPROBE, bpf::kTraceUprobeMulti);
  const SharedSpecTable table = maps.table();
  {
    Result<Owned<attach::Link>> link = Errno(EINVAL);
    {
      const SharedSpecTable other = maps.table();
      link = attach_usdt(program.program(), other, file.target());
    }
    REQUIRE(link);
    CHECK((*link)->close());
  }
  const auto left = attach_usdt(program.program(), table, file.target());
  REQUIRE(left);
  const int number = (*left)->fd();
  (*left)->disconnect();
  CHECK((*left)->close());
  CHECK(next_id(table) == 2);
  CHECK((*left)->fd() == number);
}

TEST_CASE("a probe or file that is not there takes nothing") {
  const TestMaps maps;
  set_files();
  const TracedFile file;
  const LoadedProgram program(BPF_PROG_TYPE_KPROBE);
  const SharedSpecTable table = maps.table();
  const Messages messages;
  CHECK(attach_usdt(program.program(), table, file.target("end")).error() == Errno(ENOENT));
  CHECK(attach_usdt(program.program(), table, {.path = "/nothing", .probe = {"app", "begin"}})
            .error() == Errno(ENOENT));
  CHECK(attach_usdt(program.program(), table, {.path = "/", .probe = {"app", "begin"}}).error() ==
        kErrnoFormat);
  CHECK(messages.warnings() == 3);
  CHECK(next_id(table) == 0);
}

TEST_CASE("whichever call of attaching to a probe fails, nothing is left") {
  const TracedFile file;
  for (const std::uint32_t attach_type : {kByMany, bpf::kTraceUprobeMulti}) {
    {
      // What a process asks for once is asked for here.
      const TestMaps maps;
      set_files();
      const LoadedProgram program(BPF_PROG_TYPE_KPROBE, attach_type);
      REQUIRE(attach_usdt(program.program(), maps.table(), file.target()));
    }
    for (unsigned nth = 1;; ++nth) {
      const TestMaps maps;
      set_files();
      const LoadedProgram program(BPF_PROG_TYPE_KPROBE, attach_type);
      const SharedSpecTable table = maps.table();
      const auto live = sim_live();
      const Messages messages;
      const unsigned before = sim_calls("any");
      sim_fail("any", nth, EIO);
      bool is_attached = false;
      {
        const auto link = attach_usdt(program.program(), table, file.target());
        is_attached = static_cast<bool>(link);
      }
      const bool is_failed = sim_calls("any") - before >= nth;
      sim_fail("any", 0, 0);
      CAPTURE(attach_type, nth, messages.last());
      REQUIRE(nth < 300);
      CHECK(sim_live().fds == live.fds);
      CHECK(next_id(table) < 2);
      if (!is_failed) {
        CHECK(is_attached);
        break;
      }
      CHECK((is_attached || messages.warnings() == 1));
    }
  }
  sim_reset(1);
}

} // namespace ringside::test
