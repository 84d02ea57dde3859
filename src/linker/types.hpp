// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The types of an input on their way into the output's BTF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_order.hpp"
#include "base/owned.hpp"
#include "base/result.hpp"
#include "btf/btf.hpp"
#include "btf/ext.hpp"
#include "elf/relocations.hpp"
#include "linker/state.hpp"

namespace ringside::linker {

// read_relocation is an entry of a section of relocations, which must be there.
elf::Relocation read_relocation(const Input& input, const InputSection& section, std::size_t index);

// What becomes of a type.
enum class Fate : std::uint8_t {
  copied,
  of_symbol, // one type for all files, that of its symbol
  left_out,
};
Fate fate_of(const Placed& placed, std::uint32_t type);
// symbol_of_type is the number in the output of the symbol of a type whose fate is of_symbol.
std::uint32_t symbol_of_type(const Placed& placed, std::uint32_t type);

// OutputTypes is the BTF of the output and what belongs to it; null where there are no types.
struct OutputTypes {
  Owned<btf::Btf> btf;
  Owned<btf::Ext> ext;
};

// compose_types puts the types and records of all inputs together, and makes one of those that are
// the same. ENOMEM, and what dedup fails with.
Result<OutputTypes> compose_types(const State& state, std::span<const Placed> inputs);

} // namespace ringside::linker
