// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Load: records that are written while a program is attached, without a test that writes them. So a
// client that does not know the simulator has something to read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "sim/kernel/bpf/map.hpp"

namespace ringside::sim {

// Load writes `records` payloads in all, `per_wait` at each wait, over the CPUs in turn or into one
// ring buffer, as much as fits. A payload is a 64-bit sequence number from 0, then zeroes up to
// `size` bytes.
class Load {
public:
  // parse reads "records=N,size=64,per_wait=M", any of them. False, and no load, if it is not that.
  bool parse(std::string_view text);

  using Output = std::function<int(Map& map, unsigned cpu, std::span<const std::byte> data)>;
  // step writes what one wait finds, into the slots of `map` that hold an event, or its ring.
  void step(Map& map, const Output& output);

private:
  std::uint64_t records_ = 0;
  std::uint64_t size_ = 64;
  std::uint64_t per_wait_ = 16;
  std::uint64_t written_ = 0;
  std::uint32_t next_cpu_ = 0;
};

} // namespace ringside::sim
