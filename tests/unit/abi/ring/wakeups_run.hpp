// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Run: carries a plan out on the simulated kernel, through the public functions, and holds every
// record and every call to what must hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "abi/ring/wakeups_plan.hpp"

namespace ringside::test {

// What a run was like. The calls are those after the buffer was made.
struct Outcome {
  // The first thing that did not hold, and when; empty if all did.
  std::string wrong;
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;
  // Of each ring, how long each record that came has waited while the reader did too.
  std::vector<std::vector<std::uint64_t>> waited_ns;
  unsigned polls = 0;
  unsigned calls = 0;
  unsigned waits = 0;
  unsigned events_opened = 0;
  unsigned slot_changes = 0;
  unsigned timers_made = 0;
  std::size_t warnings = 0;

  [[nodiscard]] std::uint64_t longest_wait_ns() const;
};

Outcome carry_out(const Plan& plan);

} // namespace ringside::test
