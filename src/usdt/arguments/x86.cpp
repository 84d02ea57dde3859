// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The registers of x86-64 and i386. The offsets are those of struct pt_regs in <asm/ptrace.h>.
#include <elf.h>

#include "usdt/arguments/machine.hpp"

namespace ringside::usdt {
namespace {

// The second lowest byte of a register has a name of its own, and stands one byte further.
constexpr Register kAmd64Registers[] = {
    {0, "r15 r15d r15w r15b"},
    {8, "r14 r14d r14w r14b"},
    {16, "r13 r13d r13w r13b"},
    {24, "r12 r12d r12w r12b"},
    {32, "rbp ebp bp bpl"},
    {40, "rbx ebx bx bl"},
    {41, "bh"},
    {48, "r11 r11d r11w r11b"},
    {56, "r10 r10d r10w r10b"},
    {64, "r9 r9d r9w r9b"},
    {72, "r8 r8d r8w r8b"},
    {80, "rax eax ax al"},
    {81, "ah"},
    {88, "rcx ecx cx cl"},
    {89, "ch"},
    {96, "rdx edx dx dl"},
    {97, "dh"},
    {104, "rsi esi si sil"},
    {112, "rdi edi di dil"},
    {128, "rip eip"},
    {152, "rsp esp sp spl"},
};

// The names of the 64-bit registers are accepted too.
constexpr Register kI386Registers[] = {
    {0, "rbx ebx bx bl"},
    {1, "bh"},
    {4, "rcx ecx cx cl"},
    {5, "ch"},
    {8, "rdx edx dx dl"},
    {9, "dh"},
    {12, "rsi esi si sil"},
    {16, "rdi edi di dil"},
    {20, "rbp ebp bp bpl"},
    {24, "rax eax ax al"},
    {25, "ah"},
    {48, "rip eip"},
    {60, "rsp esp sp spl"},
};

} // namespace

constexpr Machine kAmd64 = {
    .number = EM_X86_64,
    .wide = true,
    .register_mark = '%',
    .constant_mark = '$',
    .memory = Machine::Memory::offset_before_brackets,
    .index = Machine::Index::scale,
    .instruction_pointer = "rip",
    .unknown_register = Errno(ENOENT),
    .registers = kAmd64Registers,
};

constexpr Machine kI386 = {
    .number = EM_386,
    .wide = false,
    .register_mark = '%',
    .constant_mark = '$',
    .memory = Machine::Memory::offset_before_brackets,
    .index = Machine::Index::scale,
    .instruction_pointer = "eip",
    .unknown_register = Errno(ENOENT),
    .registers = kI386Registers,
};

} // namespace ringside::usdt
