// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ReadySet: an epoll set and room for its answers.
#include "ring/ready_set.hpp"

namespace ringside {

Result<ReadySet> ReadySet::make(std::size_t capacity) {
  ReadySet set;
  const auto room = set.reserve(capacity);
  if (!room)
    return room.error();
  auto epoll = os::create_epoll();
  if (!epoll)
    return epoll.error();
  set.epoll_ = std::move(*epoll);
  return set;
}

Result<void> ReadySet::reserve(std::size_t capacity) {
  auto ready = Array<epoll_event>::of_size(capacity);
  if (!ready)
    return ready.error();
  ready_ = std::move(*ready);
  return {};
}

Result<void> ReadySet::watch(int fd, std::uint32_t events, std::uint64_t token) {
  return os::watch(epoll_.get(), fd, events, token);
}

Result<std::span<const epoll_event>> ReadySet::wait(int timeout_ms) {
  const auto count = os::wait_ready(epoll_.get(), ready_, timeout_ms);
  if (!count)
    return count.error();
  return std::span<const epoll_event>(ready_).first(*count);
}

} // namespace ringside
