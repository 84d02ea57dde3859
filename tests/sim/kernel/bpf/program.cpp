// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Program: loading, and the interpreter.
#include "sim/kernel/bpf/program.hpp"

#include <cerrno>
#include <cstring>

#include "sim/kernel/bpf/pointers.hpp"

namespace ringside::sim {
namespace {

constexpr std::uint32_t kMaxInsns = 1'000'000;
constexpr int kMaxSteps = 1'000'000;
constexpr std::size_t kStackSize = 512;
constexpr std::uint8_t kLoadImmediate64 = BPF_LD | BPF_IMM | BPF_DW;

std::size_t size_of(std::uint8_t code) {
  switch (BPF_SIZE(code)) {
  case BPF_B:
    return 1;
  case BPF_H:
    return 2;
  case BPF_W:
    return 4;
  default:
    return 8;
  }
}

// compute is `left op right` in 64 bits, or in 32; false for an operation that is not simulated.
bool compute(std::uint8_t code, std::uint64_t& left, std::uint64_t right) {
  bool narrow = BPF_CLASS(code) == BPF_ALU;
  std::uint64_t value = narrow ? static_cast<std::uint32_t>(left) : left;
  if (narrow)
    right = static_cast<std::uint32_t>(right);
  std::uint64_t shift = right & (narrow ? 31 : 63);
  switch (BPF_OP(code)) {
  case BPF_ADD:
    value += right;
    break;
  case BPF_SUB:
    value -= right;
    break;
  case BPF_MUL:
    value *= right;
    break;
  case BPF_DIV:
    value = right == 0 ? 0 : value / right;
    break;
  case BPF_MOD:
    value = right == 0 ? value : value % right;
    break;
  case BPF_OR:
    value |= right;
    break;
  case BPF_AND:
    value &= right;
    break;
  case BPF_XOR:
    value ^= right;
    break;
  case BPF_LSH:
    value <<= shift;
    break;
  case BPF_RSH:
    value >>= shift;
    break;
  case BPF_MOV:
    value = right;
    break;
  case BPF_NEG:
    value = 0 - value;
    break;
  default:
    return false;
  }
  left = narrow ? static_cast<std::uint32_t>(value) : value;
  return true;
}

// holds is whether a jump is taken; false in `known` for a condition that is not simulated.
bool holds(std::uint8_t code, std::uint64_t left, std::uint64_t right, bool& known) {
  if (BPF_CLASS(code) == BPF_JMP32) {
    left = static_cast<std::uint32_t>(left);
    right = static_cast<std::uint32_t>(right);
  }
  auto signed_left = static_cast<std::int64_t>(left);
  auto signed_right = static_cast<std::int64_t>(right);
  known = true;
  switch (BPF_OP(code)) {
  case BPF_JA:
    return true;
  case BPF_JEQ:
    return left == right;
  case BPF_JNE:
    return left != right;
  case BPF_JGT:
    return left > right;
  case BPF_JGE:
    return left >= right;
  case BPF_JLT:
    return left < right;
  case BPF_JLE:
    return left <= right;
  case BPF_JSET:
    return (left & right) != 0;
  case BPF_JSGT:
    known = BPF_CLASS(code) == BPF_JMP;
    return signed_left > signed_right;
  case BPF_JSGE:
    known = BPF_CLASS(code) == BPF_JMP;
    return signed_left >= signed_right;
  case BPF_JSLT:
    known = BPF_CLASS(code) == BPF_JMP;
    return signed_left < signed_right;
  case BPF_JSLE:
    known = BPF_CLASS(code) == BPF_JMP;
    return signed_left <= signed_right;
  default:
    known = false;
    return false;
  }
}

} // namespace

int Program::load(const bpf_attr& attr, std::uint32_t id, const FindMap& find_map,
                  std::shared_ptr<Program>& program) {
  if (attr.prog_type == BPF_PROG_TYPE_UNSPEC || attr.prog_type > BPF_PROG_TYPE_SYSCALL)
    return -EINVAL;
  if (attr.insn_cnt == 0 || attr.insn_cnt > kMaxInsns)
    return -E2BIG;
  const auto* insns = pointer<const bpf_insn>(attr.insns);
  if (insns == nullptr || pointer<const char>(attr.license) == nullptr)
    return -EFAULT;
  program = std::make_shared<Program>();
  program->id = id;
  program->type = attr.prog_type;
  program->name.assign(attr.prog_name, strnlen(attr.prog_name, sizeof(attr.prog_name)));
  program->insns.assign(insns, insns + attr.insn_cnt);
  for (std::size_t i = 0; i < program->insns.size(); ++i) {
    bpf_insn& insn = program->insns[i];
    if (insn.code != kLoadImmediate64)
      continue;
    if (i + 1 == program->insns.size())
      return -EINVAL;
    bpf_insn& second = program->insns[++i];
    if (insn.src_reg == 0)
      continue;
    if (insn.src_reg == BPF_PSEUDO_FUNC) {
      // Relative to the next instruction; from now on from the start.
      insn.imm += static_cast<std::int32_t>(i);
      continue;
    }
    if (insn.src_reg != BPF_PSEUDO_MAP_FD && insn.src_reg != BPF_PSEUDO_MAP_VALUE)
      return -EINVAL;
    std::shared_ptr<Map> map;
    if (int error = find_map(insn.imm, map))
      return error;
    std::uint64_t value = address(map.get());
    if (insn.src_reg == BPF_PSEUDO_MAP_VALUE) {
      auto offset = static_cast<std::uint32_t>(second.imm);
      if (map->data() == nullptr || map->max_entries() != 1 || offset >= map->value_size())
        return -EINVAL;
      value = address(map->data() + offset);
    }
    insn.imm = static_cast<std::int32_t>(value);
    second.imm = static_cast<std::int32_t>(value >> 32);
    program->maps.push_back(std::move(map));
  }
  if (program->insns.back().code != (BPF_JMP | BPF_EXIT) &&
      program->insns.back().code != (BPF_JMP | BPF_JA))
    return -EINVAL;
  return 0;
}

int Program::run(const void* context, const ProgramContext& calls, std::uint64_t& returned) const {
  Registers r = {};
  r[1] = address(context);
  int error = run_from(0, r, calls);
  returned = r[0];
  return error;
}

int Program::run_from(std::size_t at, Registers& r, const ProgramContext& calls) const {
  alignas(8) std::byte stack[kStackSize] = {};
  r[10] = address(stack + sizeof(stack));
  for (int steps = 0; steps < kMaxSteps && at < insns.size(); ++steps) {
    const bpf_insn& insn = insns[at++];
    auto immediate = static_cast<std::uint64_t>(std::int64_t{insn.imm});
    std::uint64_t operand = BPF_SRC(insn.code) == BPF_X ? r[insn.src_reg] : immediate;
    auto offset = static_cast<std::uint64_t>(std::int64_t{insn.off});
    bool known = true;
    switch (BPF_CLASS(insn.code)) {
    case BPF_LD:
      known = insn.code == kLoadImmediate64;
      r[insn.dst_reg] = static_cast<std::uint32_t>(insn.imm) |
                        std::uint64_t{static_cast<std::uint32_t>(insns[at++].imm)} << 32;
      break;
    case BPF_LDX:
      known = BPF_MODE(insn.code) == BPF_MEM;
      r[insn.dst_reg] = 0;
      std::memcpy(&r[insn.dst_reg], pointer<void>(r[insn.src_reg] + offset), size_of(insn.code));
      break;
    case BPF_ST:
      known = BPF_MODE(insn.code) == BPF_MEM;
      std::memcpy(pointer<void>(r[insn.dst_reg] + offset), &immediate, size_of(insn.code));
      break;
    case BPF_STX: {
      auto* word = pointer<std::uint64_t>(r[insn.dst_reg] + offset);
      if (BPF_MODE(insn.code) == BPF_MEM)
        std::memcpy(word, &r[insn.src_reg], size_of(insn.code));
      else if (insn.code == (BPF_STX | BPF_ATOMIC | BPF_DW) && insn.imm == BPF_ADD)
        *word += r[insn.src_reg];
      else
        known = false;
      break;
    }
    case BPF_ALU:
    case BPF_ALU64:
      known = compute(insn.code, r[insn.dst_reg], operand);
      break;
    default:
      if (insn.code == (BPF_JMP | BPF_EXIT))
        return 0;
      if (insn.code == (BPF_JMP | BPF_CALL))
        known = insn.src_reg == 0 && call(insn.imm, r, calls);
      else if (holds(insn.code, r[insn.dst_reg], operand, known))
        at += static_cast<std::size_t>(offset);
      break;
    }
    if (!known)
      return -EOPNOTSUPP;
  }
  return -ELOOP;
}

} // namespace ringside::sim
