// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The registers of aarch64. The offsets are those of struct user_pt_regs in <asm/ptrace.h>.
#include <elf.h>

#include "usdt/arguments/machine.hpp"

namespace ringside::usdt {
namespace {

constexpr Register kAarch64Registers[] = {
    {0, "x0 w0"},     {8, "x1 w1"},     {16, "x2 w2"},
    {24, "x3 w3"},    {32, "x4 w4"},    {40, "x5 w5"},
    {48, "x6 w6"},    {56, "x7 w7"},    {64, "x8 w8"},
    {72, "x9 w9"},    {80, "x10 w10"},  {88, "x11 w11"},
    {96, "x12 w12"},  {104, "x13 w13"}, {112, "x14 w14"},
    {120, "x15 w15"}, {128, "x16 w16"}, {136, "x17 w17"},
    {144, "x18 w18"}, {152, "x19 w19"}, {160, "x20 w20"},
    {168, "x21 w21"}, {176, "x22 w22"}, {184, "x23 w23"},
    {192, "x24 w24"}, {200, "x25 w25"}, {208, "x26 w26"},
    {216, "x27 w27"}, {224, "x28 w28"}, {232, "x29 w29"},
    {240, "x30 w30"}, {248, "sp wsp"},  {kZeroRegister, "xzr wzr"},
};

} // namespace

constexpr Machine kAarch64 = {
    .number = EM_AARCH64,
    .wide = true,
    .register_mark = '\0',
    .constant_mark = '\0',
    .memory = Machine::Memory::offset_in_brackets,
    .index = Machine::Index::shift,
    .instruction_pointer = {},
    .unknown_register = Errno(ENOENT),
    .registers = kAarch64Registers,
};

} // namespace ringside::usdt
