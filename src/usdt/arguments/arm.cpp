// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The registers of 32-bit Arm. The offsets are those of uregs in <asm/ptrace.h>.
#include <elf.h>

#include "usdt/arguments/machine.hpp"

namespace ringside::usdt {
namespace {

constexpr Register kArmRegisters[] = {
    {0, "r0"},  {4, "r1"},  {8, "r2"},   {12, "r3"}, {16, "r4"}, {20, "r5"}, {24, "r6"}, {28, "r7"},
    {32, "r8"}, {36, "r9"}, {40, "r10"}, {44, "fp"}, {48, "ip"}, {52, "sp"}, {56, "lr"}, {60, "pc"},
};

} // namespace

constexpr Machine kArm = {
    .number = EM_ARM,
    .wide = false,
    .register_mark = '\0',
    .constant_mark = '#',
    .memory = Machine::Memory::offset_in_brackets,
    .index = Machine::Index::none,
    .instruction_pointer = {},
    .unknown_register = Errno(ENOENT),
    .registers = kArmRegisters,
};

} // namespace ringside::usdt
