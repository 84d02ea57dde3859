// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Target: a library or a release that the command line names.
#pragma once

#include <optional>
#include <string>

#include "abi/contract.hpp"
#include "abi/elf_file.hpp"

namespace ringside::tool::abi {

struct Target {
  std::string title;
  Surface surface;
  std::optional<ElfFile> file;      // of a file
  std::optional<Contract> contract; // of a release, or of a library of ours
};

// find_target reads "1.7.0" and the like as a release, and everything else as a path. Throws
// FileError.
Target find_target(const std::string& name);

// The text of the error for a name that is not a release.
std::string unknown_release(const std::string& name);

// read_library is read_elf for a file that must be a shared library.
ElfFile read_library(const std::string& path);

} // namespace ringside::tool::abi
