// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// CountedFile: a file that counts how often it is read.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/byte_source.hpp"
#include "base/errno.hpp"
#include "base/result.hpp"

namespace ringside::test {

struct CountedFile {
  std::string bytes;
  int reads = 0;
  int error = 0;                  // with which reading fails, if it is not 0
  std::uint64_t end = UINT64_MAX; // behind which nothing can be read

  ByteSource source() { return {bytes.size(), read_at, this}; }

private:
  static Result<void> read_at(void* self, std::uint64_t offset, std::span<std::byte> into) {
    auto& file = *static_cast<CountedFile*>(self);
    ++file.reads;
    if (file.error != 0)
      return Errno(file.error);
    if (offset > file.end || into.size() > file.end - offset)
      return Errno(ERANGE);
    file.bytes.copy(reinterpret_cast<char*>(into.data()), into.size(), offset);
    return {};
  }
};

// numbered is bytes that count from 0.
inline std::string numbered(std::size_t size) {
  std::string bytes;
  while (bytes.size() < size)
    bytes.push_back(static_cast<char>(bytes.size()));
  return bytes;
}

} // namespace ringside::test
