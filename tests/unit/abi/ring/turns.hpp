// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Turns: a program that makes a record and polls for it, again and again.
#pragma once

#include <cstdint>

#include <catch2/catch.hpp>

#include <bpf/libbpf.h>

#include "abi/ring/perf_buffer_fixture.hpp"
#include "abi/ring/ring_fixture.hpp"

namespace ringside::test {

inline constexpr std::uint64_t kMs = 1'000'000;
inline constexpr unsigned kTurns = 170;

inline void take_turn(const PerfBufferFixture& fixture, perf_buffer* buffer, int timeout_ms = 100) {
  fixture.output(1, "record");
  REQUIRE(perf_buffer__poll(buffer, timeout_ms) == 1);
}
inline void take_turn(const RingFixture& fixture, ring_buffer* buffer, int timeout_ms = 100) {
  fixture.output("record");
  REQUIRE(ring_buffer__poll(buffer, timeout_ms) == 1);
}
template <class Fixture, class Buffer>
void take_turns(const Fixture& fixture, Buffer* buffer, unsigned turns = kTurns,
                int timeout_ms = 100) {
  for (unsigned turn = 0; turn < turns; ++turn)
    take_turn(fixture, buffer, timeout_ms);
}

} // namespace ringside::test
