// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_symbols: the symbols of one name, without a look at all others where the file has a hash
// table for them.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "elf/file.hpp"
#include "elf/symbols.hpp"

namespace ringside::elf {

struct FoundSymbol {
  std::size_t index = 0;
  Symbol symbol;
};

// Where a name ends: at its own end, or at '@' as well, behind which .symtab has the version.
enum class NameEnd { whole, before_version };

// find_symbols is all symbols of a name in one table, of any type, in the table's order. A table
// with .gnu.hash or .hash costs a few small reads; any other is read as a whole. Symbols that the
// file imports may be missing, for .gnu.hash does not have them. A hash table that is not in order
// is ignored. The errors are those of Symbols::read.
Result<Vector<FoundSymbol>> find_symbols(const File& file, const Section& table,
                                         std::string_view name, NameEnd end = NameEnd::whole);

} // namespace ringside::elf
