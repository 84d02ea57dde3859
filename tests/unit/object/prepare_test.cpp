// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Preparing objects of which a part is not loaded, and loading programs that are switched on late.
#include <cerrno>
#include <cstdio>
#include <string>

#include <catch2/catch.hpp>

#include "../btf/types.hpp"
#include "made_ext.hpp"
#include "made_object.hpp"
#include "messages.hpp"
#include "object/object.hpp"
#include "os/text_file.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

constexpr bpf_insn load_address() {
  return bpf::insn::make(BPF_LD | BPF_IMM | BPF_DW, 1);
}
const std::vector<bpf_insn> kUsesMap = {
    load_address(), {}, bpf::insn::move(BPF_REG_0, 0), bpf::insn::exit()};

// An object with a map, which two programs use.
struct TwoPrograms {
  TwoPrograms() {
    const auto map = made.hash_map("m");
    for (const char* const name : {"first", "second"}) {
      const auto section = made.program(name[0] == 'f' ? "xdp" : "socket", name, kUsesMap);
      made.relocation(section, 0, map);
    }
  }
  MadeObject made;
};

// TargetFile is the BTF of a kernel, in a file for as long as this lives.
class TargetFile {
public:
  explicit TargetFile(const Types& types) {
    const auto bytes = types.btf().bytes(kNativeOrder);
    REQUIRE(bytes);
    REQUIRE(os::replace_text(kPath, {reinterpret_cast<const char*>(bytes->data()), bytes->size()}));
  }
  TargetFile(const TargetFile&) = delete;
  TargetFile& operator=(const TargetFile&) = delete;
  ~TargetFile() { std::remove(kPath); }

  static constexpr const char* kPath = "prepare_test.btf";
};

} // namespace

TEST_CASE("a program that is switched on after prepare gets what the others have") {
  sim_reset(1);
  TwoPrograms two;
  const auto bytes = two.made.bytes();
  auto object = object::Object::open(ByteSource(bytes), "made.o", {});
  REQUIRE(object);
  object::Program* const second = (*object)->find_program("second");
  REQUIRE(second != nullptr);
  REQUIRE(second->set(&object::ProgramPlan::autoload, false));
  REQUIRE((*object)->prepare());
  CHECK(second->code() == nullptr);
  REQUIRE(second->set(&object::ProgramPlan::autoload, true));
  REQUIRE((*object)->load());
  CHECK(second->fd() >= 0);
  const int map = (*object)->maps()[0].fd();
  for (const object::Program& program : (*object)->programs()) {
    CAPTURE(program.name());
    REQUIRE(program.insns().size() == kUsesMap.size());
    CHECK(program.insns()[0].src_reg == BPF_PSEUDO_MAP_FD);
    CHECK(program.insns()[0].imm == map);
  }
}

TEST_CASE("a CO-RE record that makes no sense counts where its function is loaded") {
  for (const bool calls : {false, true}) {
    CAPTURE(calls);
    sim_reset(1);
    Types kernel;
    kernel.signed_integer("int", 4);
    const TargetFile target(kernel);
    const auto bytes = with_senseless_record(calls);
    object::Settings settings;
    settings.btf_path = TargetFile::kPath;
    auto object = object::Object::open(ByteSource(bytes), "made.o", settings);
    REQUIRE(object);
    const Messages messages;
    const auto prepared = (*object)->prepare();
    CHECK(static_cast<bool>(prepared) == !calls);
    if (calls) {
      CHECK(prepared.error() == Errno(EINVAL));
      CHECK_THAT(messages.last(), Catch::Contains("prog 'first': it calls 'helper'"));
    }
  }
}

} // namespace ringside::test
