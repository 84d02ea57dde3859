// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_reachable: constants are carried along the edges between instructions until nothing changes.
#include "object/reachable.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

#include <linux/bpf.h>

#include "bpf/insn.hpp"
#include "object/known_state.hpp"

namespace ringside::object {
namespace {

using known::kArguments;
using known::State;
using known::Value;

constexpr int kJumpAlways32 = BPF_JMP32 | BPF_JA;
constexpr int kJumpByTable = BPF_JMP | BPF_JA | BPF_X; // to an address in a register

// Walk goes through a program, with each open condition answered in one way or in both.
class Walk {
public:
  // `taken` says of each instruction whether it jumps, if it is a jump on an open condition. Empty:
  // such jumps go both ways.
  Walk(const Code& code, std::span<const Origin> origins, std::span<const bool> taken)
      : code_(code), origins_(origins), taken_(taken),
        addressed_(known::first_addressed(code.insns)) {}

  Result<void> run();
  [[nodiscard]] bool has_reached(std::uint32_t insn) const { return reached_[insn]; }
  // is_open is whether an instruction jumps on an open condition.
  [[nodiscard]] bool is_open(std::uint32_t insn) const { return is_open_[insn]; }

private:
  static constexpr std::uint32_t kNowhere = UINT32_MAX;

  Result<void> go(std::int64_t target, const State& state);
  Result<void> follow(std::uint32_t index);
  // step carries what is known over one instruction; true: the next one in the program follows.
  Result<bool> step(std::uint32_t index, State& state);
  Result<void> jump(std::uint32_t index, const State& state);
  Result<void> call_function(std::uint32_t index, const State& state);
  Result<void> leave(std::uint32_t index, const State& state);
  Result<void> load_number(std::uint32_t index, State& state);
  void find_starts();
  [[nodiscard]] std::uint32_t part_of(std::uint32_t insn) const;

  const Code& code_;
  std::span<const Origin> origins_;
  std::span<const bool> taken_;
  Vector<bool> reached_;
  Vector<bool> is_open_;
  // Where ways meet, which are the only instructions before which a state is kept.
  Vector<bool> is_start_;
  Vector<std::uint32_t> places_; // of each instruction in states_
  Vector<State> states_;
  Vector<std::uint32_t> work_;
  Vector<bool> is_waiting_;
  // Of each function: what it returns, and the calls of it.
  struct Returned {
    Value value;
    Vector<std::uint32_t> calls;
  };
  Vector<Returned> returned_;
  Vector<bool> is_known_call_;
  // Of each function: what is known at its jumps by a table, each of which may lead to any
  // instruction of it.
  Vector<State> at_tables_;
  std::uint32_t addressed_;
};

std::uint32_t Walk::part_of(std::uint32_t insn) const {
  const auto* const after =
      std::upper_bound(code_.parts.begin(), code_.parts.end(), insn,
                       [](std::uint32_t at, const Code::Part& part) { return at < part.begin; });
  return static_cast<std::uint32_t>(after - code_.parts.begin() - 1);
}

// find_starts marks what a jump, a call or a return leads to, and calls, which are looked at again.
void Walk::find_starts() {
  const auto mark = [this](std::int64_t insn) {
    if (insn >= 0 && static_cast<std::size_t>(insn) < is_start_.size())
      is_start_[static_cast<std::size_t>(insn)] = true;
  };
  mark(0);
  for (std::uint32_t index = 0; index < code_.insns.size(); ++index) {
    const bpf_insn& insn = code_.insns[index];
    const std::int64_t next = std::int64_t{index} + 1;
    const std::uint8_t kind = bpf::insn::class_of(insn);
    const bool is_function = (bpf::insn::is_call(insn) && insn.src_reg == BPF_PSEUDO_CALL) ||
                             (bpf::insn::is_load_64(insn) && insn.src_reg == BPF_PSEUDO_FUNC);
    if (is_function) {
      mark(next + insn.imm);
      mark(index);
      mark(next);
    } else if (insn.code == kJumpByTable) {
      std::fill(is_start_.begin(), is_start_.end(), true);
    } else if (insn.code == kJumpAlways32) {
      mark(next + insn.imm);
    } else if ((kind == BPF_JMP || kind == BPF_JMP32) && BPF_OP(insn.code) != BPF_CALL &&
               BPF_OP(insn.code) != BPF_EXIT) {
      mark(next + insn.off);
      mark(next);
    }
  }
}

// go has an instruction looked at with what is known on one way to it.
Result<void> Walk::go(std::int64_t target, const State& state) {
  if (target < 0 || static_cast<std::size_t>(target) >= code_.insns.size())
    return {}; // the verifier refuses such a program
  const auto insn = static_cast<std::uint32_t>(target);
  if (places_[insn] == kNowhere) {
    places_[insn] = static_cast<std::uint32_t>(states_.size());
    if (const auto added = states_.append(state); !added)
      return added;
  } else if (!states_[places_[insn]].join(state)) {
    return {};
  }
  if (is_waiting_[insn])
    return {};
  is_waiting_[insn] = true;
  return work_.append(insn);
}

Result<void> Walk::load_number(std::uint32_t index, State& state) {
  const bpf_insn& insn = code_.insns[index];
  if (index + std::size_t{1} >= code_.insns.size() || insn.dst_reg >= known::kRegisters)
    return {};
  Value& result = state.registers[insn.dst_reg];
  switch (origins_[index]) {
  case Origin::of_constants:
    result = {Value::Is::constants, 0};
    return {};
  case Origin::of_symbol:
    result = Value::open();
    return {};
  case Origin::plain:
    break;
  }
  if (insn.src_reg == 0) {
    result = Value::of(bpf::insn::number_of(insn, code_.insns[index + 1]));
    return {};
  }
  result = Value::any();
  if (insn.src_reg != BPF_PSEUDO_FUNC)
    return {};
  // The kernel calls the function, with anything.
  return go(std::int64_t{index} + insn.imm + 1, State::anything());
}

Result<void> Walk::call_function(std::uint32_t index, const State& state) {
  const std::int64_t target = std::int64_t{index} + code_.insns[index].imm + 1;
  if (target < 0 || static_cast<std::size_t>(target) >= code_.insns.size())
    return {};
  State entered = State::anything();
  for (std::uint32_t argument = 1; argument <= kArguments; ++argument)
    entered.registers[argument] = state.registers[argument];
  if (const auto gone = go(target, entered); !gone)
    return gone;

  Returned& of = returned_[part_of(static_cast<std::uint32_t>(target))];
  if (!std::exchange(is_known_call_[index], true))
    if (const auto added = of.calls.append(index); !added)
      return added;
  if (of.value.is == Value::Is::none)
    return {}; // it has not returned yet
  State after = state;
  known::after_call(after);
  after.registers[BPF_REG_0] = of.value;
  known::forget_addressed(addressed_, after);
  return go(std::int64_t{index} + 1, after);
}

Result<void> Walk::leave(std::uint32_t index, const State& state) {
  Returned& of = returned_[part_of(index)];
  if (!of.value.join(state.registers[BPF_REG_0]))
    return {};
  for (const std::uint32_t call : of.calls) {
    if (is_waiting_[call])
      continue;
    is_waiting_[call] = true;
    if (const auto added = work_.append(call); !added)
      return added;
  }
  return {};
}

Result<void> Walk::jump(std::uint32_t index, const State& state) {
  const bpf_insn& insn = code_.insns[index];
  const std::int64_t next = std::int64_t{index} + 1;
  const bool is_32 = bpf::insn::class_of(insn) == BPF_JMP32;
  if (insn.code == (BPF_JMP | BPF_JA))
    return go(next + insn.off, state);
  if (insn.code == kJumpAlways32)
    return go(next + insn.imm, state);
  if (insn.code == kJumpByTable) {
    const std::uint32_t number = part_of(index);
    if (!at_tables_[number].join(state))
      return {};
    const Code::Part& part = code_.parts[number];
    for (std::uint32_t target = part.begin; target < part.begin + part.size; ++target)
      if (const auto gone = go(target, at_tables_[number]); !gone)
        return gone;
    return {};
  }
  const Value left = state.of(insn.dst_reg);
  const Value right = known::operand(insn, state);
  bool is_taken = true;
  bool is_passed = true;
  is_open_[index] = false;
  const auto answer = known::holds(BPF_OP(insn.code), left.number, right.number, is_32);
  if (answer && left.is_told() && right.is_told()) {
    is_open_[index] = left.is_open() || right.is_open();
    if (!is_open_[index] || !taken_.empty()) {
      is_taken = is_open_[index] ? taken_[index] : *answer;
      is_passed = !is_taken;
    }
  }
  if (is_taken)
    if (const auto gone = go(next + insn.off, state); !gone)
      return gone;
  return is_passed ? go(next, state) : Result<void>();
}

Result<bool> Walk::step(std::uint32_t index, State& state) {
  const bpf_insn& insn = code_.insns[index];
  const auto ends = [](Result<void> done) { return done ? Result<bool>(false) : done.error(); };
  switch (bpf::insn::class_of(insn)) {
  case BPF_ALU:
  case BPF_ALU64:
    known::operate(insn, state);
    return true;
  case BPF_LD:
    if (bpf::insn::is_load_64(insn)) {
      const auto loaded = load_number(index, state);
      return loaded ? Result<bool>(true) : loaded.error();
    }
    known::after_call(state); // it loads from a packet
    return true;
  case BPF_LDX:
    known::load(insn, state);
    return true;
  case BPF_ST:
  case BPF_STX:
    known::store(insn, addressed_, state);
    return true;
  default: // BPF_JMP, BPF_JMP32
    break;
  }
  if (insn.code == (BPF_JMP | BPF_EXIT))
    return ends(leave(index, state));
  if (!bpf::insn::is_call(insn))
    return ends(jump(index, state));
  if (insn.src_reg == BPF_PSEUDO_CALL)
    return ends(call_function(index, state));
  known::after_call(state);
  known::forget_addressed(addressed_, state);
  return true;
}

// follow goes on from an instruction to the next one where ways meet.
Result<void> Walk::follow(std::uint32_t index) {
  State state = states_[places_[index]];
  for (;;) {
    reached_[index] = true;
    const auto goes_on = step(index, state);
    if (!goes_on)
      return goes_on.error();
    if (!*goes_on)
      return {};
    index += bpf::insn::is_load_64(code_.insns[index]) ? 2 : 1;
    if (index >= code_.insns.size())
      return {};
    if (is_start_[index])
      return go(index, state);
  }
}

Result<void> Walk::run() {
  if (!places_.append_default(code_.insns.size()) ||
      !is_waiting_.append_default(code_.insns.size()) ||
      !reached_.append_default(code_.insns.size()) ||
      !is_start_.append_default(code_.insns.size()) ||
      !is_open_.append_default(code_.insns.size()) ||
      !is_known_call_.append_default(code_.insns.size()) ||
      !returned_.append_default(code_.parts.size()) ||
      !at_tables_.append_default(code_.parts.size()))
    return Errno(ENOMEM);
  std::fill(places_.begin(), places_.end(), kNowhere);
  find_starts();
  if (const auto gone = go(0, State::anything()); !gone)
    return gone;
  while (!work_.empty()) {
    const std::uint32_t insn = work_.take_last();
    is_waiting_[insn] = false;
    if (const auto done = follow(insn); !done)
      return done;
  }
  return {};
}

// Conditions gives the open conditions answers, another set for each walk. Any two conditions get
// each of the four pairs of answers in some walk. So an instruction behind "A || B" or "A && B" is
// left out in one walk.
class Conditions {
public:
  Conditions(const Code& code, const Walk& walk) : code_(code), walk_(walk) {}

  Result<void> number();
  // rounds is how many walks there are; answer writes the answers for one.
  [[nodiscard]] std::uint32_t rounds() const;
  std::span<const bool> answer(std::uint32_t round);

private:
  const Code& code_;
  const Walk& walk_;
  std::uint32_t count_ = 0;
  Vector<std::uint32_t> numbers_; // of each instruction; 0 for those that are no condition
  Vector<bool> taken_;
};

Result<void> Conditions::number() {
  if (!numbers_.append_default(code_.insns.size()) || !taken_.append_default(code_.insns.size()))
    return Errno(ENOMEM);
  for (std::uint32_t insn = 0; insn < code_.insns.size(); ++insn)
    if (walk_.is_open(insn))
      numbers_[insn] = count_++;
  return {};
}

std::uint32_t Conditions::rounds() const {
  if (count_ == 0)
    return 0;
  const auto bits = static_cast<std::uint32_t>(std::bit_width(count_ - 1));
  return 2 * (bits + 1);
}

std::span<const bool> Conditions::answer(std::uint32_t round) {
  // The first two rounds look at a bit that no number has.
  const std::uint32_t bits = rounds() / 2 - 1;
  const std::uint32_t bit = bits - round / 2;
  const bool is_inverted = round % 2 != 0;
  for (std::uint32_t insn = 0; insn < code_.insns.size(); ++insn)
    taken_[insn] = ((numbers_[insn] >> bit & 1) != 0) != is_inverted;
  return {taken_.begin(), taken_.size()};
}

} // namespace

Result<Vector<Reached>> find_reachable(const Code& code, std::span<const Origin> origins) {
  check(origins.size() == code.insns.size());
  Vector<Reached> reached;
  if (!reached.append_default(code.insns.size()))
    return Errno(ENOMEM);
  Walk both(code, origins, {});
  if (const auto done = both.run(); !done)
    return done.error();
  for (std::uint32_t insn = 0; insn < code.insns.size(); ++insn)
    reached[insn] = both.has_reached(insn) ? Reached::always : Reached::never;
  Conditions conditions(code, both);
  if (const auto numbered = conditions.number(); !numbered)
    return numbered.error();
  for (std::uint32_t round = 0; round < conditions.rounds(); ++round) {
    Walk one_way(code, origins, conditions.answer(round));
    if (const auto done = one_way.run(); !done)
      return done.error();
    for (std::uint32_t insn = 0; insn < code.insns.size(); ++insn)
      if (reached[insn] == Reached::always && !one_way.has_reached(insn))
        reached[insn] = Reached::if_so_set;
  }
  return reached;
}

} // namespace ringside::object
