// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_fit: one program, and what becomes of its record on kernels that have the field or not. What
// real objects want is compared in tests/tools/ringside/fits.
#include "object/fit.hpp"

#include <cerrno>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "../btf/types.hpp"
#include "made_ext.hpp"
#include "made_object.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using object::Answer;

// program asks in its second instruction for the offset of s.wanted. With `guard` that is behind a
// jump that is always taken.
std::vector<std::byte> program(MadeObject& made, bool guard) {
  constexpr bpf_insn kJump = bpf::insn::make(BPF_JMP | BPF_JA, 0, 0, 1);
  constexpr bpf_insn kNone = bpf::insn::make(BPF_JMP | BPF_JA, 0, 0, 0);
  made.program("xdp", "first",
               {guard ? kJump : kNone, bpf::insn::move(BPF_REG_1, 4), bpf::insn::move(BPF_REG_0, 0),
                bpf::insn::exit()});
  const int type =
      made.structure("s", {{"first", made.int_type(), 4}, {"wanted", made.int_type(), 4}});
  const auto access = btf::add_string(made.types(), "0:1");
  REQUIRE(access);
  MadeExt ext(made);
  ext.core("xdp", {{8, static_cast<std::uint32_t>(type), *access, 0}});
  made.ext_bytes = ext.bytes();
  return made.bytes();
}

Types kernel_with(const char* field) {
  Types types;
  const auto integer = types.signed_integer("int", 4);
  types.structure("s", 8, {{field, integer, 32}});
  return types;
}

} // namespace

TEST_CASE("a field is resolved, missing, or guarded") {
  sim_reset(1);
  const struct {
    const char* field;
    bool guard;
    Answer answer;
    std::string why;
  } rows[] = {
      {"wanted", false, Answer::resolved, ""},
      {"wants", false, Answer::missing, "no such field"},
      {"_wanted", false, Answer::missing, "no such field; this kernel has '_wanted'"},
      {"_wanted", true, Answer::guarded, "no such field; this kernel has '_wanted'"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.field, row.guard);
    MadeObject made;
    const auto bytes = program(made, row.guard);
    const Types kernel = kernel_with(row.field);
    const auto fit = object::find_fit(bytes, "made", {&kernel.btf(), {}});
    REQUIRE(fit);
    REQUIRE(fit->findings.size() == 1);
    const object::Finding& finding = fit->findings[0];
    CHECK(finding.answer == row.answer);
    CHECK(std::string(finding.about) == "byte_off");
    CHECK(finding.what == "s.wanted");
    CHECK(finding.why == row.why);
    CHECK(finding.program == "first");
  }
  CHECK(sim_calls("prog_load") == 0);
  CHECK(sim_calls("map_create") == 0);
}

TEST_CASE("a record that makes no sense counts where its function is loaded") {
  for (const bool calls : {false, true}) {
    CAPTURE(calls);
    sim_reset(1);
    const auto bytes = with_senseless_record(calls);
    const Types kernel = kernel_with("wanted");
    const auto fit = object::find_fit(bytes, "made", {&kernel.btf(), {}});
    REQUIRE(fit);
    REQUIRE(fit->findings.size() == 1);
    CHECK(fit->findings[0].answer == (calls ? Answer::missing : Answer::guarded));
    CHECK(std::string(fit->findings[0].about) == "record");
    CHECK(fit->findings[0].program == "helper");
  }
}

TEST_CASE("nothing is left when memory ends anywhere") {
  sim_reset(1);
  MadeObject made;
  const auto bytes = program(made, false);
  const Types kernel = kernel_with("other");
  unsigned failures = 0;
  for (unsigned number = 1;; ++number) {
    const std::size_t before = sim_live().bytes;
    sim_fail("malloc", number, ENOMEM);
    const Messages messages;
    {
      const auto fit = object::find_fit(bytes, "made", {&kernel.btf(), {}});
      if (fit) {
        CHECK(failures > 10);
        break;
      }
      CHECK(fit.error() == Errno(ENOMEM));
      ++failures;
    }
    CHECK(sim_live().bytes == before);
    REQUIRE(number < 10000);
  }
}

} // namespace ringside::test
