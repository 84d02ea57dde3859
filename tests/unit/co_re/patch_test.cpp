// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Patching: what each class of instruction becomes.
#include "co_re/patch.hpp"

#include <cerrno>
#include <cstdint>
#include <vector>

#include <catch2/catch.hpp>

#include "messages.hpp"

namespace ringside::test {
namespace {

using co_re::Change;
using Program = std::vector<bpf_insn>;

bpf_insn insn(int code, std::int16_t off, std::int32_t imm, std::uint8_t src = 0) {
  bpf_insn made{};
  made.code = static_cast<std::uint8_t>(code);
  made.dst_reg = 1;
  made.src_reg = src & 0xf;
  made.off = off;
  made.imm = imm;
  return made;
}
bpf_insn second_half(std::int32_t imm) {
  bpf_insn made{};
  made.imm = imm;
  return made;
}

int patched(Program& program, const Change& change, std::size_t index = 0) {
  const auto result = co_re::patch(program, index, change, "test");
  return result ? 0 : result.error().value();
}

Change number(std::uint64_t old_number, std::uint64_t new_number) {
  Change change;
  change.old_number = old_number;
  change.number = new_number;
  change.check_old = true;
  return change;
}

} // namespace

TEST_CASE("arithmetic with an immediate takes the low half") {
  Program program{insn(BPF_ALU64 | BPF_ADD | BPF_K, 0, 8)};
  CHECK(patched(program, number(8, 24)) == 0);
  CHECK(program[0].imm == 24);
  program = {insn(BPF_ALU | BPF_MOV | BPF_K, 0, -5)};
  CHECK(patched(program, number(static_cast<std::uint64_t>(-5), static_cast<std::uint64_t>(-6))) ==
        0);
  CHECK(program[0].imm == -6);
}

TEST_CASE("an instruction that does not hold the program's own number is refused") {
  Messages messages;
  for (const int code : {BPF_ALU64 | BPF_MOV | BPF_K, BPF_LDX | BPF_MEM | BPF_W}) {
    Program program{insn(code, 7, 7)};
    CHECK(patched(program, number(8, 24)) == EINVAL);
    Change unchecked = number(8, 24);
    unchecked.check_old = false;
    CHECK(patched(program, unchecked) == 0);
  }
  CHECK(messages.warnings() == 2);
}

TEST_CASE("loads and stores take an offset that they can hold") {
  Program program{insn(BPF_LDX | BPF_MEM | BPF_W, 8, 0)};
  CHECK(patched(program, number(8, 32767)) == 0);
  CHECK(program[0].off == 32767);
  Messages messages;
  program = {insn(BPF_STX | BPF_MEM | BPF_W, 8, 0)};
  CHECK(patched(program, number(8, 32768)) == 0);
  CHECK(program[0].code == (BPF_JMP | BPF_CALL));
  CHECK(program[0].imm == co_re::kPoisonHelper);
  CHECK(messages.warnings() == 1);
}

TEST_CASE("a load or store of another size moves the bytes of the target's field") {
  Change change = number(8, 16);
  change.old_access_bytes = 4;
  change.access_bytes = 2;
  Program program{insn(BPF_LDX | BPF_MEM | BPF_W, 8, 0)};
  CHECK(patched(program, change) == 0);
  CHECK(program[0].code == (BPF_LDX | BPF_MEM | BPF_H));
  CHECK(program[0].off == 16);

  Messages messages;
  program = {insn(BPF_LDX | BPF_MEM | BPF_DW, 8, 0)};
  CHECK(patched(program, change) == EINVAL);
  change.access_bytes = 3;
  program = {insn(BPF_ST | BPF_MEM | BPF_W, 8, 0)};
  CHECK(patched(program, change) == EINVAL);
  CHECK(messages.warnings() == 2);
}

TEST_CASE("where a sign would get lost, accesses are poisoned and addresses are not") {
  Messages messages;
  Change change = number(8, 16);
  change.poison_access = true;
  Program program{insn(BPF_LDX | BPF_MEM | BPF_W, 8, 0)};
  CHECK(patched(program, change) == 0);
  CHECK(program[0].imm == co_re::kPoisonHelper);
  program = {insn(BPF_ALU64 | BPF_ADD | BPF_K, 0, 8)};
  CHECK(patched(program, change) == 0);
  CHECK(program[0].imm == 16);
}

TEST_CASE("a load of 64 bits takes both halves") {
  Program program{insn(BPF_LD | BPF_IMM | BPF_DW, 0, 5), second_half(0)};
  CHECK(patched(program, number(5, static_cast<std::uint64_t>(-6))) == 0);
  CHECK(program[0].imm == -6);
  CHECK(program[1].imm == -1);
}

TEST_CASE("a load of 64 bits in another form is refused") {
  Messages messages;
  Program with_source{insn(BPF_LD | BPF_IMM | BPF_DW, 0, 5, 1), second_half(0)};
  CHECK(patched(with_source, number(5, 6)) == EINVAL);
  Program with_offset{insn(BPF_LD | BPF_IMM | BPF_DW, 1, 5), second_half(0)};
  CHECK(patched(with_offset, number(5, 6)) == EINVAL);
  Program with_code{insn(BPF_LD | BPF_IMM | BPF_DW, 0, 5), insn(BPF_JMP | BPF_EXIT, 0, 0)};
  CHECK(patched(with_code, number(5, 6)) == EINVAL);
  Program legacy{insn(BPF_LD | BPF_ABS | BPF_W, 0, 5)};
  CHECK(patched(legacy, number(5, 6)) == EINVAL);
  Program jump{insn(BPF_JMP | BPF_JA, 5, 0)};
  CHECK(patched(jump, number(5, 6)) == EINVAL);
  Program by_register{insn(BPF_ALU64 | BPF_ADD | BPF_X, 0, 8)};
  CHECK(patched(by_register, number(8, 6)) == EINVAL);
}

TEST_CASE("an enumerator that the compiler has carried up without its sign stays so") {
  constexpr std::uint64_t kExtended = 0xffffffff80000000;
  Change change = number(kExtended, 0xffffffff90000000);
  Program program{insn(BPF_LD | BPF_IMM | BPF_DW, 0, INT32_MIN), second_half(0)};
  Messages messages;
  CHECK(patched(program, change) == EINVAL);
  change.is_enumerator = true;
  CHECK(patched(program, change) == 0);
  CHECK(program[0].imm == static_cast<std::int32_t>(0x90000000));
  CHECK(program[1].imm == 0);
}

TEST_CASE("of an 8-byte enum with values cut by the compiler, the target's are taken whole") {
  Change change = number(1, 0x500000002);
  change.is_enumerator = true;
  change.is_wide_enumerator = true;
  Program program{insn(BPF_LD | BPF_IMM | BPF_DW, 0, 1), second_half(3)};
  CHECK(patched(program, change) == 0);
  CHECK(program[0].imm == 2);
  CHECK(program[1].imm == 5);
}

TEST_CASE("poison replaces the instruction, and both halves of a load of 64 bits") {
  Change change;
  change.poison = true;
  Program program{insn(BPF_LD | BPF_IMM | BPF_DW, 0, 5), second_half(7),
                  insn(BPF_JMP | BPF_EXIT, 0, 0)};
  CHECK(patched(program, change) == 0);
  for (const std::size_t half : {0U, 1U}) {
    CHECK(program[half].code == (BPF_JMP | BPF_CALL));
    CHECK(program[half].dst_reg == 0);
    CHECK(program[half].imm == 195896080);
  }
  CHECK(program[2].code == (BPF_JMP | BPF_EXIT));
}

TEST_CASE("nothing is written behind the program") {
  Messages messages;
  Program program{insn(BPF_LD | BPF_IMM | BPF_DW, 0, 5)};
  Change change;
  change.poison = true;
  CHECK(patched(program, change) == EINVAL);
  CHECK(patched(program, number(5, 6)) == EINVAL);
  CHECK(patched(program, number(5, 6), 1) == EINVAL);
  CHECK(messages.warnings() == 3);
}

} // namespace ringside::test
