// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_reachable: constants are carried along the edges between instructions until nothing changes.
#include "object/reachable.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <optional>
#include <utility>

#include <linux/bpf.h>

#include "bpf/insn.hpp"

namespace ringside::object {
namespace {

constexpr std::uint32_t kRegisters = 10; // R0 to R9; R10 is the stack
constexpr std::uint32_t kArguments = 5;  // R1 to R5
constexpr std::uint32_t kFrame = BPF_REG_10;
constexpr std::int32_t kStackBytes = 512;
constexpr std::uint32_t kSlotBytes = 8;
constexpr std::uint32_t kSlots = kStackBytes / kSlotBytes;
constexpr int kPseudoFunction = 4; // BPF_PSEUDO_FUNC
constexpr int kJumpAlways32 = BPF_JMP32 | BPF_JA;
constexpr int kJumpByTable = BPF_JMP | BPF_JA | BPF_X; // to an address in a register

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
  bool operator==(const Value&) const = default;

  // join makes it what holds for both. It returns whether that has changed it.
  bool join(const Value& other) {
    if (other.is == Is::none || *this == other || is == Is::any)
      return false;
    const bool both_set_outside =
        (is_open() || is == Is::number) && (other.is_open() || other.is == Is::number);
    if (is == Is::none)
      *this = other;
    else if (both_set_outside && (is_open() || other.is_open())) {
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

  bool join(const State& other) {
    bool changed = false;
    for (std::uint32_t index = 0; index < kRegisters; ++index)
      changed = registers[index].join(other.registers[index]) || changed;
    for (std::uint32_t index = 0; index < kSlots; ++index)
      changed = stack[index].join(other.stack[index]) || changed;
    return changed;
  }
};

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

// holds is whether a comparison is true; nothing for operations that are none.
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

// Walk goes through a program, with each open condition answered in one way or in both.
class Walk {
public:
  // `taken` says of each instruction whether it jumps, if it is a jump on an open condition. Empty:
  // such jumps go both ways.
  Walk(const Code& code, std::span<const Origin> origins, std::span<const bool> taken)
      : code_(code), origins_(origins), taken_(taken) {}

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
  void operate(const bpf_insn& insn, State& state) const;
  Result<void> load_number(std::uint32_t index, State& state);
  void store(const bpf_insn& insn, State& state) const;
  static void load(const bpf_insn& insn, State& state);
  void forget_addressed(State& state) const;
  void find_addressed();
  void find_starts();
  [[nodiscard]] std::uint32_t part_of(std::uint32_t insn) const;
  [[nodiscard]] Value operand(const bpf_insn& insn, const State& state) const;

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
  // The lowest place on the stack of which an address is made: what is written through that address
  // is not followed.
  std::uint32_t addressed_ = kSlots;
};

std::uint32_t Walk::part_of(std::uint32_t insn) const {
  const auto* const after =
      std::upper_bound(code_.parts.begin(), code_.parts.end(), insn,
                       [](std::uint32_t at, const Code::Part& part) { return at < part.begin; });
  return static_cast<std::uint32_t>(after - code_.parts.begin() - 1);
}

void Walk::find_addressed() {
  for (std::size_t index = 0; index < code_.insns.size(); ++index) {
    const bpf_insn& insn = code_.insns[index];
    const bool copies = insn.code == (BPF_ALU64 | BPF_MOV | BPF_X) && insn.src_reg == kFrame;
    if (!copies)
      continue;
    std::int32_t offset = -kStackBytes;
    if (index + 1 < code_.insns.size()) {
      const bpf_insn& next = code_.insns[index + 1];
      if (next.code == (BPF_ALU64 | BPF_ADD | BPF_K) && next.dst_reg == insn.dst_reg)
        offset = std::clamp(next.imm, -kStackBytes, 0);
    }
    addressed_ =
        std::min(addressed_, static_cast<std::uint32_t>(offset + kStackBytes) / kSlotBytes);
  }
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
                             (bpf::insn::is_load_64(insn) && insn.src_reg == kPseudoFunction);
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

void Walk::forget_addressed(State& state) const {
  for (std::uint32_t slot = addressed_; slot < kSlots; ++slot)
    state.stack[slot] = Value::any();
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

Value Walk::operand(const bpf_insn& insn, const State& state) const {
  if (BPF_SRC(insn.code) == BPF_K)
    return Value::of(static_cast<std::uint64_t>(std::int64_t{insn.imm}));
  return insn.src_reg < kRegisters ? state.registers[insn.src_reg] : Value::any();
}

void Walk::operate(const bpf_insn& insn, State& state) const {
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
  const auto is_told = [](const Value& value) {
    return value.is == Value::Is::number || value.is_open();
  };
  if (left.is == Value::Is::number && right.is == Value::Is::number) {
    const auto cut = [is_32](std::uint64_t number) {
      return is_32 ? std::uint64_t{static_cast<std::uint32_t>(number)} : number;
    };
    const auto number = computed(operation, cut(left.number), cut(right.number), is_32 ? 32 : 64);
    result = number ? Value::of(cut(*number)) : Value::any();
  } else if (is_told(left) && is_told(right)) {
    const bool is_place = operation == BPF_ADD && left.is == Value::Is::constants;
    result = is_place ? left : Value::open();
  } else {
    result = Value::any();
  }
}

Result<void> Walk::load_number(std::uint32_t index, State& state) {
  const bpf_insn& insn = code_.insns[index];
  if (index + std::size_t{1} >= code_.insns.size() || insn.dst_reg >= kRegisters)
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
  if (insn.src_reg != kPseudoFunction)
    return {};
  // The kernel calls the function, with anything.
  State entered;
  std::fill(std::begin(entered.registers), std::end(entered.registers), Value::any());
  std::fill(std::begin(entered.stack), std::end(entered.stack), Value::any());
  return go(std::int64_t{index} + insn.imm + 1, entered);
}

Result<void> Walk::call_function(std::uint32_t index, const State& state) {
  const std::int64_t target = std::int64_t{index} + code_.insns[index].imm + 1;
  if (target < 0 || static_cast<std::size_t>(target) >= code_.insns.size())
    return {};
  State entered;
  std::fill(std::begin(entered.registers), std::end(entered.registers), Value::any());
  std::fill(std::begin(entered.stack), std::end(entered.stack), Value::any());
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
  std::fill_n(after.registers, kArguments + 1, Value::any());
  after.registers[BPF_REG_0] = of.value;
  forget_addressed(after);
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
  const Value left = insn.dst_reg < kRegisters ? state.registers[insn.dst_reg] : Value::any();
  const Value right = operand(insn, state);
  const auto is_told = [](const Value& value) {
    return value.is == Value::Is::number || value.is_open();
  };
  bool is_taken = true;
  bool is_passed = true;
  is_open_[index] = false;
  const auto answer = holds(BPF_OP(insn.code), left.number, right.number, is_32);
  if (answer && is_told(left) && is_told(right)) {
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

void Walk::load(const bpf_insn& insn, State& state) {
  if (insn.dst_reg >= kRegisters)
    return;
  const Value from = insn.src_reg < kRegisters ? state.registers[insn.src_reg] : Value::any();
  const auto slot = slot_of(insn, insn.src_reg);
  Value& result = state.registers[insn.dst_reg];
  if (from.is == Value::Is::constants)
    result = Value::open();
  else if (slot && bpf::insn::size_of(insn) == BPF_DW)
    result = state.stack[*slot];
  else
    result = Value::any();
}

void Walk::store(const bpf_insn& insn, State& state) const {
  const bool is_constant = bpf::insn::class_of(insn) == BPF_ST;
  const bool is_plain = bpf::insn::mode_of(insn) == BPF_MEM;
  const Value stored = is_constant ? Value::of(static_cast<std::uint64_t>(std::int64_t{insn.imm}))
                       : insn.src_reg < kRegisters ? state.registers[insn.src_reg]
                                                   : Value::any();
  if (insn.dst_reg != kFrame) {
    forget_addressed(state);
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

Result<bool> Walk::step(std::uint32_t index, State& state) {
  const bpf_insn& insn = code_.insns[index];
  const auto ends = [](Result<void> done) { return done ? Result<bool>(false) : done.error(); };
  switch (bpf::insn::class_of(insn)) {
  case BPF_ALU:
  case BPF_ALU64:
    operate(insn, state);
    return true;
  case BPF_LD:
    if (bpf::insn::is_load_64(insn)) {
      const auto loaded = load_number(index, state);
      return loaded ? Result<bool>(true) : loaded.error();
    }
    std::fill_n(state.registers, kArguments + 1, Value::any()); // it loads from a packet
    return true;
  case BPF_LDX:
    load(insn, state);
    return true;
  case BPF_ST:
  case BPF_STX:
    store(insn, state);
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
  std::fill_n(state.registers, kArguments + 1, Value::any());
  forget_addressed(state);
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
  find_addressed();
  find_starts();
  State start;
  std::fill(std::begin(start.registers), std::end(start.registers), Value::any());
  std::fill(std::begin(start.stack), std::end(start.stack), Value::any());
  if (const auto gone = go(0, start); !gone)
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
