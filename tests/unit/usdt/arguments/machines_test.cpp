// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Machines: their registers against the kernel's own struct where this machine has it, and against
// the formula of that struct elsewhere.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include <asm/ptrace.h>
#include <catch2/catch.hpp>
#include <elf.h>

#include "base/scan.hpp"
#include "usdt/arguments/machine.hpp"

namespace ringside::test {
namespace {

using usdt::Machine;

constexpr const Machine* kMachines[] = {&usdt::kAmd64,   &usdt::kI386,    &usdt::kS390x,
                                        &usdt::kAarch64, &usdt::kRiscv64, &usdt::kArm};

int offset_of(const Machine& machine, const std::string& name) {
  const std::int16_t* const offset = usdt::register_of(machine, name);
  INFO(name);
  REQUIRE(offset != nullptr);
  return *offset;
}

} // namespace

TEST_CASE("a machine is found by its number and class") {
  CHECK(usdt::machine_of(EM_X86_64, true) == &usdt::kAmd64);
  CHECK(usdt::machine_of(EM_386, false) == &usdt::kI386);
  CHECK(usdt::machine_of(EM_S390, true) == &usdt::kS390x);
  CHECK(usdt::machine_of(EM_AARCH64, true) == &usdt::kAarch64);
  CHECK(usdt::machine_of(EM_RISCV, true) == &usdt::kRiscv64);
  CHECK(usdt::machine_of(EM_ARM, false) == &usdt::kArm);
  CHECK(usdt::machine_of(EM_X86_64, false) == nullptr);
  CHECK(usdt::machine_of(EM_RISCV, false) == nullptr);
  CHECK(usdt::machine_of(EM_PPC64, true) == nullptr);
}

TEST_CASE("no register has two rows, and no name is there twice") {
  for (const Machine* const machine : kMachines) {
    std::set<std::string_view> names;
    std::set<int> offsets;
    for (const usdt::Register& known : machine->registers) {
      CHECK(offsets.insert(known.offset).second);
      std::string_view rest = known.names;
      for (auto name = take_word(rest); !name.empty(); name = take_word(rest))
        CHECK(names.insert(name).second);
    }
    CHECK(usdt::register_of(*machine, "") == nullptr);
    CHECK(usdt::register_of(*machine, machine->registers[0].names.substr(0, 1)) == nullptr);
    if (!machine->instruction_pointer.empty())
      CHECK(names.count(machine->instruction_pointer) == 1);
  }
}

#if defined(__x86_64__)
TEST_CASE("the registers of x86-64 stand where the kernel's struct has them") {
  const auto check = [](const char* names, std::size_t offset) {
    std::string_view rest = names;
    for (auto name = take_word(rest); !name.empty(); name = take_word(rest))
      CHECK(offset_of(usdt::kAmd64, std::string(name)) == static_cast<int>(offset));
  };
  check("rax eax ax al", offsetof(pt_regs, rax));
  check("rbx ebx bx bl", offsetof(pt_regs, rbx));
  check("rcx ecx cx cl", offsetof(pt_regs, rcx));
  check("rdx edx dx dl", offsetof(pt_regs, rdx));
  check("rsi esi si sil", offsetof(pt_regs, rsi));
  check("rdi edi di dil", offsetof(pt_regs, rdi));
  check("rbp ebp bp bpl", offsetof(pt_regs, rbp));
  check("rsp esp sp spl", offsetof(pt_regs, rsp));
  check("rip eip", offsetof(pt_regs, rip));
  check("r8 r8d r8w r8b", offsetof(pt_regs, r8));
  check("r9 r9d r9w r9b", offsetof(pt_regs, r9));
  check("r10 r10d r10w r10b", offsetof(pt_regs, r10));
  check("r11 r11d r11w r11b", offsetof(pt_regs, r11));
  check("r12 r12d r12w r12b", offsetof(pt_regs, r12));
  check("r13 r13d r13w r13b", offsetof(pt_regs, r13));
  check("r14 r14d r14w r14b", offsetof(pt_regs, r14));
  check("r15 r15d r15w r15b", offsetof(pt_regs, r15));
  check("ah", offsetof(pt_regs, rax) + 1);
  check("bh", offsetof(pt_regs, rbx) + 1);
  check("ch", offsetof(pt_regs, rcx) + 1);
  check("dh", offsetof(pt_regs, rdx) + 1);
}
#elif defined(__i386__)
TEST_CASE("the registers of i386 stand where the kernel's struct has them") {
  const auto check = [](const char* name, std::size_t offset) {
    CHECK(offset_of(usdt::kI386, name) == static_cast<int>(offset));
  };
  check("eax", offsetof(pt_regs, eax));
  check("ebx", offsetof(pt_regs, ebx));
  check("ecx", offsetof(pt_regs, ecx));
  check("edx", offsetof(pt_regs, edx));
  check("esi", offsetof(pt_regs, esi));
  check("edi", offsetof(pt_regs, edi));
  check("ebp", offsetof(pt_regs, ebp));
  check("esp", offsetof(pt_regs, esp));
  check("eip", offsetof(pt_regs, eip));
  check("ah", offsetof(pt_regs, eax) + 1);
}
#endif

TEST_CASE("the registers of other machines stand in rows of their structs") {
  for (int number = 0; number <= 15; ++number)
    CHECK(offset_of(usdt::kS390x, "r" + std::to_string(number)) == 24 + 8 * number);
  for (int number = 0; number <= 30; ++number) {
    CHECK(offset_of(usdt::kAarch64, "x" + std::to_string(number)) == 8 * number);
    CHECK(offset_of(usdt::kAarch64, "w" + std::to_string(number)) == 8 * number);
  }
  CHECK(offset_of(usdt::kAarch64, "sp") == 248);
  // user_regs_struct names them in this order.
  const char* riscv = "pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 "
                      "s9 s10 s11 t3 t4 t5 t6";
  std::string_view rest = riscv;
  take_word(rest);
  int offset = 8;
  for (auto name = take_word(rest); !name.empty(); name = take_word(rest), offset += 8)
    CHECK(offset_of(usdt::kRiscv64, std::string(name)) == offset);
  for (int number = 0; number <= 10; ++number)
    CHECK(offset_of(usdt::kArm, "r" + std::to_string(number)) == 4 * number);
  CHECK(offset_of(usdt::kArm, "fp") == 44);
  CHECK(offset_of(usdt::kArm, "ip") == 48);
  CHECK(offset_of(usdt::kArm, "sp") == 52);
  CHECK(offset_of(usdt::kArm, "lr") == 56);
  CHECK(offset_of(usdt::kArm, "pc") == 60);
}

} // namespace ringside::test
