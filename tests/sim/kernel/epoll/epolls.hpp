// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Epolls: the system calls of epoll(7), and poll(2).
#pragma once

#include <cstdint>

#include <poll.h>
#include <sys/epoll.h>

#include "sim/kernel/core.hpp"

namespace ringside::sim {

// Descriptors that are not simulated go to the real kernel. These enter the simulated one.
class Epolls {
public:
  explicit Epolls(Core& core) : core_(core) {}

  int create(int flags);
  int control(int epoll_fd, int operation, int fd, epoll_event* event);
  int wait(int epoll_fd, epoll_event* events, int max_events, std::int64_t timeout_ns);
  int poll(pollfd* fds, nfds_t count, std::int64_t timeout_ns);

  // waits_for_simulated: a wait on that epoll set is the simulator's business.
  bool waits_for_simulated(int epoll_fd);

private:
  Core& core_;
};

} // namespace ringside::sim
