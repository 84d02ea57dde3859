// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ring_buffer on the simulated kernel: which ring is read when.
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include <bpf/libbpf.h>

#include "abi/ring/ring_fixture.hpp"
#include "os/unique_fd.hpp"

namespace ringside::test {

TEST_CASE("each call begins with another BPF ring, so that a busy one does not hold up the rest") {
  RingFixture fixture;
  const os::UniqueFd second(sim_create_map(BPF_MAP_TYPE_RINGBUF, kRingSize, "second"));
  ring_buffer* buffer = fixture.make();
  REQUIRE(ring_buffer__add(buffer, second.get(), RingFixture::on_sample, &fixture) == 0);
  const auto fill = [&] {
    fixture.samples.clear();
    fixture.output("first");
    REQUIRE(sim_ringbuf_output(second.get(), "second", 6, 0) == 0);
  };
  const std::vector<std::string> in_order{"first", "second"};
  const std::vector<std::string> turned{"second", "first"};

  const bool polls = GENERATE(true, false);
  for (int i = 0; i < 4; ++i) {
    fill();
    CHECK((polls ? ring_buffer__poll(buffer, 0) : ring_buffer__consume(buffer)) == 2);
    CHECK(fixture.samples == (i % 2 == 0 ? in_order : turned));
  }
  // A limit that one ring has used up leaves the next turn to the other.
  fill();
  CHECK(ring_buffer__consume_n(buffer, 1) == 1);
  CHECK(ring_buffer__consume_n(buffer, 1) == 1);
  CHECK(fixture.samples == in_order);
  ring_buffer__free(buffer);
}

TEST_CASE("records without a wakeup are read when the time is over") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  REQUIRE(sim_ringbuf_output(fixture.map(), "quiet", 5, BPF_RB_NO_WAKEUP) == 0);
  constexpr std::uint64_t kNsPerMs = 1'000'000;
  REQUIRE(ring_buffer__poll(buffer, 0) == 1);
  const std::uint64_t began = sim_now_ns();
  REQUIRE(sim_ringbuf_output_at(began + kNsPerMs, fixture.map(), "quiet", 5, BPF_RB_NO_WAKEUP) ==
          0);
  CHECK(ring_buffer__poll(buffer, 20) == 1);
  CHECK(sim_now_ns() == began + 20 * kNsPerMs);
  ring_buffer__free(buffer);
}

TEST_CASE("a callback may add rings while others are being read") {
  RingFixture fixture;
  std::vector<os::UniqueFd> maps;
  ring_buffer* buffer = fixture.make();
  const auto add = [&] {
    maps.emplace_back(sim_create_map(BPF_MAP_TYPE_RINGBUF, kRingSize, "more"));
    return ring_buffer__add(buffer, maps.back().get(), RingFixture::on_sample, &fixture);
  };
  for (int i = 0; i < 3; ++i)
    REQUIRE(add() == 0);
  fixture.output("first");
  for (const os::UniqueFd& map : maps)
    REQUIRE(sim_ringbuf_output(map.get(), "more", 4, 0) == 0);
  fixture.answer = [&] { return fixture.samples.size() > 4 ? 0 : add(); };
  CHECK(ring_buffer__poll(buffer, -1) == 4);
  CHECK(fixture.samples.size() == 4);
  for (const os::UniqueFd& map : maps)
    REQUIRE(sim_ringbuf_output(map.get(), "more", 4, 0) == 0);
  CHECK(ring_buffer__poll(buffer, -1) == static_cast<int>(maps.size()));
  ring_buffer__free(buffer);
}

} // namespace ringside::test
