// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Machine: how the assembler of a machine writes operands, and where the kernel keeps its
// registers.
#pragma once

#include <cerrno>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/errno.hpp"

namespace ringside::usdt {

// A register of this offset always holds 0.
inline constexpr std::int16_t kZeroRegister = INT16_MIN;

struct Register {
  std::int16_t offset;    // in the kernel's struct of registers, as BPF programs see it
  std::string_view names; // each name that it has, with blanks between them
};

struct Machine {
  std::uint16_t number; // EM_X86_64, ...
  bool wide;            // the 64-bit class
  // What stands before a register and before a constant; NUL if nothing does.
  char register_mark;
  char constant_mark;
  // Operands in memory: offset(register), or [register, offset].
  enum class Memory : std::uint8_t { offset_before_brackets, offset_in_brackets } memory;
  // How an index is added to the base: (base,index,scale) or [base, index, lsl #shift].
  enum class Index : std::uint8_t { none, scale, shift } index;
  // The register that points to the probe, if operands can name a symbol relative to it.
  std::string_view instruction_pointer;
  Errno unknown_register;
  std::span<const Register> registers;
};

// NOLINTBEGIN(bugprone-dynamic-static-initializers): they are constexpr where they are defined
extern const Machine kAmd64;
extern const Machine kI386;
extern const Machine kS390x;
extern const Machine kAarch64;
extern const Machine kRiscv64;
extern const Machine kArm;
// NOLINTEND(bugprone-dynamic-static-initializers)

// machine_of is the machine of a file of an ELF machine number and class; nullptr if its arguments
// are not known.
const Machine* machine_of(std::uint16_t number, bool wide);

// register_of is the offset of a register, or nullptr if there is none of that name.
const std::int16_t* register_of(const Machine& machine, std::string_view name);

} // namespace ringside::usdt
