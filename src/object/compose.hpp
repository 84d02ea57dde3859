// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Composing: an entry program, with all functions that it calls behind it, in the form that the
// kernel loads.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <linux/bpf.h>

#include "base/failure.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "object/parsed.hpp"

namespace ringside::object {

// Code is the instructions of an entry program, and what belongs to them.
struct Code {
  // Part is one function in it.
  struct Part {
    std::uint32_t program = 0;
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };

  Vector<bpf_insn> insns;
  Vector<Part> parts; // the entry program first
  // By instruction of the whole, as insn is here.
  Vector<Reference> references;
  // Records in the form that the kernel loads: the first word is the index of the instruction.
  Vector<std::uint32_t> functions;
  Vector<std::uint32_t> lines;
  std::uint32_t function_words = 0; // in a record, 0: there are none
  std::uint32_t line_words = 0;

  // line_of is the line record that is in force at an instruction; empty if there is none.
  [[nodiscard]] std::span<const std::uint32_t> line_of(std::uint32_t insn) const;
};

// Functions gives the instructions of each function, which CO-RE or the user may have changed.
struct Functions {
  std::span<const bpf_insn> (*code_of)(const void* context, std::uint32_t program) = nullptr;
  const void* context = nullptr;
};

// compose builds the code of the entry program `entry`: its own instructions, then each function of
// .text that a call or an address names, in the order in which depth-first search finds them.
// `callback` is a function that must be there as well, or kNoIndex. With records, func_info and
// line_info go along.
//   kErrnoReloc  a call or an address names no function
//   ENOENT       a function has no records, while the entry program has
//   ENOMEM
Result<Code> compose(const Parsed& parsed, const Functions& functions, std::uint32_t entry,
                     std::uint32_t callback, bool with_records, const Subject& subject);

} // namespace ringside::object
