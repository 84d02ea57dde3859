// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// BpfSet: a set that grows by a ring at a time, and reading those that have something.
#include "ring/bpf_set.hpp"

#include <cerrno>

#include "base/log.hpp"
#include "os/reason.hpp"

namespace ringside {
namespace {

Errno refused(const char* step, Errno error) {
  const os::Wanted wanted{1, 0};
  const auto reason = os::explain_now(os::RefusedCall::other, error, wanted);
  log(LogLevel::warn, "ring_buffer: %s failed: %s\n", step, reason.text);
  return error;
}

} // namespace

Result<Owned<BpfSet>> BpfSet::make_empty() {
  auto set = make<BpfSet>();
  if (set == nullptr)
    return refused("allocating memory", Errno(ENOMEM));
  auto ready = ReadySet::make(0);
  if (!ready)
    return refused("making an epoll set", ready.error());
  set->ready_ = std::move(*ready);
  return set;
}

Result<void> BpfSet::add(int map_fd, const BpfHandler& handler) {
  auto ring = BpfRing::open(map_fd, handler);
  if (!ring)
    return ring.error();
  const std::size_t count = rings_.size();
  auto rings = Array<Owned<BpfRing>>::of_size(count + 1);
  if (!rings)
    return refused("allocating memory", rings.error());
  if (const auto room = ready_.reserve(count + 1); !room)
    return refused("allocating memory", room.error());
  if (const auto watched = ready_.watch(map_fd, EPOLLIN, count); !watched)
    return refused("adding a ring to the epoll set", watched.error());

  for (std::size_t index = 0; index < count; ++index)
    (*rings)[index] = std::move(rings_[index]);
  (*rings)[count] = std::move(*ring);
  rings_ = std::move(*rings);
  return {};
}

Result<std::size_t> BpfSet::poll(int timeout_ms) {
  const auto ready = ready_.wait(timeout_ms);
  if (!ready)
    return ready.error();
  std::size_t total = 0;
  for (const epoll_event& event : *ready) {
    const auto read = rings_[event.data.u64]->read(SIZE_MAX);
    if (!read)
      return read.error();
    total += *read;
  }
  return total;
}

Result<std::size_t> BpfSet::consume(std::size_t limit) {
  std::size_t total = 0;
  for (const auto& ring : rings_) {
    const auto read = ring->read(limit - total);
    if (!read)
      return read.error();
    total += *read;
    if (total == limit)
      break;
  }
  return total;
}

} // namespace ringside
