// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Versions: which version of itself each symbol of a library is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_window.hpp"
#include "base/result.hpp"
#include "elf/file.hpp"

namespace ringside::elf {

struct SymbolVersion {
  std::uint16_t index = 0; // VER_NDX_GLOBAL for a symbol without a version
  // A symbol is hidden if there is a newer version of it: who links now gets that one.
  bool hidden = false;
};

// Versions reads what it is asked for from the file, and nothing else.
class Versions {
public:
  Versions() = default;

  // open looks for the versions of a symbol table's symbols. Most programs have none. kErrnoFormat
  // with a message if the sections that have them are not in the file.
  static Result<Versions> open(const File& file, const Section& table);

  // of is the version of the symbol at an index. A symbol that the file has no version for is
  // VER_NDX_GLOBAL. Fails as reading does.
  Result<SymbolVersion> of(std::size_t index);

  // defined is the index of a version that this file defines, or VER_NDX_LOCAL if it does not.
  // kErrnoFormat, with a message, if the definitions are damaged; or as reading fails.
  Result<std::uint16_t> defined(std::string_view name);

private:
  const File* file_ = nullptr;
  const Section* definitions_section_ = nullptr;
  ByteWindow indices_;
  ByteWindow definitions_;
  ByteWindow strings_;
};

} // namespace ringside::elf
