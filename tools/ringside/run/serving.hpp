// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Why a library of ours would not serve a program: from the files that the loader would load, and
// what these need of libbpf.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "abi/needs.hpp"

namespace ringside::tool {

// Caller: a file of the process that needs functions of libbpf.
struct Caller {
  std::filesystem::path file;
  abi::Needs needs;
};

// callers_of reads the program and the files that are loaded with it. It leaves out a libbpf, and
// files that cannot be read.
std::vector<Caller> callers_of(const std::filesystem::path& program,
                               const std::vector<std::filesystem::path>& files);

// Both return sentences about the program, each with what to do; none if it will be served. `files`
// are those that are loaded when `ours` is preloaded, or is first in the library path.
std::vector<std::string> against_preloading(const std::filesystem::path& ours,
                                            const std::vector<std::filesystem::path>& files,
                                            const std::vector<Caller>& callers);
std::vector<std::string> against_replacing(const std::filesystem::path& ours,
                                           const std::vector<std::filesystem::path>& files,
                                           const std::vector<Caller>& callers);

} // namespace ringside::tool
