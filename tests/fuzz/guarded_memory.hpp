// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// GuardedMemory: pages between two that cannot be touched, so that an access outside ends the
// process with or without a sanitizer.
#pragma once

#include <cstddef>

#include <sys/mman.h>
#include <unistd.h>

#include "check.hpp"

namespace ringside::test {

class GuardedMemory {
public:
  explicit GuardedMemory(std::size_t page_count) : size_(page_count * page()) {
    void* whole =
        ::mmap(nullptr, size_ + 2 * page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(whole != MAP_FAILED, "there is address space for guarded memory");
    begin_ = static_cast<std::byte*>(whole) + page();
    require(::mprotect(begin_, size_, PROT_READ | PROT_WRITE) == 0, "there is guarded memory");
  }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;
  ~GuardedMemory() { ::munmap(begin_ - page(), size_ + 2 * page()); }

  // first gives `size` bytes with the guard before them, last with the guard behind them. Of whole
  // pages both are the same.
  [[nodiscard]] std::byte* first(std::size_t size) const {
    require(size <= size_, "guarded memory is large enough");
    return begin_;
  }
  [[nodiscard]] std::byte* last(std::size_t size) const {
    require(size <= size_, "guarded memory is large enough");
    return begin_ + size_ - size;
  }

  static std::size_t page() {
    static const auto kSize = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return kSize;
  }

private:
  std::size_t size_;
  std::byte* begin_ = nullptr;
};

} // namespace ringside::test
