// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// MadeExt: a .BTF.ext for a MadeObject.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_writer.hpp"
#include "btf/ext.hpp"
#include "made_object.hpp"

namespace ringside::test {

class MadeExt {
public:
  using Records = std::vector<std::vector<std::uint32_t>>;

  explicit MadeExt(MadeObject& made) : made_(made) {}

  // Each adds the records of one section.
  void function(const char* section, const Records& records) {
    add(btf::kFuncInfo, section, records);
  }
  void line(const char* section, const Records& records) { add(btf::kLineInfo, section, records); }
  void core(const char* section, const Records& records) { add(btf::kCoreRelo, section, records); }

  [[nodiscard]] std::string bytes() const {
    ByteWriter body;
    std::vector<std::uint32_t> where;
    for (std::size_t kind = 0; kind < btf::kExtKinds; ++kind) {
      const auto begin = static_cast<std::uint32_t>(body.size());
      if (!parts_[kind].empty()) {
        body.u32(btf::kExtLines[kind].words * 4U);
        body.words(parts_[kind]);
      }
      where.push_back(begin);
      where.push_back(static_cast<std::uint32_t>(body.size()) - begin);
    }
    ByteWriter all;
    all.u16(0xeb9f);
    all.u8(1);
    all.u8(0);
    all.u32(32);
    all.words(where);
    all.bytes(body.view());
    return {reinterpret_cast<const char*>(all.view().data()), all.size()};
  }

private:
  void add(btf::ExtKind kind, const char* section, const Records& records) {
    std::vector<std::uint32_t>& part = parts_[kind];
    const auto name = btf::add_string(made_.types(), section);
    REQUIRE(name);
    part.push_back(*name);
    part.push_back(static_cast<std::uint32_t>(records.size()));
    for (const auto& record : records)
      part.insert(part.end(), record.begin(), record.end());
  }

  MadeObject& made_;
  std::vector<std::uint32_t> parts_[btf::kExtKinds];
};

// with_senseless_record is an object whose subprogram has a CO-RE record of a member that its
// struct does not have. `calls`: the program that is loaded contains the subprogram.
inline std::vector<std::byte> with_senseless_record(bool calls) {
  MadeObject made;
  const auto text = made.code(".text", {bpf::insn::move(BPF_REG_0, 4), bpf::insn::exit()});
  const auto function = made.symbol("helper", STT_FUNC, STB_LOCAL, text, 0, 16);
  const auto section =
      made.program("xdp", "first",
                   {calls ? bpf::insn::make(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, -1)
                          : bpf::insn::move(BPF_REG_0, 0),
                    bpf::insn::exit()});
  if (calls)
    made.relocation(section, 0, function);
  const auto type = made.structure("s", {{"first", made.int_type(), 4}});
  const auto access = btf::add_string(made.types(), "0:7");
  REQUIRE(access);
  MadeExt ext(made);
  ext.core(".text", {{0, static_cast<std::uint32_t>(type), *access, 0}});
  made.ext_bytes = ext.bytes();
  return made.bytes();
}

} // namespace ringside::test
