// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// each_line: the lines of a large file of the kernel, one after the other.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

#include "base/array.hpp"
#include "base/result.hpp"
#include "os/file.hpp"
#include "os/whole_file.hpp"

namespace ringside::kernel {

// each_line calls visit(line) for all lines, without their newlines, until visit returns false or
// an error. An error of visit is the result. A line is valid only during its call. EINVAL for a
// line of more than 64 KiB; else what reading fails with.
template <class Visit>
Result<void> each_line(const char* path, Visit visit) {
  constexpr std::size_t kBlock = std::size_t{64} << 10;
  const auto file = os::open_to_read(path);
  if (!file)
    return file.error();
  auto block = Array<char>::of_size(kBlock);
  if (!block)
    return block.error();
  // A line that a block cuts is moved to the beginning of the next.
  for (std::size_t kept = 0;;) {
    const auto count = os::read(
        file->get(), std::as_writable_bytes(std::span(block->begin() + kept, kBlock - kept)));
    if (!count)
      return count.error();
    const char* next = block->begin();
    if (*count == 0) {
      if (kept == 0)
        return {};
      const Result<bool> last = visit(std::string_view(next, kept));
      return last ? Result<void>() : last.error();
    }
    const char* const end = next + kept + *count;
    while (const void* const found =
               std::memchr(next, '\n', static_cast<std::size_t>(end - next))) {
      const auto* const newline = static_cast<const char*>(found);
      const Result<bool> goes_on =
          visit(std::string_view(next, static_cast<std::size_t>(newline - next)));
      if (!goes_on)
        return goes_on.error();
      if (!*goes_on)
        return {};
      next = newline + 1;
    }
    kept = static_cast<std::size_t>(end - next);
    if (kept == kBlock)
      return Errno(EINVAL);
    std::memmove(block->begin(), next, kept);
  }
}

} // namespace ringside::kernel
