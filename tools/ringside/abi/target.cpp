// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_target: what a word of the command line names.
#include "abi/target.hpp"

#include <fmt/format.h>

#include "abi/file_error.hpp"
#include "abi/releases.hpp"

namespace ringside::tool::abi {

std::string unknown_release(const std::string& name) {
  return fmt::format("libbpf {} is not known; known are {} to {}, and libringside and ringside for "
                     "the libraries of this project (`ringside abi list` shows all)",
                     name, releases().front(), releases().back());
}

ElfFile read_library(const std::string& path) {
  ElfFile file = read_elf(path);
  if (file.is_program)
    throw FileError(
        fmt::format("{}: is a program, not a shared library; `ringside abi who {}` says "
                    "what it needs of libbpf",
                    path, path));
  return file;
}

Target find_target(const std::string& name) {
  if (auto contract = find_contract(name)) {
    Surface surface = contract->surface;
    return {contract->title, std::move(surface), std::nullopt, std::move(contract)};
  }
  // A version has only digits and dots; the name of a library has more.
  if (name.find_first_not_of("0123456789.") == std::string::npos)
    throw FileError(unknown_release(name));
  ElfFile file = read_library(name);
  Surface surface = file.surface;
  return {name, std::move(surface), std::move(file), std::nullopt};
}

} // namespace ringside::tool::abi
