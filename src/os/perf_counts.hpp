// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// counts_of: what read(2) of a perf event gives, taken apart.
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "os/os.hpp"

namespace ringside::os {

// The event's value, and a word for each format that PerfCounts has.
using PerfWords = std::array<std::uint64_t, 3>;

// counts_of reads `size` bytes of `words` as an event of that read_format writes them. EMSGSIZE if
// it would have written another size.
inline Result<PerfCounts> counts_of(const PerfWords& words, std::size_t size,
                                    std::uint64_t read_format) {
  PerfCounts counts;
  std::size_t next = 1;
  if ((read_format & kFormatTime) != 0)
    counts.enabled_ns = words[next++];
  if ((read_format & kFormatLost) != 0)
    counts.lost = words[next++];
  if (size != next * sizeof(words[0]))
    return Errno(EMSGSIZE);
  return counts;
}

} // namespace ringside::os
