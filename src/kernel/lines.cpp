// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// WholeLines: one block of memory, and what of a line is left in it.
#include "kernel/lines.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "os/file.hpp"
#include "os/whole_file.hpp"

namespace ringside::kernel {
namespace {

// The kernel gives a page of such a file at a time. Before it stands what is left of a line.
constexpr std::size_t kFirstBlock = 4096 + 512;
constexpr std::size_t kLargestBlock = std::size_t{64} << 10;

} // namespace

Result<WholeLines> WholeLines::open(const char* path) {
  auto file = os::open_to_read(path);
  if (!file)
    return file.error();
  WholeLines lines;
  if (const auto made = lines.block_.append_unset(kFirstBlock); !made)
    return made.error();
  lines.file_ = std::move(*file);
  return lines;
}

Result<std::string_view> WholeLines::next() {
  // The part of a line that was read before moves to the beginning.
  const char* const begin = block_.begin();
  std::copy(begin + given_, begin + filled_, block_.begin());
  filled_ -= given_;
  given_ = 0;
  for (;;) {
    if (filled_ == block_.size())
      if (const auto grown = grow(); !grown)
        return grown.error();
    const std::span<char> room(block_.begin() + filled_, block_.end());
    const auto count = os::read(file_.get(), std::as_writable_bytes(room));
    if (!count)
      return count.error();
    const std::size_t newline = std::string_view(room.data(), *count).rfind('\n');
    if (newline != std::string_view::npos)
      given_ = filled_ + newline + 1;
    else if (*count == 0)
      given_ = filled_;
    filled_ += *count;
    if (newline != std::string_view::npos || *count == 0)
      return std::string_view(block_.begin(), given_);
  }
}

Result<void> WholeLines::grow() {
  const std::size_t size = block_.size();
  return size == kLargestBlock ? Result<void>(Errno(EINVAL))
                               : block_.append_unset(std::min(size, kLargestBlock - size));
}

} // namespace ringside::kernel
