// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Mapping: one owned piece of mapped memory.
#pragma once

#include <cstddef>
#include <utility>

namespace ringside::os {

void unmap(void* address, std::size_t size);

// Mapping unmaps the memory that it holds when it is destroyed.
class Mapping {
public:
  Mapping() = default;
  Mapping(void* address, std::size_t size) : address_(address), size_(size) {}
  Mapping(Mapping&& other) noexcept
      : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(address_, other.address_);
    std::swap(size_, other.size_);
    return *this;
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (address_ != nullptr)
      unmap(address_, size_);
  }

  // release lets go of the memory: it stays mapped.
  void release() {
    address_ = nullptr;
    size_ = 0;
  }

  [[nodiscard]] std::byte* data() const { return static_cast<std::byte*>(address_); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] explicit operator bool() const { return address_ != nullptr; }

private:
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

} // namespace ringside::os
