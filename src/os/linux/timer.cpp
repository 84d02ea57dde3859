// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// timerfd_create(2).
#include "os/timer.hpp"

#include <ctime>

#include <sys/timerfd.h>

#include "os/clock.hpp"
#include "os/linux/results.hpp"

namespace ringside::os {

Result<UniqueFd> create_timer() {
  return opened(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
}

Result<void> arm_timer(int timer_fd, std::uint64_t at_ns) {
  itimerspec when{};
  when.it_value.tv_sec = static_cast<time_t>(at_ns / kNsPerSecond);
  when.it_value.tv_nsec = static_cast<long>(at_ns % kNsPerSecond);
  return succeeded(timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, nullptr));
}

} // namespace ringside::os
