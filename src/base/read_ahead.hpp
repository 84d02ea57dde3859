// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ReadAhead: a file whose small pieces are read several at a time.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/byte_source.hpp"
#include "base/check.hpp"
#include "base/result.hpp"

namespace ringside {

// ReadAhead reads kSize bytes where it is asked for fewer, and keeps those that it read last. It
// allocates nothing.
template <std::size_t kSize>
class ReadAhead {
public:
  ReadAhead() = default;
  explicit ReadAhead(const ByteSource& file) : file_(file) {}

  [[nodiscard]] const ByteSource& file() const { return file_; }

  // at is `size` bytes from `offset` on, at most kSize. They last until the next call. ERANGE for
  // what the file does not hold, or what reading fails with.
  Result<std::span<const std::byte>> at(std::uint64_t offset, std::size_t size) {
    check(size <= kSize);
    if (!covers(offset, size)) {
      if (!file_.holds(offset, size))
        return Errno(ERANGE);
      if (const auto done = hold(offset, size); !done)
        return done.error();
    }
    return std::span<const std::byte>(bytes_ + (offset - begin_), size);
  }

  // source is the file as a source, for a parser that goes over many small pieces in their order. A
  // piece of more than kSize bytes is read by itself. The ReadAhead must outlive the source.
  [[nodiscard]] ByteSource source() {
    const auto read = [](void* self, std::uint64_t offset, std::span<std::byte> into) {
      return static_cast<ReadAhead*>(self)->read(offset, into);
    };
    return {file_.size(), read, this};
  }

private:
  // covers is whether these bytes are among those that were read last.
  [[nodiscard]] bool covers(std::uint64_t offset, std::size_t size) const {
    return offset >= begin_ && offset - begin_ <= held_ && size <= held_ - (offset - begin_);
  }

  // hold reads ahead, or what is asked for alone where that fails.
  Result<void> hold(std::uint64_t offset, std::size_t size) {
    auto held = static_cast<std::size_t>(file_.held(offset, kSize));
    auto done = file_.read(offset, {bytes_, held});
    if (!done && held > size) {
      held = size;
      done = file_.read(offset, {bytes_, held});
    }
    begin_ = offset;
    held_ = done ? held : 0;
    return done;
  }

  Result<void> read(std::uint64_t offset, std::span<std::byte> into) {
    if (into.size() > kSize)
      return file_.read(offset, into);
    const auto bytes = at(offset, into.size());
    if (!bytes)
      return bytes.error();
    std::memcpy(into.data(), bytes->data(), into.size());
    return {};
  }

  ByteSource file_;
  std::uint64_t begin_ = 0;
  std::size_t held_ = 0;
  std::byte bytes_[kSize];
};

} // namespace ringside
