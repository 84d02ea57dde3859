// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Vector<T>: a list that grows. Each step that needs memory can fail.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include "base/allocate.hpp"
#include "base/check.hpp"
#include "base/result.hpp"

namespace ringside {

// Vector moves its elements when it grows, so pointers to them last until the next call that adds.
// A call that fails with ENOMEM leaves the list as it was.
template <class T>
class Vector {
public:
  Vector() = default;
  Vector(Vector&& other) noexcept
      : elements_(std::exchange(other.elements_, nullptr)), size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Vector& operator=(Vector&& other) noexcept {
    std::swap(elements_, other.elements_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  Vector(const Vector&) = delete;
  Vector& operator=(const Vector&) = delete;
  ~Vector() {
    clear();
    release(elements_);
  }

  // reserve makes room for `capacity` elements in all.
  Result<void> reserve(std::size_t capacity) {
    return capacity <= capacity_ ? Result<void>() : move_to(capacity);
  }

  // append adds an element at the end. The value may be an element of this list.
  Result<void> append(T value) {
    if (size_ == capacity_)
      if (const auto grown = grow(1); !grown)
        return grown;
    new (elements_ + size_) T(std::move(value));
    ++size_;
    return {};
  }

  // append_all adds copies of `values`, which may lie in this list.
  Result<void> append_all(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    const T* from = values.data();
    if (capacity_ - size_ < values.size()) {
      const auto moved = grow_for(values);
      if (!moved)
        return moved.error();
      from = *moved;
    }
    copy_behind({from, values.size()});
    return {};
  }

  // append_default adds `count` value-initialised elements: zeros, for plain types.
  Result<void> append_default(std::size_t count) {
    if (capacity_ - size_ < count)
      if (const auto grown = grow(count); !grown)
        return grown;
    if constexpr (std::is_trivially_default_constructible_v<T>) {
      if (count != 0)
        std::memset(static_cast<void*>(elements_ + size_), 0, count * sizeof(T));
      size_ += count;
      return {};
    }
    for (const std::size_t end = size_ + count; size_ < end; ++size_)
      new (elements_ + size_) T();
    return {};
  }

  // append_unset adds `count` elements of a plain type without values, for the caller to set.
  Result<void> append_unset(std::size_t count) {
    static_assert(std::is_trivially_default_constructible_v<T>);
    if (capacity_ - size_ < count)
      if (const auto grown = grow(count); !grown)
        return grown;
    size_ += count;
    return {};
  }

  // truncate destroys the elements from `size` on, of which there must be at least none.
  void truncate(std::size_t size) {
    check(size <= size_);
    while (size_ > size)
      elements_[--size_].~T();
  }
  void clear() { truncate(0); }

  // take_last removes the last element and returns it.
  T take_last() {
    T value = std::move(back());
    truncate(size_ - 1);
    return value;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T* data() { return elements_; }
  [[nodiscard]] const T* data() const { return elements_; }
  [[nodiscard]] T& operator[](std::size_t index) {
    check(index < size_);
    return elements_[index];
  }
  [[nodiscard]] const T& operator[](std::size_t index) const {
    check(index < size_);
    return elements_[index];
  }
  [[nodiscard]] T& back() { return (*this)[size_ - 1]; }
  [[nodiscard]] const T& back() const { return (*this)[size_ - 1]; }
  [[nodiscard]] T* begin() { return elements_; }
  [[nodiscard]] T* end() { return elements_ + size_; }
  [[nodiscard]] const T* begin() const { return elements_; }
  [[nodiscard]] const T* end() const { return elements_ + size_; }

private:
  // NOLINTBEGIN(bugprone-sizeof-expression): there are vectors of pointers.
  // capacity_for is the capacity to grow to for `count` more elements. It is half as much again, so
  // that n appends move fewer than 3 n elements. SIZE_MAX, for which there is no memory, if that
  // overflows.
  [[nodiscard]] std::size_t capacity_for(std::size_t count) const {
    constexpr std::size_t kLeast = sizeof(T) < 64 ? 8 : 2;
    std::size_t needed = 0;
    if (__builtin_add_overflow(size_, count, &needed))
      return SIZE_MAX;
    return std::max({kLeast, needed, capacity_ + capacity_ / 2});
  }
  Result<void> grow(std::size_t count) { return move_to(capacity_for(count)); }

  // grow_for makes room for copies of values, and is where they lie then.
  [[gnu::noinline]] Result<const T*> grow_for(std::span<const T> values) {
    const std::less<const T*> is_before;
    const T* const from = values.data();
    const bool is_inside = !is_before(from, elements_) && is_before(from, elements_ + size_);
    const std::ptrdiff_t at = is_inside ? from - elements_ : 0;
    if (const auto grown = grow(values.size()); !grown)
      return grown.error();
    return is_inside ? elements_ + at : from;
  }

  void copy_behind(std::span<const T> values) {
    if (!values.empty())
      std::memcpy(elements_ + size_, values.data(), values.size_bytes());
    size_ += values.size();
  }

  Result<void> move_to(std::size_t capacity) {
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(capacity, sizeof(T), &bytes))
      return Errno(ENOMEM);
    if constexpr (std::is_trivially_copyable_v<T>) {
      void* const memory = reallocate(elements_, bytes);
      if (memory == nullptr)
        return Errno(ENOMEM);
      elements_ = static_cast<T*>(memory);
    } else {
      void* const memory = allocate(bytes);
      if (memory == nullptr)
        return Errno(ENOMEM);
      T* const moved = static_cast<T*>(memory);
      for (std::size_t index = 0; index < size_; ++index) {
        new (moved + index) T(std::move(elements_[index]));
        elements_[index].~T();
      }
      release(elements_);
      elements_ = moved;
    }
    capacity_ = capacity;
    return {};
  }
  // NOLINTEND(bugprone-sizeof-expression)

  T* elements_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

} // namespace ringside
