// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// watermark_attr: the second event of a ring, which does not wake the reader until the ring is half
// full.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include <linux/perf_event.h>

namespace ringside {

// watermark_attr is `attr`, of which attr.size bytes are there, with a watermark of half of
// `data_size` bytes in place of a wakeup for each record. None where that is not what the program
// asked for: where its records are not those of bpf_perf_event_output(), where it set a watermark
// or a wakeup for several records, and where a record would tell one event from the other. Source:
// perf_event_open(2).
inline std::optional<perf_event_attr> watermark_attr(const perf_event_attr& attr,
                                                     std::size_t data_size) {
  // The kernel takes 0 for the first version of the struct.
  const std::size_t size = attr.size != 0 ? attr.size : std::size_t{PERF_ATTR_SIZE_VER0};
  if (size > sizeof(perf_event_attr))
    return std::nullopt;
  perf_event_attr second{};
  std::memcpy(&second, &attr, size);

  constexpr std::uint64_t kTellsEvents =
      PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_IDENTIFIER;
  const bool bpf_output =
      second.type == PERF_TYPE_SOFTWARE && second.config == PERF_COUNT_SW_BPF_OUTPUT;
  if (!bpf_output || second.watermark != 0 || second.wakeup_events != 1 ||
      second.write_backward != 0 || (second.sample_type & kTellsEvents) != 0)
    return std::nullopt;
  second.watermark = 1;
  second.wakeup_watermark =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(data_size / 2, UINT32_MAX));
  return second;
}

} // namespace ringside
