// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The number of dynamic symbols: no field of a file gives it.
#pragma once

#include <cstddef>

#include "abi/elf_tables.hpp"

namespace ringside::tool::abi {

// SymbolRange: the loader uses the symbols before `end`. It finds those from `first_found` up to
// `found_end` by their names, by way of a hash table.
struct SymbolRange {
  std::size_t first_found = 0;
  std::size_t found_end = 0;
  std::size_t end = 0;

  [[nodiscard]] bool is_found(std::size_t index) const {
    return index >= first_found && index < found_end;
  }
};

// symbols_of reads the hash table for what is defined, and relocations for what is wanted. Throws
// FileError where they are damaged.
SymbolRange symbols_of(const ElfTables& elf);

} // namespace ringside::tool::abi
