// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// epoll(7).
#include "os/epoll.hpp"

#include "os/linux/results.hpp"

namespace ringside::os {

Result<UniqueFd> create_epoll() {
  return opened(epoll_create1(EPOLL_CLOEXEC));
}

Result<void> control_epoll(int epoll_fd, int operation, int fd, std::uint32_t events,
                           std::uint64_t token) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  return succeeded(epoll_ctl(epoll_fd, operation, fd, &event));
}

Result<std::size_t> wait_epoll(int epoll_fd, std::span<epoll_event> ready, int timeout_ms) {
  const int count = epoll_wait(epoll_fd, ready.data(), static_cast<int>(ready.size()), timeout_ms);
  if (count < 0)
    return last_error();
  return static_cast<std::size_t>(count);
}

} // namespace ringside::os
