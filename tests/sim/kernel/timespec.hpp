// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Times as the kernel's interface has them, and in nanoseconds.
#pragma once

#include <cstdint>

#include <time.h>

namespace ringside::sim {

inline constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

// is_valid: the kernel refuses every other time with EINVAL.
inline bool is_valid(const timespec& time) {
  return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < std::int64_t{kNsPerSecond};
}

// ns_of is for a valid time. A time far beyond any clock becomes the largest one.
inline std::uint64_t ns_of(const timespec& time) {
  constexpr std::uint64_t kMaxNs = std::uint64_t{1} << 62;
  const auto seconds = static_cast<std::uint64_t>(time.tv_sec);
  if (seconds >= kMaxNs / kNsPerSecond)
    return kMaxNs;
  return seconds * kNsPerSecond + static_cast<std::uint64_t>(time.tv_nsec);
}

inline timespec timespec_of(std::uint64_t ns) {
  return {static_cast<time_t>(ns / kNsPerSecond), static_cast<long>(ns % kNsPerSecond)};
}

} // namespace ringside::sim
