// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Contract: what a library promises to the programs that are linked to it, and why we think so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "abi/elf_file.hpp"
#include "abi/surface.hpp"

namespace ringside::tool::abi {

struct Contract {
  std::string title;  // "libbpf 1.7.0"
  std::string reason; // "its file name says so"
  Surface surface;
  std::size_t release = 0;       // whose headers programs were compiled with
  std::optional<OwnLibrary> own; // part of a release by design
};

// The contract for a name on the command line that is not a file: the version of a release,
// "libringside", or "ringside" for our libbpf.so.1.
std::optional<Contract> find_contract(const std::string& name);

// The contract that a library claims to keep, by its soname, its file name and its version nodes.
// Throws FileError if it claims none.
Contract claimed_contract(const ElfFile& file);

// "41 of the 359 functions of libbpf 1.8-dev": how much of its release a library of ours has.
std::string share_text(const Contract& contract);

} // namespace ringside::tool::abi
