// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Layouts: structs, enums and parameters as debug information has them, compared by abidiff of
// libabigail where it is installed.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "abi/check.hpp"
#include "abi/elf_file.hpp"

namespace ringside::tool::abi {

constexpr const char* kDebugFolder = "/usr/lib/debug";

// check_layouts holds a library against the newest declarations that are known of its release or of
// one before. Size-versioned structs may be longer. `debug_folder` has debug information that was
// split off, by build id.
CheckResult check_layouts(const ElfFile& file, const Contract& contract,
                          const std::string& debug_folder);

// What differs between two sides, one line a type or function; or why that cannot be told.
struct LayoutDifferences {
  std::vector<std::string> lines;
  bool only_growth = true; // nothing that programs of the old side would notice
  std::string skipped;
};
// A side is a file, or a release by its index.
using LayoutSide = std::variant<const ElfFile*, std::size_t>;
LayoutDifferences diff_layouts(const LayoutSide& old_side, const LayoutSide& new_side,
                               const std::string& debug_folder);

} // namespace ringside::tool::abi
