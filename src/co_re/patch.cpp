// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Patching: one function for each class of instructions.
#include "co_re/patch.hpp"

#include <cerrno>
#include <cinttypes>

#include "bpf/insn.hpp"

namespace ringside::co_re {
namespace {

constexpr std::uint64_t kLowHalf = UINT32_MAX;

std::uint64_t carried_up(std::int32_t number) {
  return static_cast<std::uint64_t>(std::int64_t{number});
}

Errno other_number(const Subject& subject, std::uint64_t found, std::uint64_t expected) {
  return fail(subject, Errno(EINVAL),
              "the instruction holds %" PRIu64 ", but the program's types give %" PRIu64
              ": the object was changed after it was compiled",
              found, expected);
}

Errno wrong_form(const Subject& subject, const bpf_insn& insn) {
  return fail(subject, Errno(EINVAL),
              "an instruction of code 0x%02x holds no number that could be changed", insn.code);
}

void poison(bpf_insn& insn) {
  insn = bpf::insn::call(kPoisonHelper);
}

Result<void> patch_alu(bpf_insn& insn, const Change& change, const Subject& subject) {
  if (BPF_SRC(insn.code) != BPF_K)
    return wrong_form(subject, insn);
  if (change.check_old && carried_up(insn.imm) != change.old_number)
    return other_number(subject, carried_up(insn.imm), change.old_number);
  insn.imm = bpf::insn::low_half(change.number);
  return {};
}

Result<void> change_access(bpf_insn& insn, const Change& change, const Subject& subject) {
  if (change.access_bytes == 0 || change.access_bytes == change.old_access_bytes)
    return {};
  if (bpf::insn::access_bytes(insn) != change.old_access_bytes)
    return fail(subject, Errno(EINVAL),
                "the instruction moves %" PRIu32 " bytes, but the field has %" PRIu32,
                bpf::insn::access_bytes(insn), change.old_access_bytes);
  const std::uint32_t bytes = change.access_bytes;
  if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8)
    return fail(subject, Errno(EINVAL),
                "the field has %" PRIu32 " bytes on the target, which no instruction moves", bytes);
  insn.code = static_cast<std::uint8_t>(bpf::insn::mode_of(insn) | bpf::insn::size_code(bytes) |
                                        bpf::insn::class_of(insn));
  return {};
}

Result<void> patch_access(bpf_insn& insn, const Change& change, const Subject& subject) {
  const auto old = static_cast<std::uint64_t>(std::int64_t{insn.off});
  if (change.check_old && old != change.old_number)
    return other_number(subject, old, change.old_number);
  if (change.number > INT16_MAX) {
    say(LogLevel::warn, subject,
        "the field is at offset %" PRIu64 " on the target, which no load or store reaches: the "
        "access is made invalid",
        change.number);
    poison(insn);
    return {};
  }
  if (change.poison_access) {
    say(LogLevel::warn, subject,
        "the field has another size on the target, and its sign would get lost: the access is made "
        "invalid");
    poison(insn);
    return {};
  }
  if (const auto changed = change_access(insn, change, subject); !changed)
    return changed;
  insn.off = static_cast<std::int16_t>(change.number);
  return {};
}

// A compiler may have put only the low half of an enumerator into the load, without its sign. Then
// the number of the target is written in the same form.
Result<std::uint64_t> number_to_load(std::uint64_t held, const Change& change,
                                     const Subject& subject) {
  if (!change.check_old || held == change.old_number)
    return change.number;
  if (change.is_enumerator && held == (change.old_number & kLowHalf))
    return change.is_wide_enumerator ? change.number : change.number & kLowHalf;
  if (change.is_wide_enumerator && (held & kLowHalf) == (change.old_number & kLowHalf))
    return change.number;
  return other_number(subject, held, change.old_number);
}

} // namespace

Result<void> patch(std::span<bpf_insn> program, std::size_t index, const Change& change,
                   const Subject& subject) {
  if (index >= program.size())
    return fail(subject, Errno(EINVAL), "the record is about instruction %zu, but there are %zu",
                index, program.size());
  bpf_insn& insn = program[index];
  const bool is_wide = bpf::insn::is_load_64(insn);
  if (is_wide && index + 1 == program.size())
    return fail(subject, Errno(EINVAL), "the program ends within a load of 64 bits");
  if (change.poison) {
    say(LogLevel::debug, subject, "the target has no such thing: the instruction is made invalid");
    if (is_wide)
      poison(program[index + 1]);
    poison(insn);
    return {};
  }
  switch (bpf::insn::class_of(insn)) {
  case BPF_ALU:
  case BPF_ALU64:
    return patch_alu(insn, change, subject);
  case BPF_LDX:
  case BPF_ST:
  case BPF_STX:
    return patch_access(insn, change, subject);
  case BPF_LD: {
    if (!is_wide || insn.src_reg != 0 || insn.off != 0)
      return wrong_form(subject, insn);
    bpf_insn& second = program[index + 1];
    if (second.code != 0 || second.dst_reg != 0 || second.src_reg != 0 || second.off != 0)
      return wrong_form(subject, insn);
    const std::uint64_t held = bpf::insn::number_of(insn, second);
    const auto number = number_to_load(held, change, subject);
    if (!number)
      return number.error();
    bpf::insn::set_number(insn, second, *number);
    return {};
  }
  default:
    return wrong_form(subject, insn);
  }
}

} // namespace ringside::co_re
