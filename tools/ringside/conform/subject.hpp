// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Subject: a library to test, and how a program is run on it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/child.hpp"

namespace ringside::tool::conform {

// Subject: what the loader shall put into the conformance program's process.
struct Subject {
  std::string label;
  std::vector<std::filesystem::path> files; // as in LD_PRELOAD: before the library, and it
  // The root folder of the distribution release that the library was unpacked with, as under "/";
  // empty if it is this machine's own.
  std::filesystem::path root;
};

// parse_subject reads [LABEL=][PRELOAD:]LIB. Throws std::runtime_error if a file is not there, or
// cannot be preloaded for a blank or a colon in its path.
Subject parse_subject(const std::string& text);

// find_root looks for the innermost folder above a library that has a loader of its own; nothing if
// that is this machine's.
std::filesystem::path find_root(const std::filesystem::path& library);

// command_on is `program` with its arguments, on the loader and the C library of a root; as it is
// if `root` is empty or has no loader.
std::vector<std::string> command_on(const std::filesystem::path& root,
                                    std::vector<std::string> program);

} // namespace ringside::tool::conform
