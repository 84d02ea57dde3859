// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// FileMapping: where a process runs the code of a file. Kernels without BPF cookies tell a program
// nothing but the address of its probe, so that has to be known beforehand.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"

namespace ringside::usdt {

// FileMapping is code of a file in memory.
struct FileMapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t offset = 0; // of `begin` in the file

  bool operator==(const FileMapping&) const = default;
};

// parse_mappings is those of one file, by its path without symbolic links, in a text of the form of
// /proc/PID/maps. Lines of another form are skipped. ENOMEM.
Result<Vector<FileMapping>> parse_mappings(std::string_view text, std::string_view path);

// address_of is where a process has the byte at an offset in the file, if it runs it.
std::optional<std::uint64_t> address_of(std::span<const FileMapping> mappings,
                                        std::uint64_t offset);

} // namespace ringside::usdt
