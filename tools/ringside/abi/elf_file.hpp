// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ElfFile: the interface of a shared library or a program, as its file says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "abi/surface.hpp"

namespace ringside::tool::abi {

// Import: a name that another file must define.
struct Import {
  std::string name;
  std::string node;    // empty if any will do
  std::string library; // soname of the one that was linked, where a node is named
  bool weak = false;   // it runs without
};

enum class Relro : std::uint8_t { none, partial, full };

struct ElfFile {
  std::string path;
  bool is_program = false;
  std::string interpreter; // the path of a program's loader
  Surface surface;         // what it exports; its symbols are sorted
  std::vector<Import> imports;
  std::vector<std::string> needed;
  bool text_relocations = false;
  bool stack_told = false;       // there is a PT_GNU_STACK
  bool executable_stack = false; // asked for, or not told
  Relro relro = Relro::none;
  bool debug_info = false; // in the file itself
  std::string build_id;    // in hexadecimal
};

// is_static: does the program run without a loader?
inline bool is_static(const ElfFile& file) {
  return file.is_program && file.interpreter.empty();
}

// read_elf throws FileError for a file that it cannot read.
ElfFile read_elf(const std::string& path);

} // namespace ringside::tool::abi
