// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Needs: what a program or library wants of libbpf, and who can give it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "abi/elf_file.hpp"
#include "abi/surface.hpp"

namespace ringside::tool::abi {

struct Needs {
  std::vector<Import> imports;       // of libbpf, by node and name
  std::string soname;                // "libbpf.so.1" among what it needs; empty if it names none
  std::vector<std::size_t> releases; // those that have it all, oldest first
};

// Is any of it libbpf's? By the version node, by the library that it was linked to, and a name
// without a node if a release has it.
Needs needs_of(const ElfFile& file);

// The imports that a release lacks; those that are weak are not missed.
std::vector<Import> lacking(const Needs& needs, std::size_t release);

// The imports that a library of ours has, and that it lacks.
struct Share {
  std::vector<Import> has, lacks;
};
Share share_of(const Needs& needs, OwnLibrary library);

} // namespace ringside::tool::abi
