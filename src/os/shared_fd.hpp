// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// SharedFd: one owned file descriptor that any of several threads may provide.
#pragma once

#include <utility>

#include "base/shared_word.hpp"
#include "os/unique_fd.hpp"

namespace ringside::os {

// SharedFd closes the descriptor that it holds when it is destroyed. -1 means that it holds none.
class SharedFd {
public:
  SharedFd() = default;
  SharedFd(SharedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  SharedFd& operator=(SharedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  SharedFd(const SharedFd&) = delete;
  SharedFd& operator=(const SharedFd&) = delete;
  ~SharedFd() { const UniqueFd closed(fd_); }

  // get and offer may be called by any thread, and by a signal handler.
  [[nodiscard]] int get() const { return load_acquire(fd_); }
  // offer keeps `fd` if it is the first that is offered, and closes it otherwise.
  void offer(UniqueFd fd) {
    if (replace(fd_, -1, fd.get()))
      fd.release();
  }

private:
  int fd_ = -1;
};

} // namespace ringside::os
