// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// WakeupSettings: what the user of a program wants of wakeups, from the environment.
#pragma once

#include <cstdint>

namespace ringside {

struct WakeupSettings {
  // How long a record may wait to be looked at, in nanoseconds. 0: the kernel wakes for each, as
  // the program asked it to.
  std::uint64_t max_latency_ns = 500'000;

  // from_environment reads
  //   RINGSIDE_WAKEUPS         adaptive (the default) or exact
  //   RINGSIDE_MAX_LATENCY_US  1 to 1000000 microseconds (500)
  // A value that is none of these is told in a warning, and the default is taken.
  static WakeupSettings from_environment();
};

} // namespace ringside
