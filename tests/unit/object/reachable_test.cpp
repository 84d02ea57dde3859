// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_reachable: constants decide branches, and what is set before loading leaves them open.
#include "object/reachable.hpp"

#include <initializer_list>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "bpf/insn.hpp"

namespace ringside::test {
namespace {

using bpf::insn::exit;
using bpf::insn::make;
using object::Code;
using object::Origin;
using object::Reached;

constexpr bpf_insn move(unsigned to, std::int32_t number) {
  return make(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, number);
}
constexpr bpf_insn copy(unsigned to, unsigned from) {
  return make(BPF_ALU64 | BPF_MOV | BPF_X, to, from);
}
// jump goes over `over` instructions if a register is 0.
constexpr bpf_insn jump_if_0(unsigned reg, std::int16_t over) {
  return make(BPF_JMP | BPF_JEQ | BPF_K, reg, 0, over, 0);
}
constexpr bpf_insn helper() {
  return make(BPF_JMP | BPF_CALL, 0, 0, 0, 5);
}
constexpr bpf_insn call(std::int32_t over) {
  return make(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, over);
}
constexpr bpf_insn load_address(unsigned to) {
  return make(BPF_LD | BPF_IMM | BPF_DW, to, BPF_PSEUDO_MAP_VALUE, 0, 3);
}
constexpr bpf_insn second_half() {
  return {};
}
constexpr bpf_insn load(unsigned to, unsigned from, std::int16_t at = 0) {
  return make(BPF_LDX | BPF_MEM | BPF_DW, to, from, at);
}
constexpr bpf_insn store(unsigned from, std::int16_t at) {
  return make(BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10, from, at);
}

// reached has a letter for each instruction: A for always, s for if it is so set, - for never. The
// functions begin where `begins` says.
std::string reached(std::initializer_list<bpf_insn> insns,
                    std::initializer_list<std::uint32_t> begins = {0},
                    std::initializer_list<std::uint32_t> of_constants = {}) {
  Code code;
  REQUIRE(code.insns.append_all({insns.begin(), insns.size()}));
  for (const auto* begin = begins.begin(); begin != begins.end(); ++begin) {
    const auto end =
        begin + 1 != begins.end() ? *(begin + 1) : static_cast<std::uint32_t>(insns.size());
    REQUIRE(code.parts.append({0, *begin, end - *begin}));
  }
  std::vector<Origin> origins(insns.size());
  for (const std::uint32_t insn : of_constants)
    origins[insn] = Origin::of_constants;
  const auto found = object::find_reachable(code, origins);
  REQUIRE(found);
  std::string letters;
  for (const Reached one : *found)
    letters += one == Reached::always ? 'A' : one == Reached::if_so_set ? 's' : '-';
  return letters;
}

} // namespace

TEST_CASE("a branch that constants decide is not reached") {
  CHECK(reached({move(1, 0), jump_if_0(1, 1), helper(), move(0, 0), exit()}) == "AA-AA");
  CHECK(reached({move(1, 1), jump_if_0(1, 1), helper(), move(0, 0), exit()}) == "AAAAA");
  // What a helper returns is not known.
  CHECK(reached({helper(), jump_if_0(0, 1), helper(), exit()}) == "AAAA");
  // 2 - 2, and 1 & 2, in 32 bits.
  CHECK(reached({move(1, 2), make(BPF_ALU64 | BPF_SUB | BPF_K, 1, 0, 0, 2), jump_if_0(1, 1),
                 helper(), exit()}) == "AAA-A");
  CHECK(reached({move(1, 1), make(BPF_ALU | BPF_AND | BPF_K, 1, 0, 0, 2), jump_if_0(1, 1), helper(),
                 exit()}) == "AAA-A");
}

TEST_CASE("constants from both ways are one only if they are equal") {
  CHECK(reached({helper(), jump_if_0(0, 2), move(6, 0), make(BPF_JMP | BPF_JA, 0, 0, 1), move(6, 0),
                 jump_if_0(6, 1), helper(), exit()}) == "AAAAAA-A");
  CHECK(reached({helper(), jump_if_0(0, 2), move(6, 0), make(BPF_JMP | BPF_JA, 0, 0, 1), move(6, 1),
                 jump_if_0(6, 1), helper(), exit()}) == "AAAAAAAA");
}

TEST_CASE("a loop ends, and its counter is no constant") {
  CHECK(reached({move(6, 0), make(BPF_ALU64 | BPF_ADD | BPF_K, 6, 0, 0, 1),
                 make(BPF_JMP | BPF_JNE | BPF_K, 6, 0, -2, 9), helper(), exit()}) == "AAAAA");
}

TEST_CASE("a constant outlives calls in a register that they keep, and on the stack") {
  CHECK(reached({move(6, 0), helper(), jump_if_0(6, 1), helper(), exit()}) == "AAA-A");
  CHECK(reached({move(1, 0), helper(), jump_if_0(1, 1), helper(), exit()}) == "AAAAA");
  CHECK(reached({move(1, 0), store(1, -8), helper(), load(2, BPF_REG_10, -8), jump_if_0(2, 1),
                 helper(), exit()}) == "AAAAA-A");
  // A helper that has the variable's address may write there.
  CHECK(reached({move(1, 0), store(1, -8), copy(1, BPF_REG_10),
                 make(BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, -8), helper(), load(2, BPF_REG_10, -8),
                 jump_if_0(2, 1), helper(), exit()}) == "AAAAAAAAA");
}

TEST_CASE("what is set before loading leaves a branch open") {
  CHECK(reached({load_address(1), second_half(), load(1, 1), jump_if_0(1, 1), helper(), exit()},
                {0}, {0}) == "A-AAsA");
  // Both sides of it are open, and what comes behind is not.
  CHECK(reached({load_address(1), second_half(), load(1, 1), jump_if_0(1, 2), helper(),
                 make(BPF_JMP | BPF_JA, 0, 0, 1), helper(), exit()},
                {0}, {0}) == "A-AAsssA");
  // Other values of maps may change at any time.
  CHECK(reached({load_address(1), second_half(), load(1, 1), jump_if_0(1, 1), helper(), exit()}) ==
        "A-AAAA");
}

TEST_CASE("a branch behind two open conditions is open") {
  // Two constants that are set before loading.
  const bpf_insn first = load(1, 6);
  const bpf_insn second = load(1, 6, 8);
  const bpf_insn jump_if_not_0 = make(BPF_JMP | BPF_JNE | BPF_K, 1, 0, 2, 0);
  // first || second
  CHECK(reached({load_address(6), second_half(), first, jump_if_not_0, second, jump_if_0(1, 1),
                 helper(), exit()},
                {0}, {0}) == "A-AAsssA");
  // first && second
  CHECK(reached({load_address(6), second_half(), first, jump_if_0(1, 3), second, jump_if_0(1, 1),
                 helper(), exit()},
                {0}, {0}) == "A-AAsssA");
  // !first || second
  CHECK(reached({load_address(6), second_half(), first, jump_if_0(1, 2), second, jump_if_0(1, 1),
                 helper(), exit()},
                {0}, {0}) == "A-AAsssA");
  // One behind the other.
  CHECK(reached({load_address(6), second_half(), first, jump_if_0(1, 1), helper(), second,
                 jump_if_0(1, 1), helper(), exit()},
                {0}, {0}) == "A-AAsAAsA");
}

TEST_CASE("a jump by a table may lead to any instruction of its function") {
  constexpr bpf_insn kByTable = make(BPF_JMP | BPF_JA | BPF_X, 2);
  CHECK(reached({move(1, 0), kByTable, jump_if_0(1, 1), helper(), exit()}) == "AAAAA");
  CHECK(reached({move(1, 0), kByTable, exit(), move(0, 0), exit()}, {0, 3}) == "AAA--");
}

TEST_CASE("a jump that is no comparison goes both ways, whatever its register holds") {
  constexpr int kMayGoto = 0xe0; // BPF_JCOND
  CHECK(reached({load_address(6), second_half(), load(0, 6), make(BPF_JMP | kMayGoto, 0, 0, 1),
                 helper(), exit()},
                {0}, {0}) == "A-AAAA");
}

TEST_CASE("an atomic load puts a value into the register of its destination") {
  constexpr int kAtomic = 0xc0; // BPF_ATOMIC
  constexpr int kLoadAcquire = 0x100;
  CHECK(reached({move(2, 0), make(BPF_STX | BPF_DW | kAtomic, 2, 1, 0, kLoadAcquire),
                 jump_if_0(2, 1), helper(), exit()}) == "AAAAA");
}

TEST_CASE("constants go into functions and come out of them") {
  // The function returns its argument.
  CHECK(reached({move(1, 0), call(3), jump_if_0(0, 1), helper(), exit(), //
                 copy(0, 1), exit()},
                {0, 5}) == "AAA-AAA");
  // Called with two constants it returns neither.
  CHECK(reached({move(1, 0), call(5), move(1, 1), call(3), jump_if_0(0, 1), helper(), exit(), //
                 copy(0, 1), exit()},
                {0, 7}) == "AAAAAAAAA");
  // One that never returns ends the program.
  CHECK(reached({call(1), exit(), make(BPF_JMP | BPF_JA, 0, 0, -1)}, {0, 2}) == "A-A");
  // One that no instruction calls is not reached.
  CHECK(reached({move(0, 0), exit(), move(0, 0), exit()}, {0, 2}) == "AA--");
}

TEST_CASE("a function whose address is taken is called with anything") {
  CHECK(reached({make(BPF_LD | BPF_IMM | BPF_DW, 2, 4, 0, 3), second_half(), helper(), exit(),
                 jump_if_0(1, 1), helper(), exit()},
                {0, 4}) == "A-AAAAA");
}

TEST_CASE("jumps that lead outside, and code without an end, are no harm") {
  CHECK(reached({make(BPF_JMP | BPF_JA, 0, 0, 100)}) == "A");
  CHECK(reached({make(BPF_JMP | BPF_JA, 0, 0, -100)}) == "A");
  CHECK(reached({move(0, 0)}) == "A");
  CHECK(reached({call(1000)}) == "A");
  CHECK(reached({make(BPF_LD | BPF_IMM | BPF_DW, 1)}) == "A");
  CHECK(reached({make(BPF_ALU64 | BPF_MOV | BPF_K, 15), make(BPF_LDX | BPF_MEM | BPF_DW, 15, 15),
                 exit()}) == "AAA");
}

} // namespace ringside::test
