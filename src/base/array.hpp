// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Array<T>: a fixed number of elements on the heap, made in one step that can fail. Vector<T> is
// the list that grows.
#pragma once

#include <cerrno>
#include <cstddef>
#include <new>
#include <span>
#include <utility>

#include "base/allocate.hpp"
#include "base/check.hpp"
#include "base/result.hpp"

namespace ringside {

template <class T>
class Array {
public:
  // of_size makes `size` default-initialised elements: plain numbers and bytes have no value yet,
  // and their memory is not touched. ENOMEM if there is no memory for them.
  static Result<Array> of_size(std::size_t size) {
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(size, sizeof(T), &bytes))
      return Errno(ENOMEM);
    Array array;
    if (size == 0)
      return array;
    void* memory = allocate(bytes);
    if (memory == nullptr)
      return Errno(ENOMEM);
    array.elements_ = static_cast<T*>(memory);
    for (; array.size_ < size; ++array.size_)
      new (array.elements_ + array.size_) T;
    return array;
  }

  Array() = default;
  Array(Array&& other) noexcept
      : elements_(std::exchange(other.elements_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Array& operator=(Array&& other) noexcept {
    std::swap(elements_, other.elements_);
    std::swap(size_, other.size_);
    return *this;
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  ~Array() {
    while (size_ > 0)
      elements_[--size_].~T();
    release(elements_);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
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
  [[nodiscard]] T* begin() { return elements_; }
  [[nodiscard]] T* end() { return elements_ + size_; }
  [[nodiscard]] const T* begin() const { return elements_; }
  [[nodiscard]] const T* end() const { return elements_ + size_; }

private:
  T* elements_ = nullptr;
  std::size_t size_ = 0;
};

} // namespace ringside
