// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfSet: making all rings or none, and reading those that have something.
#include "ring/perf_set.hpp"

#include <cerrno>

#include "base/log.hpp"
#include "os/reason.hpp"

namespace ringside {
namespace {

Errno refused(const char* step, Errno error, const os::Wanted& wanted) {
  const auto reason = os::explain_now(os::RefusedCall::other, error, wanted);
  log(LogLevel::warn, "perf_buffer: %s failed: %s\n", step, reason.text);
  return error;
}

} // namespace

Result<Owned<PerfSet>> PerfSet::open(std::span<const RingPlace> places, RingKind kind) {
  // An event for each ring, the epoll set and the duplicate of the map.
  const os::Wanted wanted{places.size() + 2, os::page_size() + kind.data_size};

  auto set = make<PerfSet>();
  auto rings = Array<PerfRing>::of_size(places.size());
  if (set == nullptr || !rings)
    return refused("allocating memory", Errno(ENOMEM), wanted);
  set->rings_ = std::move(*rings);

  auto map = os::duplicate(kind.map_fd);
  if (!map)
    return refused("duplicating the map's descriptor", map.error(), wanted);
  set->map_ = std::move(*map);
  kind.map_fd = set->map_.get();

  auto ready = ReadySet::make(places.size());
  if (!ready)
    return refused("making an epoll set", ready.error(), wanted);
  set->ready_ = std::move(*ready);

  for (std::size_t index = 0; index < places.size(); ++index) {
    auto ring = PerfRing::open(places[index], kind, wanted);
    if (!ring)
      return ring.error();
    set->rings_[index] = std::move(*ring);
    const auto watched = set->ready_.watch(set->rings_[index].fd(), EPOLLIN, index);
    if (!watched)
      return refused("adding a ring to the epoll set", watched.error(), wanted);
  }
  return set;
}

Result<int> PerfSet::poll(int timeout_ms) {
  const auto ready = ready_.wait(timeout_ms);
  if (!ready)
    return ready.error();
  for (const epoll_event& event : *ready) {
    const auto read = rings_[event.data.u64].read();
    if (!read || *read != 0)
      return read;
  }
  return static_cast<int>(ready->size());
}

Result<int> PerfSet::consume() {
  for (PerfRing& ring : rings_) {
    const auto read = ring.read();
    if (!read || *read != 0)
      return read;
  }
  return 0;
}

} // namespace ringside
