// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The registers of s390x. The offsets are those of user_pt_regs in <asm/ptrace.h>, whose gprs begin
// behind args and psw.
#include <elf.h>

#include "usdt/arguments/machine.hpp"

namespace ringside::usdt {
namespace {

constexpr Register kS390xRegisters[] = {
    {24, "r0"},   {32, "r1"},   {40, "r2"},   {48, "r3"},   {56, "r4"},   {64, "r5"},
    {72, "r6"},   {80, "r7"},   {88, "r8"},   {96, "r9"},   {104, "r10"}, {112, "r11"},
    {120, "r12"}, {128, "r13"}, {136, "r14"}, {144, "r15"},
};

} // namespace

constexpr Machine kS390x = {
    .number = EM_S390,
    .wide = true,
    .register_mark = '%',
    .constant_mark = '\0',
    .memory = Machine::Memory::offset_before_brackets,
    .index = Machine::Index::none,
    .instruction_pointer = {},
    .unknown_register = Errno(EINVAL),
    .registers = kS390xRegisters,
};

} // namespace ringside::usdt
