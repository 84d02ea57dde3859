// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The doors to clocks.
#pragma once

#include <cstdint>

namespace ringside::os {

inline constexpr std::uint64_t kNsPerMs = 1'000'000;
inline constexpr std::uint64_t kNsPerSecond = 1000 * kNsPerMs;

// now_ns is CLOCK_MONOTONIC in nanoseconds.
std::uint64_t now_ns();

// roughly_now_ns is the same clock, late by some milliseconds at most, and cheaper to read. Source:
// CLOCK_MONOTONIC_COARSE in clock_gettime(2).
std::uint64_t roughly_now_ns();

// asleep_ns is how long the machine has slept, which now_ns does not count, plus the time that it
// takes to ask. Source: CLOCK_BOOTTIME in clock_gettime(2).
std::uint64_t asleep_ns();

} // namespace ringside::os
