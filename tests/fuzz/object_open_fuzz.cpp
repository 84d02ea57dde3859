// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A hostile BPF object: what parsing gives is in order, and its programs can be composed and
// relocated.
#include <algorithm>
#include <vector>

#include "base/read_ahead.hpp"
#include "bpf/insn.hpp"
#include "check.hpp"
#include "fuzzed_file.hpp"
#include "messages.hpp"
#include "object/compose.hpp"
#include "object/parsed.hpp"
#include "object/relocate.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using object::Code;
using object::LiveExtern;
using object::LiveMap;
using object::Parsed;
using object::ParsedMap;
using object::ParsedProgram;
using object::Reference;
using object::RefersTo;

// An instruction with its index, and the second half of a load, are in the program.
void check_reference(const Parsed& parsed, const ParsedProgram& program,
                     const Reference& reference) {
  require(reference.insn < program.code.size(), "a reference is in its program");
  const bpf_insn& insn = program.code[reference.insn];
  require(reference.is_call || reference.insn + std::size_t{1} < program.code.size(),
          "both halves of a load are in the program");
  require(reference.is_call == (insn.code == (BPF_JMP | BPF_CALL)), "a call is a call");
  switch (reference.to) {
  case RefersTo::map:
  case RefersTo::data:
  case RefersTo::arena:
    require(reference.index < parsed.maps.size(), "a reference names a map that is there");
    break;
  case RefersTo::external:
    require(reference.index < parsed.externs.size(), "a reference names an extern that is there");
    break;
  case RefersTo::subprogram:
  case RefersTo::jump_table:
    break;
  }
}

void look_at_programs(const Parsed& parsed) {
  std::pair<std::uint32_t, std::uint32_t> before(0, 0);
  for (const ParsedProgram& program : parsed.programs) {
    const std::pair place(program.section_index, program.section_insn);
    require(before <= place, "programs are in order");
    before = place;
    require(!program.name.empty() && !program.code.empty(), "a program has a name and code");
    require(program.is_subprogram == (program.section_index == parsed.text_section),
            "what is in .text is a subprogram");
    for (const Reference& reference : program.references)
      check_reference(parsed, program, reference);
    for (const auto* records : {&program.functions, &program.lines})
      for (std::size_t index = 0; index < records->size(); ++index) {
        const std::uint64_t insn = (*records)[index][0] / sizeof(bpf_insn);
        require(insn - program.section_insn < program.code.size(), "a record is in its program");
      }
  }
  for (const object::CoreRecord& record : parsed.core_records)
    require(record.program < parsed.programs.size() &&
                record.insn < parsed.programs[record.program].code.size(),
            "a CO-RE record is in its program");
}

void look_at_maps(const Parsed& parsed) {
  for (const ParsedMap& map : parsed.maps) {
    require(!map.name.empty(), "a map has a name");
    require(map.content.size() <= map.variable_size, "a map's content fits");
    for (const object::Slot& slot : map.slots)
      require(slot.index <
                  (map.values.inner_type_id != 0 ? parsed.maps.size() : parsed.programs.size()),
              "a slot names something that is there");
    for (const object::OpsProgram& program : map.ops_programs)
      require(program.program < parsed.programs.size() &&
                  program.offset + sizeof(std::uint64_t) <= map.definition.value_size,
              "a member names a program that is there");
  }
  std::uint32_t end = 0;
  for (const object::Extern& external : parsed.externs)
    if (external.kind == object::Extern::Kind::kconfig) {
      require(external.offset >= end && external.form != object::Extern::Form::none,
              "values of .kconfig lie one behind the other");
      end = external.offset + external.size;
    }
  if (parsed.kconfig_map != object::kNoIndex)
    require(parsed.maps[parsed.kconfig_map].definition.value_size == end, "values fill .kconfig");
}

std::span<const bpf_insn> code_of(const void* parsed, std::uint32_t program) {
  return static_cast<const Parsed*>(parsed)->programs[program].code;
}

// Programs that call many functions each are long, so only the first few are composed.
void compose_and_relocate(const Parsed& parsed) {
  std::vector<LiveMap> maps(parsed.maps.size(), LiveMap{true, 7});
  std::vector<LiveExtern> externs(parsed.externs.size());
  object::RelocationTargets targets;
  targets.maps = maps;
  targets.externs = externs;
  targets.jump_table = [](void*, const Code&, std::uint32_t, const Reference&) {
    return Result<int>(8);
  };
  for (std::uint32_t index = 0; index < std::min<std::size_t>(parsed.programs.size(), 8); ++index) {
    auto code = object::compose(parsed, {code_of, &parsed}, index, object::kNoIndex, true, "input");
    if (!code)
      continue;
    std::uint32_t end = 0;
    for (const Code::Part& part : code->parts) {
      require(part.begin == end, "parts lie one behind the other");
      end += part.size;
    }
    require(end == code->insns.size(), "parts are the whole code");
    require(static_cast<bool>(object::relocate(*code, parsed, targets, "input")),
            "what was parsed can be relocated");
  }
}

} // namespace
} // namespace ringside::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside::test;
  const Messages messages;
  const FuzzedFile file(bytes, size);
  sim_reset(1);
  Parsed parsed;
  const ringside::object::ParseOptions options{.relaxed_maps = size % 2 != 0};
  const ringside::ByteSource in_memory(file.bytes());
  ringside::ReadAhead<16> read(in_memory);
  const auto result = ringside::object::parse(size % 4 < 2 ? in_memory : read.source(), "input",
                                              options, parsed, "input");
  require(sim_live().bytes <= 65536 + size * 64, "memory is bounded by the input");
  if (!result)
    return 0;
  look_at_programs(parsed);
  look_at_maps(parsed);
  compose_and_relocate(parsed);
  return 0;
}
