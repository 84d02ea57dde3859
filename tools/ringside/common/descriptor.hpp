// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Descriptor: one owned file descriptor of the command line program.
#pragma once

#include <utility>

#include <unistd.h>

namespace ringside::tool {

// The destructor closes the descriptor. -1: there is none.
class Descriptor {
public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  [[nodiscard]] int get() const { return fd_; }

private:
  int fd_ = -1;
};

} // namespace ringside::tool
