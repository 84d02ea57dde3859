// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Arena: memory for many small things that have one life.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/allocate.hpp"
#include "base/result.hpp"

namespace ringside {

// Arena hands out memory from large blocks and frees all of it at once. Addresses stay as they are.
// No destructor runs, so only types that need none can live here.
class Arena {
public:
  Arena() = default;
  Arena(Arena&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)), next_(std::exchange(other.next_, nullptr)),
        left_(std::exchange(other.left_, 0)) {}
  Arena& operator=(Arena&& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(next_, other.next_);
    std::swap(left_, other.left_);
    return *this;
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {
    while (block_ != nullptr)
      release(std::exchange(block_, block_->before));
  }

  // array is `count` value-initialised elements: zeros, for plain types. ENOMEM.
  template <class T>
  Result<std::span<T>> array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(count, sizeof(T), &bytes))
      return Errno(ENOMEM);
    void* memory = memory_of(bytes, alignof(T));
    if (memory == nullptr)
      return Errno(ENOMEM);
    T* const elements = static_cast<T*>(memory);
    for (std::size_t index = 0; index < count; ++index)
      new (elements + index) T();
    return std::span<T>(elements, count);
  }

  // text is a copy of some characters, with a NUL behind them that the view does not count.
  Result<std::string_view> text(std::string_view characters) {
    const auto copy = array<char>(characters.size() + 1);
    if (!copy)
      return copy.error();
    if (!characters.empty())
      std::memcpy(copy->data(), characters.data(), characters.size());
    return std::string_view(copy->data(), characters.size());
  }

private:
  struct Block {
    Block* before;
  };

  void* memory_of(std::size_t bytes, std::size_t alignment) {
    void* memory = next_;
    if (next_ == nullptr || std::align(alignment, bytes, memory, left_) == nullptr) {
      if (!add_block(bytes, alignment))
        return nullptr;
      memory = std::align(alignment, bytes, next_, left_);
    }
    next_ = static_cast<std::byte*>(memory) + bytes;
    left_ -= bytes;
    return memory;
  }

  bool add_block(std::size_t bytes, std::size_t alignment) {
    // Small objects are many, and have one block of each of their arenas.
    constexpr std::size_t kFirst = 1024 - sizeof(Block);
    constexpr std::size_t kLeast = 4096 - sizeof(Block);
    const std::size_t wanted = std::max(bytes, block_ == nullptr ? kFirst : kLeast);
    std::size_t whole = 0;
    if (__builtin_add_overflow(wanted, sizeof(Block) + alignment, &whole))
      return false;
    void* memory = allocate(whole);
    if (memory == nullptr)
      return false;
    block_ = new (memory) Block{block_};
    next_ = block_ + 1;
    left_ = whole - sizeof(Block);
    return true;
  }

  Block* block_ = nullptr;
  void* next_ = nullptr;
  std::size_t left_ = 0;
};

} // namespace ringside
