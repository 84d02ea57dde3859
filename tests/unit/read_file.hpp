// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ReadFile: a file that is read piece by piece, for tests of what reads it.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "base/byte_source.hpp"
#include "base/errno.hpp"
#include "base/result.hpp"

namespace ringside::test {

// ReadFile counts how often it is read, and how many bytes were asked for. Reading it may fail.
struct ReadFile {
  std::string bytes;
  int fails_at = 0;               // the reading with this number fails with EIO; the first is 1
  std::uint64_t end = UINT64_MAX; // nothing behind it can be read, as in a file that was cut
  int error = 0;                  // each reading fails with it, if it is not 0
  int reads = 0;
  std::uint64_t read = 0;

  ByteSource source() { return {bytes.size(), read_at, this}; }

private:
  static Result<void> read_at(void* self, std::uint64_t offset, std::span<std::byte> into) {
    auto& file = *static_cast<ReadFile*>(self);
    file.read += into.size();
    if (++file.reads == file.fails_at)
      return Errno(EIO);
    if (file.error != 0)
      return Errno(file.error);
    if (offset > file.end || into.size() > file.end - offset)
      return Errno(ERANGE);
    std::memcpy(into.data(), file.bytes.data() + offset, into.size());
    return {};
  }
};

} // namespace ringside::test
