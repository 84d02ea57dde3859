// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The doors to epoll(7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <sys/epoll.h>

#include "base/result.hpp"
#include "os/unique_fd.hpp"

namespace ringside::os {

// create_epoll makes an epoll set whose descriptor is close-on-exec.
Result<UniqueFd> create_epoll();

// control_epoll is epoll_ctl(2): `operation` is EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL.
// `events` is what `fd` is watched for, such as EPOLLIN; 0 is nothing. `token` comes back in
// epoll_event::data.u64.
Result<void> control_epoll(int epoll_fd, int operation, int fd, std::uint32_t events,
                           std::uint64_t token);

// wait_epoll is epoll_wait(2). It returns the number of entries of `ready` that it has filled;
// EINTR is an error.
Result<std::size_t> wait_epoll(int epoll_fd, std::span<epoll_event> ready, int timeout_ms);

} // namespace ringside::os
