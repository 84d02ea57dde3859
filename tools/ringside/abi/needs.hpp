// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Needs: what a program or library needs of libbpf, and which release has it.
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

// Does the file need libbpf at all? The version node shows it, or the library that the file was
// linked to, or, for a name without a node, a release that has the name.
Needs needs_of(const ElfFile& file);

// The imports that a release does not have, except weak ones.
std::vector<Import> lacking(const Needs& needs, std::size_t release);

// The imports that our library has, and those that it does not have.
struct Share {
  std::vector<Import> has, lacks;
};
Share share_of(const Needs& needs, OwnLibrary library);

} // namespace ringside::tool::abi
