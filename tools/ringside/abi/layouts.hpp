// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Layouts: structs, enums and parameters, as debug information describes them. abidiff of
// libabigail compares them, if it is installed.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "abi/check.hpp"
#include "abi/elf_file.hpp"

namespace ringside::tool::abi {

constexpr const char* kDebugFolder = "/usr/lib/debug";

// check_layouts compares a library with the declarations of its release, or of the newest release
// before that is known. A struct that says its own size may be longer. `debug_folder` has separate
// debug information, by build id.
CheckResult check_layouts(const ElfFile& file, const Contract& contract,
                          const std::string& debug_folder);

// The differences of two sides, a line for each type or function; or why they are not known.
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
