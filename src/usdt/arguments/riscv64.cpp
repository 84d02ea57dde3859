// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The registers of 64-bit RISC-V. The offsets are those of struct user_regs_struct in
// <asm/ptrace.h>.
#include <elf.h>

#include "usdt/arguments/machine.hpp"

namespace ringside::usdt {
namespace {

constexpr Register kRiscv64Registers[] = {
    {8, "ra"},   {16, "sp"},  {24, "gp"},  {32, "tp"},  {40, "t0"},   {48, "t1"},   {56, "t2"},
    {64, "s0"},  {72, "s1"},  {80, "a0"},  {88, "a1"},  {96, "a2"},   {104, "a3"},  {112, "a4"},
    {120, "a5"}, {128, "a6"}, {136, "a7"}, {144, "s2"}, {152, "s3"},  {160, "s4"},  {168, "s5"},
    {176, "s6"}, {184, "s7"}, {192, "s8"}, {200, "s9"}, {208, "s10"}, {216, "s11"}, {224, "t3"},
    {232, "t4"}, {240, "t5"}, {248, "t6"},
};

} // namespace

constexpr Machine kRiscv64 = {
    .number = EM_RISCV,
    .wide = true,
    .register_mark = '\0',
    .constant_mark = '\0',
    .memory = Machine::Memory::offset_before_brackets,
    .index = Machine::Index::none,
    .instruction_pointer = {},
    .unknown_register = Errno(ENOENT),
    .registers = kRiscv64Registers,
};

} // namespace ringside::usdt
