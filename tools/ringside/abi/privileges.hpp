// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The privileges that a program's file gives. If a program has more than its user, the loader
// ignores the user's variables. Sources: execve(2), ld.so(8) on secure-execution mode,
// capabilities(7).
#pragma once

#include <string>
#include <vector>

namespace ringside::tool::abi {

// Privilege: one privilege that a file gives to its process.
struct Privilege {
  std::string name;      // "set-user-id"
  bool gives_us = false; // this process does not have it
};

// privileges_of throws FileError if the file has no status or cannot be reached.
std::vector<Privilege> privileges_of(const std::string& path);

} // namespace ringside::tool::abi
