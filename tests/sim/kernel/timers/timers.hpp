// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Timers: timerfd_create(2) and its companions, on the clock that the program under test sees.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <sys/timerfd.h>

#include "sim/kernel/core.hpp"
#include "sim/kernel/timers/timer.hpp"

namespace ringside::sim {

class Timers final : public Alarms {
public:
  explicit Timers(Core& core) : core_(core) { core.clock.set_alarms(this); }

  // These enter the kernel. Nothing means: not simulated, ask the real kernel.
  std::optional<int> create(int clock, int flags);
  std::optional<int> set(int fd, int flags, const itimerspec* value, itimerspec* old);
  std::optional<int> get(int fd, itimerspec* value);

  [[nodiscard]] std::uint64_t next_ns() const override;
  void reach(std::uint64_t clock_ns) override;
  void reset() { timers_.clear(); }

private:
  [[nodiscard]] itimerspec describe(const Timer& timer) const;

  Core& core_;
  std::vector<std::weak_ptr<Timer>> timers_;
};

} // namespace ringside::sim
