// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Run: carries a plan out on the simulated kernel, through the public functions, and holds every
// record and every call to what must hold.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "abi/wakeups_plan.hpp"

namespace ringside::test {

// What a run was like. The calls are those after the buffer was made.
struct Outcome {
  // The first thing that did not hold, and when; empty if all did.
  std::string wrong;
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;
  // How long a record has waited while the reader did too, at most.
  std::uint64_t longest_wait_ns = 0;
  unsigned polls = 0;
  unsigned waits = 0;
  unsigned events_opened = 0;
  unsigned slot_changes = 0;
  unsigned timers_made = 0;
};

Outcome carry_out(const Plan& plan);

} // namespace ringside::test
