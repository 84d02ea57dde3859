// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Statistics on the simulated kernel: each number against what was made to happen.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include <bpf/libbpf.h>
#include <ringside/ringside.h>

#include "messages.hpp"
#include "os/unique_fd.hpp"
#include "perf_buffer_fixture.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

// 8 bytes written are a record of 24: header, size, data, padding.
const std::string kEight = "12345678";
constexpr std::uint64_t kPerfRecord = 24;

ringside_stats of(const perf_buffer* buffer, std::size_t index = RINGSIDE_ALL_RINGS) {
  ringside_stats stats{};
  stats.sz = sizeof(stats);
  REQUIRE(ringside_perf_buffer__stats(buffer, index, &stats) == 0);
  return stats;
}
ringside_stats of(const ring_buffer* buffer, std::size_t index = RINGSIDE_ALL_RINGS) {
  ringside_stats stats{};
  stats.sz = sizeof(stats);
  REQUIRE(ringside_ring_buffer__stats(buffer, index, &stats) == 0);
  return stats;
}

// BpfRings is a ring_buffer of as many maps as are wanted, and a callback that may be replaced.
class BpfRings {
public:
  static constexpr std::uint32_t kSize = 4096;

  explicit BpfRings(std::size_t count = 1) {
    sim_reset(2);
    for (std::size_t i = 0; i < count; ++i)
      maps_[i] = os::UniqueFd(sim_create_map(BPF_MAP_TYPE_RINGBUF, kSize, "events"));
    buffer = ring_buffer__new(map(0), on_sample, this, nullptr);
    for (std::size_t i = 1; i < count; ++i)
      REQUIRE(ring_buffer__add(buffer, map(i), on_sample, this) == 0);
  }
  BpfRings(const BpfRings&) = delete;
  BpfRings& operator=(const BpfRings&) = delete;
  ~BpfRings() { ring_buffer__free(buffer); }

  [[nodiscard]] int map(std::size_t index = 0) const { return maps_[index].get(); }
  // write gives the ring a record of 16 bytes.
  void write(std::size_t index = 0) const {
    REQUIRE(sim_ringbuf_output(map(index), kEight.data(), kEight.size(), 0) == 0);
  }

  ring_buffer* buffer;
  std::function<int()> answer;
  unsigned handed_over = 0;
  Messages messages;

private:
  static int on_sample(void* context, void*, size_t) {
    auto* rings = static_cast<BpfRings*>(context);
    ++rings->handed_over;
    return rings->answer ? rings->answer() : 0;
  }

  std::array<os::UniqueFd, 2> maps_;
};

// As longjmp would: the callback never returns.
struct Left {};

} // namespace

TEST_CASE("a perf ring's records and bytes are its own, and together the buffer's") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  for (unsigned i = 0; i < 5; ++i)
    fixture.output(i == 0 ? 0 : 1, kEight);
  errno = 123;
  CHECK(of(buffer).records == 0);
  CHECK(of(buffer, 1).free_space == 4096 - 4 * kPerfRecord);
  CHECK(perf_buffer__consume(buffer) == 0);
  CHECK(of(buffer, 0).records == 1);
  CHECK(of(buffer, 1).records == 4);
  CHECK(of(buffer, 1).bytes == 4 * kPerfRecord);
  CHECK(of(buffer, 1).highest_fill == 4 * kPerfRecord);
  CHECK(of(buffer, 1).free_space == 4096);
  CHECK(of(buffer, 1).size == 4096);
  CHECK(of(buffer, 1).cpu == 1);
  CHECK(of(buffer, 1).map_fd == -1);
  CHECK(of(buffer).records == 5);
  CHECK(of(buffer).bytes == 5 * kPerfRecord);
  CHECK(of(buffer).highest_fill == 4 * kPerfRecord);
  CHECK(of(buffer).free_space == 8192);
  CHECK(of(buffer).size == 8192);
  CHECK(of(buffer).cpu == -1);
  CHECK(of(buffer).corrupt == 0);
  CHECK(errno == 123);
  perf_buffer__free(buffer);
}

TEST_CASE("more records than a ring holds are counted over many reads and over its end") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  std::uint64_t records = 0;
  for (unsigned round = 0; round < 10; ++round) {
    for (unsigned i = 0; i < 150; ++i, ++records)
      fixture.output(0, kEight);
    CHECK(perf_buffer__consume(buffer) == 0);
    CHECK(of(buffer).records == records);
    CHECK(of(buffer).bytes == records * kPerfRecord);
  }
  CHECK(fixture.samples.size() == records);
  perf_buffer__free(buffer);
}

TEST_CASE("what a burst lost is known before anybody was told, and adds up after") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  constexpr std::uint64_t kWritten = 1000;
  for (std::uint64_t i = 0; i < kWritten; ++i)
    fixture.output(0, kEight);
  const std::uint64_t lost = of(buffer).lost_unrecorded;
  CHECK(lost == kWritten - 4096 / kPerfRecord);
  CHECK(of(buffer).lost_recorded == 0);
  CHECK(perf_buffer__poll(buffer, 0) == 1);
  CHECK(of(buffer).records == kWritten - lost);
  CHECK(of(buffer).lost_unrecorded == lost);
  // The kernel's own record of it comes with the next record that fits.
  fixture.output(0, kEight);
  CHECK(perf_buffer__poll(buffer, 0) == 1);
  CHECK(of(buffer).records == kWritten - lost + 1);
  CHECK(of(buffer).lost_recorded == lost);
  CHECK(of(buffer).lost_unrecorded == 0);
  CHECK(of(buffer, 1).lost_recorded == 0);
  // The record of the loss has taken room, too.
  CHECK(of(buffer).bytes == (kWritten - lost + 1) * kPerfRecord + 24);
  perf_buffer__free(buffer);
}

TEST_CASE("without the kernel's count a loss is known from its record") {
  PerfBufferFixture fixture;
  // Before Linux 6.0. This is the ring of CPU 0.
  sim_fail("perf_event_open", 1, EINVAL);
  perf_buffer* buffer = fixture.make();
  for (int i = 0; i < 1000; ++i)
    fixture.output(0, kEight);
  CHECK(perf_buffer__poll(buffer, 0) == 1);
  CHECK(of(buffer).lost_recorded + of(buffer).lost_unrecorded == 0);
  fixture.output(0, kEight);
  CHECK(perf_buffer__poll(buffer, 0) == 1);
  CHECK(of(buffer).lost_recorded == 1000 - 4096 / kPerfRecord);
  perf_buffer__free(buffer);
}

TEST_CASE("a raw handler's losses are counted as losses, not as records") {
  PerfBufferFixture fixture;
  perf_buffer* buffer =
      fixture.make_raw([](void*, int, perf_event_header*) { return LIBBPF_PERF_EVENT_CONT; });
  const __u64 body[] = {1, 42};
  fixture.output(0, kEight);
  sim_emit(fixture.event(0), PERF_RECORD_LOST, 0, body, sizeof(body));
  fixture.output(0, kEight);
  sim_emit(fixture.event(0), PERF_RECORD_THROTTLE, 0, nullptr, 0);
  CHECK(perf_buffer__consume(buffer) == 0);
  CHECK(of(buffer).records == 3);
  CHECK(of(buffer).lost_recorded == 42);
  CHECK(of(buffer).bytes == 2 * kPerfRecord + 24 + 8);
  perf_buffer__free(buffer);
}

TEST_CASE("records that are dropped, and stretches that are skipped, are corrupt and not read") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  fixture.output(0, kEight);
  sim_emit(fixture.event(0), PERF_RECORD_SAMPLE, 0, nullptr, 0);
  sim_emit(fixture.event(0), PERF_RECORD_LOST, 0, nullptr, 0);
  sim_emit(fixture.event(0), PERF_RECORD_THROTTLE, 0, nullptr, 0);
  CHECK(perf_buffer__consume(buffer) == -1);
  CHECK(of(buffer).records == 1);
  CHECK(of(buffer).corrupt == 3);
  CHECK(of(buffer).skipped == 0);
  CHECK(of(buffer).bytes == kPerfRecord + 3 * 8);
  fixture.output(0, kEight);
  const std::array<std::uint64_t, 2> nonsense{};
  sim_emit_raw(fixture.event(0), nonsense.data(), sizeof(nonsense), sizeof(nonsense));
  CHECK(perf_buffer__consume(buffer) == -EBADMSG);
  CHECK(of(buffer).records == 2);
  CHECK(of(buffer).corrupt == 4);
  CHECK(of(buffer).skipped == sizeof(nonsense));
  CHECK(of(buffer).bytes == 2 * kPerfRecord + 3 * 8);
  CHECK(of(buffer).free_space == of(buffer).size);
  // However far apart positions are, no more than a ring is skipped.
  REQUIRE(sim_set_positions(fixture.event(0), 1U << 20, 8) == 0);
  CHECK(perf_buffer__consume(buffer) == -EBADMSG);
  CHECK(of(buffer).corrupt == 5);
  CHECK(of(buffer).skipped == sizeof(nonsense) + 4096);
  perf_buffer__free(buffer);
}

TEST_CASE("what a callback leaves by an exception is counted when it is read, once") {
  PerfBufferFixture fixture;
  static bool leaves;
  leaves = true;
  perf_buffer* buffer = perf_buffer__new(
      fixture.map(), 1,
      [](void*, int, void*, __u32) {
        if (leaves)
          throw Left{};
      },
      [](void*, int, __u64) {}, nullptr, nullptr);
  const __u64 body[] = {1, 42};
  sim_emit(fixture.event(0), PERF_RECORD_LOST, 0, body, sizeof(body));
  sim_emit(fixture.event(0), PERF_RECORD_SAMPLE, 0, nullptr, 0);
  fixture.output(0, kEight);
  CHECK_THROWS_AS(perf_buffer__consume(buffer), Left);
  CHECK(of(buffer).records + of(buffer).lost_recorded + of(buffer).corrupt == 0);
  leaves = false;
  CHECK(perf_buffer__consume(buffer) == 0);
  CHECK(of(buffer).records == 1);
  CHECK(of(buffer).lost_recorded == 42);
  CHECK(of(buffer).corrupt == 1);
  perf_buffer__free(buffer);
}

TEST_CASE("waits, polls and reads are counted for what they are") {
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make();
  CHECK(perf_buffer__poll(buffer, 0) == 0);
  fixture.output(1, kEight);
  CHECK(perf_buffer__poll(buffer, 0) == 1);
  fixture.output(1, kEight);
  CHECK(perf_buffer__consume_buffer(buffer, 1) == 0);
  CHECK(of(buffer, 0).wakeups == 0);
  CHECK(of(buffer, 0).reads == 0);
  CHECK(of(buffer, 1).wakeups == 1);
  CHECK(of(buffer, 1).reads == 2);
  CHECK(of(buffer, 1).polls == 2);
  CHECK(of(buffer).polls == 2);
  CHECK(of(buffer).reads == 2);
  perf_buffer__free(buffer);
}

TEST_CASE("a busy ring's change to the clock and back are two switches") {
  constexpr std::uint64_t kUs = 1000;
  PerfBufferFixture fixture;
  perf_buffer* buffer = fixture.make(64);
  REQUIRE(of(buffer).switches == 0);
  for (unsigned i = 1; i <= 100; ++i)
    REQUIRE(sim_output_at(sim_now_ns() + i * 20 * kUs, fixture.map(), 0, kEight.data(), 8) == 0);
  for (unsigned i = 0; i < 200 && of(buffer).switches == 0; ++i)
    REQUIRE(perf_buffer__poll(buffer, 10) >= 0);
  CHECK(of(buffer, 0).switches == 1);
  CHECK(of(buffer, 1).switches == 0);
  for (unsigned i = 0; i < 1000 && of(buffer).switches == 1; ++i)
    REQUIRE(perf_buffer__poll(buffer, 10) >= 0);
  CHECK(of(buffer, 0).switches == 2);
  CHECK(of(buffer).records == 100);
  perf_buffer__free(buffer);
}

TEST_CASE("a BPF ring's records are those submitted, its bytes all that was read") {
  BpfRings rings(2);
  rings.write(0);
  rings.write(1);
  void* sample = nullptr;
  REQUIRE(sim_ringbuf_reserve(rings.map(1), 8, &sample) == 0);
  REQUIRE(sim_ringbuf_discard(sample, 0) == 0);
  rings.write(1);
  void* busy = nullptr;
  REQUIRE(sim_ringbuf_reserve(rings.map(1), 8, &busy) == 0);
  errno = 123;
  CHECK(of(rings.buffer, 1).free_space == BpfRings::kSize - 64);
  CHECK(ring_buffer__poll(rings.buffer, 0) == 3);
  CHECK(of(rings.buffer, 0).records == 1);
  CHECK(of(rings.buffer, 1).records == 2);
  CHECK(of(rings.buffer, 1).bytes == 48);
  CHECK(of(rings.buffer, 1).highest_fill == 64);
  CHECK(of(rings.buffer, 1).free_space == BpfRings::kSize - 16);
  CHECK(of(rings.buffer, 1).size == BpfRings::kSize);
  CHECK(of(rings.buffer, 1).cpu == -1);
  CHECK(of(rings.buffer, 1).map_fd == rings.map(1));
  CHECK(of(rings.buffer, 1).wakeups == 1);
  CHECK(of(rings.buffer).records == 3);
  CHECK(of(rings.buffer).bytes == 64);
  CHECK(of(rings.buffer).size == 2 * BpfRings::kSize);
  CHECK(of(rings.buffer).map_fd == -1);
  CHECK(of(rings.buffer).polls == 1);
  CHECK(of(rings.buffer).reads == 2);
  CHECK(errno == 123);
  REQUIRE(sim_ringbuf_submit(busy, 0) == 0);
  CHECK(ring_buffer__consume(rings.buffer) == 1);
  CHECK(of(rings.buffer).records == 4);
  CHECK(of(rings.buffer).bytes == 80);
}

TEST_CASE("a BPF ring's counts go on over limits, eighths and the end of the ring") {
  BpfRings rings;
  unsigned written = 0;
  for (unsigned round = 0; round < 10; ++round) {
    for (unsigned i = 0; i < 200; ++i, ++written)
      rings.write();
    CHECK(ring_buffer__consume_n(rings.buffer, 7) == 7);
    CHECK(of(rings.buffer).records == written - 193);
    CHECK(ring_buffer__consume(rings.buffer) == 193);
    CHECK(of(rings.buffer).records == written);
    CHECK(of(rings.buffer).bytes == written * 16);
  }
  CHECK(rings.handed_over == written);
}

TEST_CASE("while a BPF ring is read its counts are as new as what the kernel got back") {
  BpfRings rings;
  for (unsigned i = 0; i < 200; ++i)
    rings.write();
  rings.answer = [&] {
    const std::uint64_t counted = of(rings.buffer).records;
    CHECK(counted < rings.handed_over);
    CHECK(counted + BpfRings::kSize / 8 / 16 >= rings.handed_over);
    return 0;
  };
  CHECK(ring_buffer__consume(rings.buffer) == 200);
}

TEST_CASE("a BPF ring that a callback left by an exception has counted what was handed over") {
  BpfRings rings;
  const unsigned leaves_at = GENERATE(1U, 2U, 40U, 200U);
  void* discarded = nullptr;
  REQUIRE(sim_ringbuf_reserve(rings.map(), 8, &discarded) == 0);
  REQUIRE(sim_ringbuf_discard(discarded, 0) == 0);
  for (unsigned i = 0; i < 200; ++i)
    rings.write();
  rings.answer = [&]() -> int {
    if (rings.handed_over == leaves_at)
      throw Left{};
    return 0;
  };
  CHECK_THROWS_AS(ring_buffer__consume(rings.buffer), Left);
  // The record that the callback left from comes once more.
  CHECK(ring_buffer__consume(rings.buffer) == static_cast<int>(201 - leaves_at));
  CHECK(of(rings.buffer).records == 200);
  CHECK(of(rings.buffer).bytes == 201 * 16);
}

TEST_CASE("a BPF ring that its own callback reads counts each time that a record is handed over") {
  BpfRings rings;
  const unsigned reads_at = GENERATE(1U, 3U);
  const bool all = GENERATE(true, false);
  for (unsigned i = 0; i < 5; ++i)
    rings.write();
  rings.answer = [&] {
    if (rings.handed_over == reads_at)
      CHECK(ring__consume_n(ring_buffer__ring(rings.buffer, 0), all ? 100 : 0) >= 0);
    return 0;
  };
  CHECK(ring_buffer__consume(rings.buffer) > 0);
  CHECK(of(rings.buffer).records == rings.handed_over);
  CHECK(of(rings.buffer).bytes == 5 * 16);
}

TEST_CASE("what is corrupt in a BPF ring is skipped and not read") {
  BpfRings rings;
  rings.write();
  rings.write();
  const std::uint32_t length = 5000;
  REQUIRE(sim_ringbuf_poke(rings.map(), 16, &length, sizeof(length)) == 0);
  CHECK(ring_buffer__consume(rings.buffer) == -EBADMSG);
  CHECK(of(rings.buffer).records == 1);
  CHECK(of(rings.buffer).bytes == 16);
  CHECK(of(rings.buffer).corrupt == 1);
  CHECK(of(rings.buffer).skipped == 16);
  REQUIRE(sim_ringbuf_set_positions(rings.map(), 32, 1U << 20) == 0);
  CHECK(ring_buffer__consume(rings.buffer) == -EBADMSG);
  CHECK(of(rings.buffer).corrupt == 2);
  CHECK(of(rings.buffer).skipped == 16 + BpfRings::kSize);
  CHECK(of(rings.buffer).bytes == 16);
}

} // namespace ringside::test
