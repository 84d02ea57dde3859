// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Hashing a program as it is before its maps have descriptors.
#include "object/exclusive.hpp"

#include "bpf/insn.hpp"
#include "object/loading.hpp"

namespace ringside::object {
namespace {

Result<int> no_jump_table(void* /*context*/, const Code& /*code*/, std::uint32_t /*insn*/,
                          const Reference& /*table*/) {
  return 0;
}

// relocated is the program's code with 0 for the descriptor of each map.
Result<Code> relocated(const Loading& loading, const Program& program, const Subject& subject) {
  Code code;
  if (!code.insns.append_all(program.insns()))
    return no_memory(subject, "its instructions");
  if (program.code() == nullptr)
    return code;
  if (!code.parts.append_all(program.code()->parts) ||
      !code.references.append_all(program.code()->references))
    return no_memory(subject, "its relocations");
  Vector<LiveMap> maps;
  for (const Map& map : loading.object.maps())
    if (!maps.append({map.plan().autocreate || map.fd() >= 0, 0}))
      return no_memory(subject, "its maps");
  RelocationTargets targets;
  targets.maps = {maps.begin(), maps.size()};
  targets.externs = {loading.externs.begin(), loading.externs.size()};
  targets.jump_table = no_jump_table;
  if (const auto done = relocate(code, loading.object.parsed(), targets, subject); !done)
    return done.error();
  return code;
}

bool loads_map(const bpf_insn& insn) {
  return bpf::insn::is_load_64(insn) &&
         (insn.src_reg == BPF_PSEUDO_MAP_FD || insn.src_reg == BPF_PSEUDO_MAP_VALUE);
}

} // namespace

Result<Sha256> hash_for_map(const Loading& loading, const Program& program) {
  const Subject subject(loading.subject, "prog", program.parsed().name);
  auto code = relocated(loading, program, subject);
  if (!code)
    return code.error();
  for (std::size_t at = 0; at + 1 < code->insns.size(); ++at)
    if (loads_map(code->insns[at]))
      bpf::insn::set_number(code->insns[at], code->insns[at + 1], 0);
  return sha256(std::as_bytes(std::span(code->insns.begin(), code->insns.size())));
}

} // namespace ringside::object
