// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Statistics as callers of any release ask for them, and callers that ask for what is not there.
#include <array>
#include <cerrno>
#include <cstring>

#include <catch2/catch.hpp>

#include <bpf/libbpf.h>
#include <ringside/ringside.h>

#include "abi/ring/perf_buffer_fixture.hpp"
#include "abi/ring/ring_fixture.hpp"

namespace ringside::test {

TEST_CASE("a caller's struct is filled as far as it reaches, and with zeros behind what is known") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  fixture.output(0, "12345678");
  CHECK(perf_buffer__consume(buffer) == 0);
  const std::size_t size = GENERATE(offsetof(ringside_stats, bytes), offsetof(ringside_stats, size),
                                    sizeof(ringside_stats), sizeof(ringside_stats) + 64);
  struct {
    ringside_stats stats;
    std::array<char, 128> more;
  } room;
  std::memset(static_cast<void*>(&room), 0x55, sizeof(room));
  room.stats.sz = size;
  CHECK(ringside_perf_buffer__stats(buffer, RINGSIDE_ALL_RINGS, &room.stats) == 0);
  CHECK(room.stats.sz == size);
  CHECK(room.stats.records == 1);
  const auto* bytes = reinterpret_cast<const char*>(&room);
  for (std::size_t at = sizeof(ringside_stats); at < size; ++at)
    CHECK(bytes[at] == 0);
  for (std::size_t at = size; at < sizeof(room); ++at)
    CHECK(bytes[at] == 0x55);
  perf_buffer__free(buffer);
}

TEST_CASE("what cannot be answered is refused in one message, and changes nothing") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  perf_buffer* const foreign = reinterpret_cast<perf_buffer*>(&fixture.answer);
  ring_buffer* const none = nullptr;
  ringside_stats good{};
  good.sz = sizeof(good);
  ringside_stats small{};
  small.sz = offsetof(ringside_stats, bytes) - 1;
  const auto refuses = [&](int result, int error, const char* words) {
    CHECK(result == -error);
    CHECK(errno == error);
    CHECK_THAT(fixture.messages.last(), Catch::Contains(words));
  };
  refuses(ringside_ring_buffer__stats(buffer, 1, &good), EINVAL, "idx is 1, but there are 1");
  refuses(ringside_ring_buffer__stats(buffer, 0, nullptr), EINVAL, "stats is NULL");
  refuses(ringside_ring_buffer__stats(buffer, 0, &small), EINVAL, "stats->sz is ");
  refuses(ringside_ring_buffer__stats(none, 0, &good), EINVAL, "buffer is NULL");
  refuses(ringside_perf_buffer__stats(foreign, 0, &good), EOPNOTSUPP, "made by another library");
  CHECK(fixture.messages.warnings() == 5);
  CHECK(good.sz == sizeof(good));
  CHECK(good.records == 0);
  ring_buffer__free(buffer);
}

} // namespace ringside::test
