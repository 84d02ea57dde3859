// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfCounts: what a perf event counts.
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>

#include "os/file.hpp"

namespace ringside {

// What an event counts, by what it was opened with in perf_event_attr::read_format. Source:
// perf_event_open(2).
//   kFormatTime  for how long it has been on. That stands still for good once its CPU has gone
//                offline, back or not (seen on Linux 5.10 to 7.2).
//   kFormatLost  how many records it could not write for want of room in its ring (Linux 6.0)
inline constexpr std::uint64_t kFormatTime = 1U << 0;
inline constexpr std::uint64_t kFormatLost = 1U << 4;

struct PerfCounts {
  std::uint64_t enabled_ns = 0;
  std::uint64_t lost = 0;

  // read asks the event of `fd`, which was opened with that read_format. EMSGSIZE if the event
  // writes another size than that format has.
  static Result<PerfCounts> read(int fd, std::uint64_t read_format) {
    // The event's value, and a word for each format that PerfCounts has.
    std::array<std::uint64_t, 3> words{};
    const auto size = os::read(fd, std::as_writable_bytes(std::span(words)));
    if (!size)
      return size.error();
    PerfCounts counts;
    std::size_t next = 1;
    if ((read_format & kFormatTime) != 0)
      counts.enabled_ns = words[next++];
    if ((read_format & kFormatLost) != 0)
      counts.lost = words[next++];
    if (*size != next * sizeof(words[0]))
      return Errno(EMSGSIZE);
    return counts;
  }
};

} // namespace ringside
