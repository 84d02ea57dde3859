// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Adding an input to a State: its sections get their places, its symbols their meaning.
#pragma once

#include <cstdint>
#include <span>

#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "linker/state.hpp"

namespace ringside::linker {

// What an input is added to: the State that is to become the next one, the inputs before, and the
// global symbols before by name.
struct Adding {
  State& state;
  std::span<const Placed> before;
  const HashIndex& globals;
  Placed& placed;

  [[nodiscard]] const Input& input() const { return *placed.input; }
  [[nodiscard]] std::uint32_t number() const { return static_cast<std::uint32_t>(before.size()); }
};

// The steps, in their order. Each fails with EINVAL or ENOENT, with a message, or ENOMEM.
//
// place_sections gives each section that has one a place: data, code and shells first.
Result<void> place_sections(Adding& adding);
// resolve_symbols gives each symbol its number in the output. It decides which of several
// definitions stays.
Result<void> resolve_symbols(Adding& adding);
// check_references looks at what refers to symbols and types that were left out. Relocations to
// the symbols of a section that is there once, such as the license, go to those that are kept.
Result<void> check_references(Adding& adding);
// place_relocations gives the sections of relocations their place, behind all others of the input.
Result<void> place_relocations(Adding& adding);

// is_kept_once: of this section the first one stays, and all others must be the same.
bool is_kept_once(std::string_view section);

} // namespace ringside::linker
