// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// SymbolAddresses: the symbols of a file, for arguments that name one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "elf/file.hpp"
#include "usdt/arguments.hpp"

namespace ringside::usdt {

// SymbolAddresses finds a symbol of any type that the file defines, in .symtab, else in .dynsym.
class SymbolAddresses {
public:
  // The file must outlive it, and so must the names that are asked for.
  explicit SymbolAddresses(const elf::File& file) : file_(file) {}

  // address is that of a symbol. ENOENT: there is none; EEXIST: there are several of that name;
  // what reading the symbols fails with.
  Result<std::uint64_t> address(std::string_view name);

  // seen_from is the symbols for a probe at an address; see SymbolPlaces. were_asked is whether any
  // symbol was looked up since begin.
  SymbolPlaces seen_from(std::uint64_t probe_address, bool fixed) {
    return {ask, this, probe_address, fixed};
  }
  void begin() { were_asked_ = false; }
  [[nodiscard]] bool were_asked() const { return were_asked_; }

private:
  // Many sites of a probe name the same few symbols, and a table without hashes is read as a whole.
  struct Known {
    std::string_view name;
    Result<std::uint64_t> address;
  };
  static constexpr std::size_t kMostKnown = 12;

  [[nodiscard]] Result<std::uint64_t> look_up(std::string_view name) const;
  static Result<std::uint64_t> ask(void* symbols, std::string_view name);

  const elf::File& file_;
  bool were_asked_ = false;
  Vector<Known> known_;
  std::size_t oldest_ = 0; // which of known_ to replace next, once it is full
};

} // namespace ringside::usdt
