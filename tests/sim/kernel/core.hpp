// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Core: what all subsystems of the simulated kernel share.
#pragma once

#include <cstdint>
#include <mutex>

#include "sim/kernel/clock.hpp"
#include "sim/kernel/descriptors.hpp"
#include "sim/kernel/failures.hpp"
#include "sim/kernel/mappings.hpp"

namespace ringside::sim {

// Results from -4095 to -1 are errors, also where an address is the result.
inline constexpr int kMaxErrno = 4095;

// A thread in the simulated kernel holds the mutex. A function that locks it says so; every other
// function is called with the mutex held.
struct Core {
  std::mutex mutex;
  Failures failures;
  Descriptors descriptors;
  Mappings mappings;
  Clock clock{mutex};
  std::uint64_t next_id = 1;

  [[nodiscard]] std::lock_guard<std::mutex> enter() { return std::lock_guard(mutex); }
};

} // namespace ringside::sim
