// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfSet: following CPUs that go offline and come online.
#include <algorithm>

#include "base/failure.hpp"
#include "kernel/cpus.hpp"
#include "ring/perf_set.hpp"

namespace ringside {

bool PerfSet::has_empty_ring() const {
  return std::any_of(rings().begin(), rings().end(),
                     [](const auto& ring) { return ring->unread() == 0; });
}

void PerfSet::look_for_cpus() {
  // A CPU that has come has no ring yet, and one that is back an empty one.
  const bool may_have_come = ring_count() != has_ring_.size() || has_empty_ring();
  if (silenced() || !may_have_come || !calls_to_follow_.allowed() || !cpu_watch_.due())
    return;
  const auto followed = follow_online_cpus();
  if (followed) {
    cpu_watch_.succeeded();
    return;
  }
  cpu_watch_.failed();
  could_not("CPUs that come online are not read for now", followed.error());
}

Result<void> PerfSet::follow_online_cpus() {
  const auto online = kernel::try_cpu_mask(kernel::kOnlineCpus);
  if (!online)
    return online.error();
  Result<void> followed;
  for (std::size_t index = 0; index < ring_count(); ++index) {
    PerfRing& ring = this->ring(index);
    const auto cpu = static_cast<unsigned>(ring.cpu());
    // The order matters: each look compares with the one before.
    if (!ring.stands_still() || !online->contains(cpu))
      continue;
    if (const auto renewed = ring.renew(attr_); !renewed) {
      followed = renewed;
      continue;
    }
    say(LogLevel::debug, kSubject, "CPU %u is back: its ring is renewed", cpu);
  }
  for (unsigned cpu = 0; cpu < has_ring_.size(); ++cpu)
    if (!has_ring_[cpu] && online->contains(cpu))
      if (const auto added = add({static_cast<int>(cpu), cpu}, {}); !added)
        followed = added;
  return followed;
}

} // namespace ringside
