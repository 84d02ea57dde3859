// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// FileMapping: where a process has the code of a file in memory. On kernels without BPF cookies a
// program learns only the address of its probe, so we must know that address beforehand.
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

// parse_mappings finds the mappings of one file in a text like /proc/PID/maps. The path has no
// symbolic links. Lines of another form are skipped. ENOMEM.
Result<Vector<FileMapping>> parse_mappings(std::string_view text, std::string_view path);

// address_of is the address of the byte at an offset of the file; nothing if no mapping has it.
std::optional<std::uint64_t> address_of(std::span<const FileMapping> mappings,
                                        std::uint64_t offset);

} // namespace ringside::usdt
