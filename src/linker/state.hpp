// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// State: what the inputs so far become. An input is added to a copy, which takes the place of the
// State when all went well: so an input that is refused changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "linker/input.hpp"
#include "linker/match.hpp"

namespace ringside::linker {

inline constexpr std::uint32_t kNone = UINT32_MAX;

struct OutputSection {
  std::string_view name; // of the first input that has it
  std::uint32_t first_input = 0;
  bool is_shell = true; // a DATASEC without a section, so far
  bool is_relocations = false;
  bool has_datasec = false;
  std::uint32_t type = 0;
  std::uint64_t flags = 0;
  std::uint64_t alignment = 1;
  std::uint64_t entry_size = 0;
  std::uint64_t size = 0;
  std::uint32_t index = 0;      // in the ELF file; 0 for a shell
  std::uint32_t symbol = kNone; // that stands for the section
  std::uint32_t target = kNone; // of relocations: the section that they are for
};

struct OutputSymbol {
  std::string_view name;
  std::uint32_t first_input = 0;
  std::uint8_t type = 0;
  std::uint8_t binding = 0;
  std::uint8_t visibility = 0;
  bool is_extern = false;      // global, and not defined so far
  std::uint32_t place = kNone; // the output section; of an extern, that of its DATASEC
  std::uint32_t special = 0;   // instead, what a symbol without a section has as one
  std::uint64_t value = 0;
  std::uint64_t size = 0;
  // Of a global symbol: the input that declares it best, and the type there; 0: none.
  std::uint32_t input = 0;
  std::uint32_t type_id = 0;
};

// Part is where a section of an input lies in the output.
struct Part {
  std::uint32_t section = kNone; // kNone: it is left out
  std::uint64_t offset = 0;
};

// Placed is an input, and what became of its sections and symbols.
struct Placed {
  Owned<Input> input;
  Vector<Part> parts;                // by section
  Vector<std::uint32_t> symbols;     // by symbol: its number in the output, or kNone
  Vector<std::uint8_t> takes_effect; // by symbol: it completed or replaced what was there
};

// Each list is only added to and written to, so a copy is a copy of plain numbers.
struct State {
  Vector<OutputSection> sections;
  Vector<OutputSymbol> symbols; // the first is the empty one
  std::uint32_t indices = 0;    // of the ELF file, that have been given away

  Result<void> copy(const State& from);
  [[nodiscard]] std::optional<std::uint32_t> find_section(std::string_view name) const;
};

} // namespace ringside::linker
