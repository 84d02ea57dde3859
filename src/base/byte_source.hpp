// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ByteSource: the bytes of a file, in memory or read piece by piece. Bytes: a piece of them.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "base/array.hpp"
#include "base/result.hpp"

namespace ringside {

// Bytes is a piece of a file. Of a file in memory it is a view, which lasts as long as that memory;
// else it is a copy, which lasts as long as the Bytes.
class Bytes {
public:
  Bytes() = default;
  explicit Bytes(std::span<const std::byte> view) : view_(view) {}
  explicit Bytes(Array<std::byte> copy)
      : copy_(std::move(copy)), view_(copy_.begin(), copy_.size()) {}
  Bytes(Bytes&& other) noexcept
      : copy_(std::move(other.copy_)), view_(std::exchange(other.view_, {})) {}
  Bytes& operator=(Bytes&& other) noexcept {
    std::swap(copy_, other.copy_);
    std::swap(view_, other.view_);
    return *this;
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() = default;

  [[nodiscard]] std::span<const std::byte> view() const { return view_; }
  [[nodiscard]] std::size_t size() const { return view_.size(); }

private:
  Array<std::byte> copy_;
  std::span<const std::byte> view_;
};

// ByteSource lets a parser of files be pure: it asks for pieces, and its caller reads them.
class ByteSource {
public:
  // ReadAt fills `into` with the bytes of `file` from `offset` on: with all of them, or it fails.
  using ReadAt = Result<void> (*)(void* file, std::uint64_t offset, std::span<std::byte> into);

  ByteSource() = default;
  // A file in memory, which must outlive the source and what it gives.
  explicit ByteSource(std::span<const std::byte> memory) : memory_(memory), size_(memory.size()) {}
  // A file of `size` bytes that is read by calls of `read_at`.
  ByteSource(std::uint64_t size, ReadAt read_at, void* file)
      : read_at_(read_at), file_(file), size_(size) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  // held is how many of `size` bytes from `offset` on are there.
  [[nodiscard]] std::uint64_t held(std::uint64_t offset, std::uint64_t size) const {
    return offset < size_ ? std::min(size, size_ - offset) : 0;
  }
  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t size) const {
    return offset <= size_ && held(offset, size) == size;
  }

  // piece is `size` bytes from `offset` on. ERANGE if the file does not hold them all, ENOMEM, or
  // what reading fails with.
  [[nodiscard]] Result<Bytes> piece(std::uint64_t offset, std::uint64_t size) const {
    if (!holds(offset, size))
      return Errno(ERANGE);
    if (read_at_ == nullptr)
      return Bytes(in_memory(offset, size));
    if (size > SIZE_MAX)
      return Errno(ENOMEM);
    auto copy = Array<std::byte>::of_size(static_cast<std::size_t>(size));
    if (!copy)
      return copy.error();
    if (const auto done = read(offset, {copy->begin(), copy->size()}); !done)
      return done.error();
    return Bytes(std::move(*copy));
  }

  // read fills `into` with the bytes from `offset` on. ERANGE, or what reading fails with.
  [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> into) const {
    if (!holds(offset, into.size()))
      return Errno(ERANGE);
    if (into.empty())
      return {};
    if (read_at_ != nullptr)
      return read_at_(file_, begin_ + offset, into);
    std::memcpy(into.data(), in_memory(offset, into.size()).data(), into.size());
    return {};
  }

  // part is a source of its own: `size` bytes from `offset` on. ERANGE.
  [[nodiscard]] Result<ByteSource> part(std::uint64_t offset, std::uint64_t size) const {
    if (!holds(offset, size))
      return Errno(ERANGE);
    ByteSource inner(*this);
    inner.size_ = size;
    if (read_at_ == nullptr)
      inner.memory_ = in_memory(offset, size);
    else
      inner.begin_ += offset;
    return inner;
  }

private:
  [[nodiscard]] std::span<const std::byte> in_memory(std::uint64_t offset,
                                                     std::uint64_t size) const {
    return memory_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  }

  std::span<const std::byte> memory_;
  ReadAt read_at_ = nullptr;
  void* file_ = nullptr;
  std::uint64_t begin_ = 0;
  std::uint64_t size_ = 0;
};

} // namespace ringside
