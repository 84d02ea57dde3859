// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What is known of registers and the stack before an instruction, and what the instruction makes of
// it. find_reachable carries this along the ways through a program.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>

#include <linux/bpf.h>

namespace ringside::object::known {

constexpr std::uint32_t kRegisters = 10; // R0 to R9; R10 is the stack
constexpr std::uint32_t kArguments = 5;  // R1 to R5
constexpr std::uint32_t kFrame = BPF_REG_10;
constexpr std::int32_t kStackBytes = 512;
constexpr std::uint32_t kSlotBytes = 8;
constexpr std::uint32_t kSlots = kStackBytes / kSlotBytes;

// Value is what is known of a register. It can only go from none to any.
struct Value {
  enum class Is : std::uint8_t {
    none,      // nothing has come here yet
    number,    // it is `number`
    open,      // it depends on what is open until the program is loaded
    constants, // it points to values that do
    any,
  };
  Is is = Is::none;
  std::uint64_t number = 0;

  static Value of(std::uint64_t number) { return {Is::number, number}; }
  static Value any() { return {Is::any, 0}; }
  static Value open() { return {Is::open, 0}; }

  [[nodiscard]] bool is_open() const { return is == Is::open || is == Is::constants; }
  // is_told is whether it is known, or will be once the program is loaded.
  [[nodiscard]] bool is_told() const { return is == Is::number || is_open(); }
  bool operator==(const Value&) const = default;

  // join makes it what holds for both. It returns whether that has changed it.
  bool join(const Value& other) {
    if (other.is == Is::none || *this == other || is == Is::any)
      return false;
    const bool both_told = is_told() && other.is_told();
    if (is == Is::none)
      *this = other;
    else if (both_told && (is_open() || other.is_open())) {
      const bool changed = is != Is::open;
      *this = open();
      return changed;
    } else
      *this = any();
    return true;
  }
};

// State is what is known before an instruction.
struct State {
  Value registers[kRegisters];
  Value stack[kSlots];

  // anything is the state where nothing is known.
  static State anything() {
    State state;
    std::fill(std::begin(state.registers), std::end(state.registers), Value::any());
    std::fill(std::begin(state.stack), std::end(state.stack), Value::any());
    return state;
  }
  // of is what is known of a register; any is what the stack's is.
  [[nodiscard]] Value of(std::uint32_t reg) const {
    return reg < kRegisters ? registers[reg] : Value::any();
  }
  bool join(const State& other) {
    bool changed = false;
    for (std::uint32_t index = 0; index < kRegisters; ++index)
      changed = registers[index].join(other.registers[index]) || changed;
    for (std::uint32_t index = 0; index < kSlots; ++index)
      changed = stack[index].join(other.stack[index]) || changed;
    return changed;
  }
};

// operand is what the right side of an operation or comparison is.
Value operand(const bpf_insn& insn, const State& state);

// holds is whether a comparison is true; nothing for operations that are none.
std::optional<bool> holds(std::uint8_t operation, std::uint64_t left, std::uint64_t right,
                          bool is_32);

// These carry the state over an instruction: of arithmetic, one that loads a register from memory,
// one that stores. `addressed` is what first_addressed says of the program.
void operate(const bpf_insn& insn, State& state);
void load(const bpf_insn& insn, State& state);
void store(const bpf_insn& insn, std::uint32_t addressed, State& state);
// after_call: R0 to R5 can be anything.
void after_call(State& state);

// first_addressed is the lowest place on the stack of which a program makes an address; kSlots if
// it makes none. What is written through that address is not followed, so forget_addressed forgets
// all from there on.
std::uint32_t first_addressed(std::span<const bpf_insn> insns);
void forget_addressed(std::uint32_t addressed, State& state);

} // namespace ringside::object::known
