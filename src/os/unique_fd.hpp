// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// UniqueFd: one owned file descriptor.
#pragma once

#include <utility>

#include "base/result.hpp"

namespace ringside::os {

// close closes a descriptor, whatever it says.
Result<void> close(int fd);

// UniqueFd closes the descriptor that it holds when it is destroyed. -1 means that it holds none.
class UniqueFd {
public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() {
    if (fd_ >= 0)
      static_cast<void>(close(fd_));
  }

  [[nodiscard]] int get() const { return fd_; }
  // release gives the descriptor up without closing it.
  int release() { return std::exchange(fd_, -1); }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }

private:
  int fd_ = -1;
};

} // namespace ringside::os
