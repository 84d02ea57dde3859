// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The doors to timers that are descriptors.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "os/unique_fd.hpp"

namespace ringside::os {

// create_timer makes a timer on the clock of now_ns. Its descriptor is close-on-exec and
// nonblocking. Source: timerfd_create(2).
Result<UniqueFd> create_timer();

// arm_timer makes the timer's descriptor readable from the time `at_ns` on. 0 disarms it.
Result<void> arm_timer(int timer_fd, std::uint64_t at_ns);

} // namespace ringside::os
