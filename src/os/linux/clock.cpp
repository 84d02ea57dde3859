// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// clock_gettime(2).
#include "os/clock.hpp"

#include <ctime>

namespace ringside::os {
namespace {

std::uint64_t ns_on(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kNsPerSecond +
         static_cast<std::uint64_t>(now.tv_nsec);
}

} // namespace

std::uint64_t now_ns() {
  return ns_on(CLOCK_MONOTONIC);
}

std::uint64_t roughly_now_ns() {
  return ns_on(CLOCK_MONOTONIC_COARSE);
}

std::uint64_t asleep_ns() {
  const std::uint64_t awake_ns = now_ns();
  return ns_on(CLOCK_BOOTTIME) - awake_ns;
}

} // namespace ringside::os
