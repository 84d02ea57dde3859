// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Relocating: one function for each kind of reference.
#include "object/relocate.hpp"

#include <cerrno>
#include <cinttypes>

#include "bpf/insn.hpp"

namespace ringside::object {
namespace {

// Relocator changes the instruction of one reference.
class Relocator {
public:
  Relocator(Code& code, const Parsed& parsed, const RelocationTargets& targets,
            const Reference& reference, const Subject& program)
      : code_(code), parsed_(parsed), targets_(targets), reference_(reference),
        subject_(program, "insn", reference.insn) {}

  Result<void> run();

private:
  [[nodiscard]] bpf_insn& insn() { return code_.insns[reference_.insn]; }
  [[nodiscard]] bpf_insn& second_half() { return code_.insns[std::size_t{reference_.insn} + 1]; }
  // make_call puts a call of a helper in the place of a call or of both halves of a load.
  void make_call(std::int32_t helper) {
    insn() = bpf::insn::call(helper);
    if (!reference_.is_call)
      second_half() = bpf::insn::call(helper);
  }
  void load_value(int map_fd, std::uint64_t offset) {
    insn().src_reg = BPF_PSEUDO_MAP_VALUE;
    insn().imm = map_fd;
    second_half().imm = bpf::insn::low_half(offset);
  }
  Result<void> check_form();
  // of_map is for references to maps and their data: the map may have been left out.
  void of_map();
  void map(int map_fd);
  void data(int map_fd, std::uint64_t section_offset);
  void external();
  Result<void> jump_table();

  Code& code_;
  const Parsed& parsed_;
  const RelocationTargets& targets_;
  const Reference& reference_;
  Subject subject_;
};

// The caller may have set other instructions than those of the file.
Result<void> Relocator::check_form() {
  const bool is_inside = reference_.is_call ? reference_.insn < code_.insns.size()
                                            : reference_.insn + std::size_t{1} < code_.insns.size();
  if (is_inside &&
      (reference_.is_call ? bpf::insn::is_call(insn()) : bpf::insn::is_load_64(insn())))
    return {};
  return fail(subject_, Errno(EINVAL),
              "the object relocates it, but the instructions that were set have no %s there",
              reference_.is_call ? "call" : "load of 64 bits");
}

void Relocator::map(int map_fd) {
  insn().src_reg = BPF_PSEUDO_MAP_FD;
  insn().imm = map_fd;
}

void Relocator::data(int map_fd, std::uint64_t section_offset) {
  const auto addend = static_cast<std::uint64_t>(std::int64_t{insn().imm});
  load_value(map_fd, addend + reference_.offset + section_offset);
}

void Relocator::of_map() {
  const LiveMap& live = targets_.maps[reference_.index];
  if (!live.exists)
    make_call(kMissingMap + static_cast<std::int32_t>(reference_.index));
  else if (reference_.to == RefersTo::map)
    map(live.fd);
  else
    data(live.fd, reference_.to == RefersTo::arena ? targets_.arena_offset : 0);
}

void Relocator::external() {
  const Extern& external = parsed_.externs[reference_.index];
  const LiveExtern& live = targets_.externs[reference_.index];
  if (external.kind == Extern::Kind::kconfig) {
    const LiveMap& config = targets_.maps[parsed_.kconfig_map];
    if (config.exists)
      load_value(config.fd, external.offset);
    else
      make_call(kMissingMap + static_cast<std::int32_t>(parsed_.kconfig_map));
    return;
  }
  if (reference_.is_call) {
    if (!live.is_set) {
      make_call(kMissingFunction + static_cast<std::int32_t>(reference_.index));
      return;
    }
    insn().src_reg = BPF_PSEUDO_KFUNC_CALL;
    insn().imm = static_cast<std::int32_t>(live.btf_id);
    insn().off = live.fd_index;
    return;
  }
  if (live.is_set && external.kind != Extern::Kind::untyped_symbol) {
    insn().src_reg = BPF_PSEUDO_BTF_ID;
    insn().imm = static_cast<std::int32_t>(live.btf_id);
    second_half().imm = live.btf_fd;
    return;
  }
  // A weak symbol that does not exist has the address 0.
  const std::uint64_t address = live.is_set ? live.address : 0;
  bpf::insn::set_number(insn(), second_half(), address);
}

Result<void> Relocator::jump_table() {
  const auto fd = targets_.jump_table(targets_.context, code_, reference_.insn, reference_);
  if (!fd)
    return fd.error();
  insn().src_reg = BPF_PSEUDO_MAP_VALUE;
  insn().imm = *fd;
  return {};
}

Result<void> Relocator::run() {
  // compose has written the calls of subprograms.
  if (reference_.to == RefersTo::subprogram)
    return {};
  if (const auto checked = check_form(); !checked)
    return checked;
  switch (reference_.to) {
  case RefersTo::map:
  case RefersTo::data:
  case RefersTo::arena:
    of_map();
    break;
  case RefersTo::external:
    external();
    break;
  case RefersTo::jump_table:
    return jump_table();
  case RefersTo::subprogram:
    break;
  }
  return {};
}

} // namespace

Result<void> relocate(Code& code, const Parsed& parsed, const RelocationTargets& targets,
                      const Subject& subject) {
  for (const Reference& reference : code.references)
    if (const auto relocated = Relocator(code, parsed, targets, reference, subject).run();
        !relocated)
      return relocated;
  return {};
}

} // namespace ringside::object
