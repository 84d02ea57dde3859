// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// SymbolAddresses: one table, then the other.
#include "usdt/symbols.hpp"

#include <algorithm>
#include <cerrno>

#include <elf.h>

#include "elf/symbol_lookup.hpp"

namespace ringside::usdt {
namespace {

// The value of a thread-local symbol is no address.
bool has_address(const elf::FoundSymbol& found) {
  return found.symbol.section != elf::kUndefinedSection && found.symbol.type != STT_TLS;
}

// Static symbols of several source files may have one name. Then nothing says which one is meant.
Result<std::uint64_t> address_in(const elf::File& file, const elf::Section& table,
                                 std::string_view name) {
  const auto found = elf::find_symbols(file, table, name);
  if (!found)
    return found.error();
  const auto* const first = std::find_if(found->begin(), found->end(), has_address);
  if (first == found->end())
    return Errno(ENOENT);
  const std::uint64_t address = first->symbol.value;
  if (std::any_of(first, found->end(), [address](const elf::FoundSymbol& other) {
        return has_address(other) && other.symbol.value != address;
      }))
    return Errno(EEXIST);
  return address;
}

} // namespace

Result<std::uint64_t> SymbolAddresses::look_up(std::string_view name) const {
  static constexpr std::uint32_t kTables[] = {SHT_SYMTAB, SHT_DYNSYM};
  for (const std::uint32_t type : kTables)
    for (const elf::Section& section : file_.sections()) {
      if (section.type != type)
        continue;
      const auto address = address_in(file_, section, name);
      if (address || address.error() != Errno(ENOENT))
        return address;
    }
  return Errno(ENOENT);
}

Result<std::uint64_t> SymbolAddresses::address(std::string_view name) {
  for (const Known& known : known_)
    if (known.name == name)
      return known.address;
  const auto address = look_up(name);
  // If there is no memory to keep the answer, the next call looks again.
  if (known_.size() == kMostKnown)
    known_[oldest_++ % kMostKnown] = {name, address};
  else
    static_cast<void>(known_.append({name, address}));
  return address;
}

Result<std::uint64_t> SymbolAddresses::ask(void* symbols, std::string_view name) {
  auto* const self = static_cast<SymbolAddresses*>(symbols);
  self->were_asked_ = true;
  return self->address(name);
}

} // namespace ringside::usdt
