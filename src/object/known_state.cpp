// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What arithmetic, loads, stores and calls make of registers and the stack.
#include "object/known_state.hpp"

#include "bpf/insn.hpp"

namespace ringside::object::known {
namespace {

std::optional<std::uint32_t> slot_of(const bpf_insn& insn, std::uint32_t address) {
  if (address != kFrame || insn.off >= 0 || insn.off < -kStackBytes ||
      insn.off % static_cast<int>(kSlotBytes) != 0)
    return {};
  return static_cast<std::uint32_t>(insn.off + kStackBytes) / kSlotBytes;
}

// computed is the result of an operation with numbers; nothing for those that are not followed.
std::optional<std::uint64_t> computed(std::uint8_t operation, std::uint64_t left,
                                      std::uint64_t right, std::uint32_t bits) {
  const std::uint64_t shift = right & (bits - 1);
  switch (operation) {
  case BPF_MOV:
    return right;
  case BPF_ADD:
    return left + right;
  case BPF_SUB:
    return left - right;
  case BPF_MUL:
    return left * right;
  case BPF_OR:
    return left | right;
  case BPF_AND:
    return left & right;
  case BPF_XOR:
    return left ^ right;
  case BPF_LSH:
    return left << shift;
  case BPF_RSH:
    return left >> shift;
  case BPF_ARSH:
    return bits == 32 ? static_cast<std::uint64_t>(static_cast<std::int32_t>(left) >> shift)
                      : static_cast<std::uint64_t>(static_cast<std::int64_t>(left) >> shift);
  case BPF_NEG:
    return 0 - left;
  default:
    return {};
  }
}

} // namespace

std::optional<bool> holds(std::uint8_t operation, std::uint64_t left, std::uint64_t right,
                          bool is_32) {
  if (is_32) {
    left = static_cast<std::uint32_t>(left);
    right = static_cast<std::uint32_t>(right);
  }
  const auto carried_up = [is_32](std::uint64_t number) {
    return is_32 ? std::int64_t{static_cast<std::int32_t>(number)}
                 : static_cast<std::int64_t>(number);
  };
  switch (operation) {
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
    return carried_up(left) > carried_up(right);
  case BPF_JSGE:
    return carried_up(left) >= carried_up(right);
  case BPF_JSLT:
    return carried_up(left) < carried_up(right);
  case BPF_JSLE:
    return carried_up(left) <= carried_up(right);
  default:
    return {};
  }
}

Value operand(const bpf_insn& insn, const State& state) {
  if (BPF_SRC(insn.code) == BPF_K)
    return Value::of(static_cast<std::uint64_t>(std::int64_t{insn.imm}));
  return state.of(insn.src_reg);
}

void operate(const bpf_insn& insn, State& state) {
  if (insn.dst_reg >= kRegisters)
    return;
  Value& result = state.registers[insn.dst_reg];
  const bool is_32 = bpf::insn::class_of(insn) == BPF_ALU;
  const std::uint8_t operation = BPF_OP(insn.code);
  // A move or division with an offset is one with a sign; a change of the byte order has no
  // operand.
  if (insn.off != 0 || operation == BPF_END) {
    result = result.is_open() ? Value::open() : Value::any();
    return;
  }
  Value left = result;
  Value right = operand(insn, state);
  if (operation == BPF_MOV)
    left = Value::of(0);
  if (operation == BPF_NEG)
    right = Value::of(0);
  if (operation == BPF_MOV && !is_32 && right.is != Value::Is::number) {
    result = right;
    return;
  }
  if (left.is == Value::Is::number && right.is == Value::Is::number) {
    const auto cut = [is_32](std::uint64_t number) {
      return is_32 ? std::uint64_t{static_cast<std::uint32_t>(number)} : number;
    };
    const auto number = computed(operation, cut(left.number), cut(right.number), is_32 ? 32 : 64);
    result = number ? Value::of(cut(*number)) : Value::any();
  } else if (left.is_told() && right.is_told()) {
    const bool is_place = operation == BPF_ADD && left.is == Value::Is::constants;
    result = is_place ? left : Value::open();
  } else {
    result = Value::any();
  }
}

void forget_addressed(std::uint32_t addressed, State& state) {
  for (std::uint32_t slot = addressed; slot < kSlots; ++slot)
    state.stack[slot] = Value::any();
}

std::uint32_t first_addressed(std::span<const bpf_insn> insns) {
  std::uint32_t addressed = kSlots;
  for (std::size_t index = 0; index < insns.size(); ++index) {
    const bpf_insn& insn = insns[index];
    const bool copies = insn.code == (BPF_ALU64 | BPF_MOV | BPF_X) && insn.src_reg == kFrame;
    if (!copies)
      continue;
    std::int32_t offset = -kStackBytes;
    if (index + 1 < insns.size()) {
      const bpf_insn& next = insns[index + 1];
      if (next.code == (BPF_ALU64 | BPF_ADD) && next.dst_reg == insn.dst_reg)
        offset = std::clamp(next.imm, -kStackBytes, 0);
    }
    addressed = std::min(addressed, static_cast<std::uint32_t>(offset + kStackBytes) / kSlotBytes);
  }
  return addressed;
}

void load(const bpf_insn& insn, State& state) {
  if (insn.dst_reg >= kRegisters)
    return;
  const Value from = state.of(insn.src_reg);
  const auto slot = slot_of(insn, insn.src_reg);
  Value& result = state.registers[insn.dst_reg];
  if (from.is == Value::Is::constants)
    result = Value::open();
  else if (slot && bpf::insn::size_of(insn) == BPF_DW)
    result = state.stack[*slot];
  else
    result = Value::any();
}

void store(const bpf_insn& insn, std::uint32_t addressed, State& state) {
  const bool is_constant = bpf::insn::class_of(insn) == BPF_ST;
  const bool is_plain = bpf::insn::mode_of(insn) == BPF_MEM;
  const Value stored = is_constant ? Value::of(static_cast<std::uint64_t>(std::int64_t{insn.imm}))
                                   : state.of(insn.src_reg);
  if (insn.dst_reg != kFrame) {
    forget_addressed(addressed, state);
  } else if (insn.off < 0 && insn.off >= -kStackBytes) {
    const bool is_whole =
        slot_of(insn, insn.dst_reg).has_value() && is_plain && bpf::insn::size_of(insn) == BPF_DW;
    state.stack[static_cast<std::uint32_t>(insn.off + kStackBytes) / kSlotBytes] =
        is_whole ? stored : Value::any();
  }
  if (is_constant || is_plain)
    return;
  // An atomic operation may put what was there into a register: which one depends on the operation.
  state.registers[BPF_REG_0] = Value::any();
  if (insn.src_reg < kRegisters)
    state.registers[insn.src_reg] = Value::any();
  if (insn.dst_reg < kRegisters)
    state.registers[insn.dst_reg] = Value::any();
}

void after_call(State& state) {
  std::fill_n(state.registers, kArguments + 1, Value::any());
}

} // namespace ringside::object::known
