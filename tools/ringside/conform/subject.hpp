// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Subject: a library to test, and how to run a program with it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/child.hpp"

namespace ringside::tool::conform {

// Subject: the libraries that the loader must load into the conformance program.
struct Subject {
  std::string label;
  std::vector<std::filesystem::path> files; // as in LD_PRELOAD: before the library, and it
  // The root folder into which the distribution with the library was unpacked; empty for this
  // machine's own "/".
  std::filesystem::path root;
};

// parse_subject reads [LABEL=][PRELOAD:]LIB. The path of an existing file may have "=" and ":" in
// it. Throws abi::FileError if a file is not a shared library of this machine, or the loader cannot
// preload its path.
Subject parse_subject(const std::string& text);

// find_root finds the nearest folder above a library that has a loader; nothing if that is the root
// of this machine.
std::filesystem::path find_root(const std::filesystem::path& library);

// command_on returns a command that runs `program` with the loader and the C library of a root. If
// `root` is empty or has no loader, the command runs it directly.
std::vector<std::string> command_on(const std::filesystem::path& root,
                                    std::vector<std::string> program);

} // namespace ringside::tool::conform
