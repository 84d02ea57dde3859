// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Each way of attaching, with each of its system calls and allocations failing: nothing is left,
// and one message says why.
#include <cerrno>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include "attach/event.hpp"
#include "attach/hook.hpp"
#include "attach/kprobe.hpp"
#include "attach/uprobe.hpp"
#include "bpf/map.hpp"
#include "bpf/new_uapi.hpp"
#include "elf_symbols_image.hpp"
#include "loaded_program.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"
#include "temporary_folder.hpp"
#include "zip_image.hpp"

namespace ringside::test {
namespace {

using attach::Link;
using attach::ProbeMode;
using Attached = Result<Owned<Link>>;

struct Way {
  std::string name;
  std::uint32_t type;
  std::uint32_t attach_type;
  std::function<Attached(const attach::Program&)> attach;
};

// The files of the kernel that the ways read.
void fresh_kernel() {
  sim_reset(2);
  for (const char* const folder : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
    const std::string path = std::string(folder) + "/events/sched/sched_switch/id";
    sim_set_file(path.c_str(), "317\n");
  }
  for (const std::string kind : {"kprobe", "uprobe"}) {
    const std::string folder = "/sys/bus/event_source/devices/" + kind;
    sim_set_file((folder + "/type").c_str(), kind == "kprobe" ? "6\n" : "7\n");
    sim_set_file((folder + "/format/retprobe").c_str(), "config:0\n");
  }
}

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<Way> ways(const std::string& library, const std::string& member) {
  constexpr std::uint32_t kKprobe = BPF_PROG_TYPE_KPROBE;
  static const unsigned long kPlaces[] = {16, 32};
  static const std::uint64_t kCookies[] = {1, 2};
  static const char* const kNames[] = {"f", "g"};
  const auto uprobe = [](attach::Uprobe what) {
    return [what](const attach::Program& program) { return attach::attach_uprobe(program, what); };
  };
  const auto uprobes = [](attach::UprobeMulti what) {
    return [what](const attach::Program& program) {
      return attach::attach_uprobe_multi(program, what);
    };
  };
  const auto kprobe = [](attach::Kprobe what) {
    return [what](const attach::Program& program) { return attach::attach_kprobe(program, what); };
  };
  const char* const path = library.c_str();
  return {
      {"tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0,
       [](const attach::Program& program) {
         return attach::attach_tracepoint(program, "sched", "sched_switch", 7);
       }},
      {"raw tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT, 0,
       [](const attach::Program& program) {
         return attach::attach_raw_tracepoint(program, "sched_switch", 0);
       }},
      {"uprobe at an offset", kKprobe, 0, uprobe({.path = path, .offset = 16, .cookie = 3})},
      {"uprobe at a function", kKprobe, 0,
       uprobe({.path = path, .function = "f", .offset = 2, .at_return = true})},
      {"uprobe by ioctl", kKprobe, 0,
       uprobe({.path = path, .function = "g", .mode = ProbeMode::ioctl})},
      {"uprobe by a link", kKprobe, 0,
       uprobe({.path = path, .function = "g", .mode = ProbeMode::link})},
      {"uprobe in an archive", kKprobe, 0, uprobe({.path = member.c_str(), .function = "f"})},
      {"uprobes of a pattern", kKprobe, bpf::kTraceUprobeMulti,
       uprobes({.path = path, .pattern = "?"})},
      {"uprobes by names", kKprobe, bpf::kTraceUprobeMulti,
       uprobes({.path = path, .functions = kNames, .cookies = kCookies, .count = 2})},
      {"uprobes at offsets", kKprobe, bpf::kTraceUprobeMulti,
       uprobes({.path = path, .offsets = kPlaces, .count = 2})},
      {"kprobe", kKprobe, 0, kprobe({.function = "vfs_read", .at_return = true, .cookie = 4})},
      {"kprobe at an address", kKprobe, 0, kprobe({.offset = 0xffff})},
      {"kprobes at addresses", kKprobe, BPF_TRACE_KPROBE_MULTI,
       [](const attach::Program& program) {
         return attach::attach_kprobe_multi(program, {.addresses = kPlaces, .count = 2});
       }},
      {"tracing", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY,
       [](const attach::Program& program) { return attach::attach_tracing(program, 5); }},
      {"iterator", BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER,
       [](const attach::Program& program) { return attach::attach_iterator(program, nullptr, 0); }},
  };
}

} // namespace

TEST_CASE("whichever call of attaching fails, nothing is left") {
  const TemporaryFolder folder;
  const std::string library = folder / "libx.so";
  const std::string bytes =
      SymbolsImage(true, ByteOrder::little, {{.name = "f", .value = 0x1008}},
                   {{.name = "f", .value = 0x1008}, {.name = "g", .value = 0x1010}}, HashKind::gnu)
          .image.bytes();
  write(library, bytes);
  write(folder / "x.apk", ZipImage{.members = {{.name = "libx.so", .content = bytes}}}.bytes());
  const std::string member = folder / "x.apk!/libx.so";
  for (const Way& way : ways(library, member)) {
    // What a process asks for once is asked for here.
    fresh_kernel();
    {
      const LoadedProgram program(way.type, way.attach_type);
      CAPTURE(way.name);
      const Messages messages;
      const auto link = way.attach(program.program());
      CAPTURE(messages.last());
      REQUIRE(link);
      CHECK((*link)->fd() >= 0);
      CHECK(messages.warnings() == 0);
    }
    for (unsigned nth = 1;; ++nth) {
      fresh_kernel();
      const LoadedProgram program(way.type, way.attach_type);
      const Messages messages;
      const unsigned before = sim_calls("any");
      sim_fail("any", nth, EIO);
      bool is_attached = false;
      {
        const auto link = way.attach(program.program());
        is_attached = static_cast<bool>(link);
      }
      const bool is_failed = sim_calls("any") - before >= nth;
      CAPTURE(way.name, nth, messages.last());
      REQUIRE(nth < 100);
      CHECK(sim_live().fds == 1);
      CHECK(sim_live().bytes == 0);
      if (!is_failed) {
        CHECK(is_attached);
        break;
      }
      // The last calls are those that end the link.
      CHECK((is_attached || messages.warnings() == 1));
    }
  }
  sim_reset(1);
}

TEST_CASE("a program that is not loaded is refused behind the event, and nothing is left") {
  fresh_kernel();
  const attach::Program program{.subject = "x"};
  const Messages messages;
  CHECK(attach::attach_tracepoint(program, "sched", "nothing", 0).error() == Errno(ENOENT));
  CHECK(attach::attach_tracepoint(program, "sched", "sched_switch", 0).error() == Errno(EINVAL));
  CHECK(attach::attach_kprobe(program, {.function = "f"}).error() == Errno(EINVAL));
  CHECK(attach::attach_uprobe(program, {.path = "/nothing", .function = "f"}).error() ==
        Errno(ENOENT));
  CHECK(attach::attach_tracing(program, 0).error() == Errno(EINVAL));
  CHECK(messages.warnings() == 5);
  CHECK(sim_live().fds == 0);
  CHECK(sim_live().bytes == 0);
}

TEST_CASE("an event stays with the caller where attaching to it fails") {
  fresh_kernel();
  const LoadedProgram program;
  const Messages messages;
  auto opened = attach::open_tracepoint_event(1, -1, "x");
  REQUIRE(opened);
  attach::Event event{{}, std::move(*opened)};
  const int number = event.fd.get();
  const auto attach = [&](const attach::EventOptions& options) {
    return attach::attach_event(program.program(), event, options);
  };
  CHECK(attach({.cookie = 1, .by_ioctl = true}).error() == Errno(EOPNOTSUPP));
  sim_fail("link_create", 1, EBUSY);
  CHECK(attach({}).error() == Errno(EBUSY));
  sim_fail("ioctl", 1, EPROTO);
  CHECK(attach({.by_ioctl = true}).error() == Errno(EPROTO));
  CHECK_THAT(messages.last(), Catch::Contains("PERF_SAMPLE_CALLCHAIN"));
  sim_fail("ioctl", 1, EIO);
  CHECK(attach({}).error() == Errno(EIO));
  sim_fail("malloc", 1, ENOMEM);
  CHECK(attach({}).error() == Errno(ENOMEM));
  CHECK(event.fd.get() == number);
  CHECK(sim_live().fds == 2);
  const unsigned controls = sim_calls("ioctl");
  const auto link = attach({.by_ioctl = true, .enable = false});
  REQUIRE(link);
  CHECK(sim_calls("ioctl") == controls + 1);
  CHECK((*link)->fd() == number);
  CHECK_FALSE(event.fd);
}

TEST_CASE("a way of attaching that there is not is refused before the event") {
  fresh_kernel();
  const LoadedProgram program(BPF_PROG_TYPE_KPROBE);
  const Messages messages;
  CHECK(
      attach::attach_kprobe(program.program(), {.function = "f", .mode = static_cast<ProbeMode>(4)})
          .error() == Errno(EINVAL));
  CHECK(
      attach::attach_kprobe(program.program(), {.offset = 1, .mode = ProbeMode::tracefs}).error() ==
      Errno(EOPNOTSUPP));
  CHECK(attach::attach_uprobe(program.program(), {.path = "/x", .counter = std::uint64_t{1} << 32})
            .error() == Errno(EINVAL));
  CHECK(attach::attach_uprobe(program.program(),
                              {.path = "/x", .counter = 8, .mode = ProbeMode::tracefs})
            .error() == Errno(EINVAL));
  CHECK(attach::attach_uprobe(program.program(), {}).error() == Errno(EINVAL));
  CHECK(messages.warnings() == 5);
  CHECK(sim_calls("perf_event_open") == 0);
}

TEST_CASE("a struct_ops map that cannot be registered has no link") {
  sim_reset(1);
  const auto map = bpf::create_map(
      {.map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1});
  REQUIRE(map);
  const std::uint32_t value = 1;
  const Messages messages;
  for (unsigned nth = 1;; ++nth) {
    REQUIRE(nth < 20);
    const unsigned before = sim_calls("any");
    sim_fail("any", nth, EIO);
    const auto link = attach::attach_struct_ops(map->get(), &value, false, "x");
    const bool is_failed = sim_calls("any") - before >= nth;
    sim_fail("any", 0, 0);
    if (!is_failed) {
      REQUIRE(link);
      CHECK((*link)->fd() != map->get());
      CHECK(sim_live().fds == 2);
      break;
    }
    CHECK_FALSE(link);
    CHECK(messages.warnings() == nth);
    CHECK(sim_live().fds == 1);
    CHECK(sim_live().bytes == 0);
  }
}

} // namespace ringside::test
