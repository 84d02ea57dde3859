// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfSet: making all rings or none, and reading those that have something.
#include "ring/perf_set.hpp"

#include <cerrno>

#include "base/log.hpp"
#include "os/reason.hpp"

namespace ringside {
namespace {

Errno refused(const char* step, Errno error, const os::Wanted& wanted) {
  const auto reason =
      os::explain(os::RefusedCall::other, error, wanted, os::ProcessFacts::gather());
  log(LogLevel::warn, "perf_buffer: %s failed: %s\n", step, reason.text);
  return error;
}

} // namespace

Result<Owned<PerfSet>> PerfSet::open(std::span<const RingPlace> places, RingKind kind) {
  // An event for each ring, the epoll set and the duplicate of the map.
  const os::Wanted wanted{places.size() + 2, os::page_size() + kind.data_size};

  auto set = make<PerfSet>();
  auto rings = Array<PerfRing>::of_size(places.size());
  auto ready = Array<epoll_event>::of_size(places.size());
  if (set == nullptr || !rings || !ready)
    return refused("allocating memory", Errno(ENOMEM), wanted);
  set->rings_ = std::move(*rings);
  set->ready_ = std::move(*ready);

  auto map = os::duplicate(kind.map_fd);
  if (!map)
    return refused("duplicating the map's descriptor", map.error(), wanted);
  set->map_ = std::move(*map);
  kind.map_fd = set->map_.get();

  auto epoll = os::create_epoll();
  if (!epoll)
    return refused("making an epoll set", epoll.error(), wanted);
  set->epoll_ = std::move(*epoll);

  for (std::size_t index = 0; index < places.size(); ++index) {
    auto ring = PerfRing::open(places[index], kind, wanted);
    if (!ring)
      return ring.error();
    set->rings_[index] = std::move(*ring);
    const auto watched = os::watch(set->epoll_.get(), set->rings_[index].fd(), index);
    if (!watched)
      return refused("adding a ring to the epoll set", watched.error(), wanted);
  }
  return set;
}

Result<int> PerfSet::poll(int timeout_ms) {
  const auto count = os::wait_ready(epoll_.get(), ready_, timeout_ms);
  if (!count)
    return count.error();
  for (const epoll_event& event : std::span<const epoll_event>(ready_).first(*count)) {
    const auto read = rings_[event.data.u64].read();
    if (!read || *read != 0)
      return read;
  }
  return static_cast<int>(*count);
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
