// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Links of many functions: which lists and patterns go together, and what the kernel's refusal of a
// list becomes.
#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include "attach/kprobe.hpp"
#include "attach/uprobe.hpp"
#include "bpf/new_uapi.hpp"
#include "loaded_program.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using attach::KprobeMulti;
using attach::UprobeMulti;

const char* const kNames[] = {"no_function_of_this_kernel", "nor_is_this"};
const unsigned long kPlaces[] = {16, 32};
const std::uint64_t kCookies[] = {1, 2};

// refusal attaches, which must fail with EINVAL before a link is made, and is the message.
std::string refusal(const KprobeMulti& multi) {
  sim_reset(1);
  const LoadedProgram program(BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI);
  const Messages messages;
  const auto link = attach::attach_kprobe_multi(program.program(), multi);
  REQUIRE_FALSE(link);
  CHECK(link.error() == Errno(EINVAL));
  CHECK(messages.warnings() == 1);
  CHECK(sim_calls("link_create") == 0);
  return messages.last();
}
std::string refusal(const UprobeMulti& multi) {
  sim_reset(1);
  const LoadedProgram program(BPF_PROG_TYPE_KPROBE, bpf::kTraceUprobeMulti);
  const Messages messages;
  const auto link = attach::attach_uprobe_multi(program.program(), multi);
  REQUIRE_FALSE(link);
  CHECK(link.error() == Errno(EINVAL));
  CHECK(messages.warnings() == 1);
  CHECK(sim_calls("link_create") == 0);
  return messages.last();
}

} // namespace

TEST_CASE("kprobes of a pattern, of names or of addresses: one of these") {
  using Catch::Contains;
  CHECK_THAT(refusal(KprobeMulti{}), Contains("neither a pattern nor a list"));
  CHECK_THAT(refusal(KprobeMulti{.count = 2}), Contains("neither a pattern nor a list"));
  for (const KprobeMulti& multi : {KprobeMulti{.pattern = "f*", .functions = kNames},
                                   KprobeMulti{.pattern = "f*", .addresses = kPlaces},
                                   KprobeMulti{.pattern = "f*", .cookies = kCookies},
                                   KprobeMulti{.pattern = "f*", .count = 1}})
    CHECK_THAT(refusal(multi), Contains("a pattern cannot go with a list"));
  CHECK_THAT(refusal(KprobeMulti{.functions = kNames}), Contains("the list is empty"));
  CHECK_THAT(refusal(KprobeMulti{.functions = kNames, .count = 2, .must_be_one = true}),
             Contains("unique_match needs a pattern"));
  CHECK_THAT(refusal(KprobeMulti{.functions = kNames, .addresses = kPlaces, .count = 2}),
             Contains("syms and addrs cannot both be given"));
  CHECK_THAT(
      refusal(KprobeMulti{.addresses = kPlaces, .count = 2, .at_return = true, .session = true}),
      Contains("retprobe and session cannot both be set"));
}

TEST_CASE("uprobes of a pattern, of names or of offsets: one of these") {
  using Catch::Contains;
  const char* const path = "/bin/true";
  CHECK_THAT(refusal(UprobeMulti{.pattern = "f*"}), Contains("the path"));
  CHECK_THAT(refusal(UprobeMulti{.path = path}), Contains("neither a pattern nor a list"));
  for (const UprobeMulti& multi : {UprobeMulti{.path = path, .pattern = "f*", .functions = kNames},
                                   UprobeMulti{.path = path, .pattern = "f*", .offsets = kPlaces},
                                   UprobeMulti{.path = path, .pattern = "f*", .counters = kPlaces},
                                   UprobeMulti{.path = path, .pattern = "f*", .cookies = kCookies},
                                   UprobeMulti{.path = path, .pattern = "f*", .count = 1}})
    CHECK_THAT(refusal(multi), Contains("a pattern cannot go with a list"));
  CHECK_THAT(refusal(UprobeMulti{.path = path, .count = 2}), Contains("either syms or offsets"));
  CHECK_THAT(
      refusal(UprobeMulti{.path = path, .functions = kNames, .offsets = kPlaces, .count = 2}),
      Contains("either syms or offsets"));
  CHECK_THAT(refusal(UprobeMulti{
                 .path = path, .offsets = kPlaces, .count = 2, .at_return = true, .session = true}),
             Contains("retprobe and session cannot both be set"));
}

TEST_CASE("a program that is not loaded is refused before its lists are looked at") {
  const attach::Program program{.subject = "x"};
  const Messages messages;
  CHECK(attach::attach_kprobe_multi(program, {}).error() == Errno(EINVAL));
  CHECK_THAT(messages.last(), Catch::Contains("before it is loaded"));
  CHECK(attach::attach_uprobe_multi(program, {}).error() == Errno(EINVAL));
  CHECK_THAT(messages.last(), Catch::Contains("before it is loaded"));
}

TEST_CASE("functions that the kernel does not have are ENOENT, and the first of them is named") {
  sim_reset(1);
  const LoadedProgram program(BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI);
  const Messages messages;
  const auto error_of = [&program](const KprobeMulti& multi) {
    sim_fail("link_create", 1, ESRCH);
    return attach::attach_kprobe_multi(program.program(), multi).error();
  };
  CHECK(error_of({.functions = kNames, .count = 2}) == Errno(ENOENT));
  if (std::filesystem::exists("/proc/kallsyms"))
    CHECK_THAT(messages.last(),
               Catch::Contains("the kernel has no function 'no_function_of_this_kernel'"));
  CHECK(error_of({.pattern = "nor_is_this"}) == Errno(ENOENT));
  if (std::filesystem::exists("/proc/kallsyms"))
    CHECK_THAT(messages.last(), Catch::Contains("the kernel has no function 'nor_is_this'"));
  CHECK(error_of({.addresses = kPlaces, .count = 2}) == Errno(ENOENT));
  const char* const null_names[] = {"f", nullptr};
  CHECK(error_of({.functions = null_names, .count = 2}) == Errno(ENOENT));
  CHECK(sim_live().fds == 1);
  CHECK(sim_live().bytes == 0);
}

TEST_CASE("the missing one of many functions is found by one pass over the symbols") {
  if (!std::filesystem::exists("/proc/kallsyms"))
    return;
  sim_reset(1);
  const LoadedProgram program(BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI);
  // A pass for each would take minutes.
  std::vector<std::string> texts;
  for (int number = 0; number < 20'000; ++number)
    texts.push_back("no_function_" + std::to_string(number));
  std::vector<const char*> names;
  names.reserve(texts.size());
  for (const std::string& text : texts)
    names.push_back(text.c_str());
  const Messages messages;
  sim_fail("link_create", 1, ESRCH);
  CHECK(attach::attach_kprobe_multi(program.program(),
                                    {.functions = names.data(), .count = names.size()})
            .error() == Errno(ENOENT));
  CHECK_THAT(messages.last(), Catch::Contains("'no_function_0'"));
}

} // namespace ringside::test
