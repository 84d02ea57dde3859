// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A BPF ring that is held back: its reader is not woken, other readers do not notice, and a program
// that waits for the ring itself, or does not wait, ends it.
#include <array>
#include <cstdint>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/bpf.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "os/epoll.hpp"
#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

constexpr std::uint64_t kUs = 1000;
constexpr std::uint64_t kMs = 1000 * kUs;
// These rings are looked at in whole milliseconds.
constexpr std::uint64_t kBound = kMs;
constexpr std::uint32_t kRingSize = 1U << 20;
// A load of 160 ms: after 100 a ring is held back.
constexpr unsigned kLoad = 8000;
constexpr std::uint64_t kRecord = 16;

class HeldBack {
public:
  HeldBack() {
    sim_reset(2);
    map = os::UniqueFd(sim_create_map(BPF_MAP_TYPE_RINGBUF, kRingSize, "events"));
    buffer = ring_buffer__new(map.get(), count_sample, this, nullptr);
    REQUIRE(buffer != nullptr);
  }
  HeldBack(const HeldBack&) = delete;
  HeldBack& operator=(const HeldBack&) = delete;
  ~HeldBack() { ring_buffer__free(buffer); }

  void output_at(std::uint64_t at_ns) const {
    const std::uint64_t value = 5;
    REQUIRE(sim_ringbuf_output_at(at_ns, map.get(), &value, sizeof(value), 0) == 0);
  }
  // load has records come from now on, 20 us apart.
  void load(unsigned count) const {
    for (unsigned i = 1; i <= count; ++i)
      output_at(sim_now_ns() + i * 20 * kUs);
  }
  // held_back is by how much the kernel's consumer position is behind what has been read.
  [[nodiscard]] std::uint64_t held_back() const {
    std::uint64_t consumer = 0;
    std::uint64_t producer = 0;
    REQUIRE(sim_ringbuf_positions(map.get(), &consumer, &producer) == 0);
    return samples * kRecord - consumer;
  }
  // hold_back polls under a load until the ring is held back. The load goes on.
  void hold_back() {
    load(kLoad);
    for (unsigned i = 0; i < kLoad && held_back() == 0; ++i)
      REQUIRE(ring_buffer__poll(buffer, -1) > 0);
    REQUIRE(held_back() == kRecord);
  }
  [[nodiscard]] std::uint64_t wait_on(int epoll_fd) const {
    std::array<epoll_event, 4> ready;
    const auto count = os::wait_epoll(epoll_fd, ready, -1);
    REQUIRE(count);
    CHECK(*count == 1);
    return sim_now_ns();
  }
  // check_signalled: from now on each record that comes ends a wait at once, and only that.
  void check_signalled(int epoll_fd) {
    while (ring_buffer__consume(buffer) != 0)
      ;
    for (unsigned i = 0; i < 20; ++i) {
      const std::uint64_t at = sim_now_ns() + (i % 2 == 0 ? 10 * kUs : 3 * kMs);
      output_at(at);
      CHECK(wait_on(epoll_fd) == at);
      CHECK((i % 3 == 0 ? ring_buffer__poll(buffer, 0) : ring_buffer__consume(buffer)) == 1);
      CHECK(held_back() == 0);
    }
  }

  os::UniqueFd map;
  ring_buffer* buffer = nullptr;
  std::uint64_t samples = 0;

private:
  static int count_sample(void* context, void*, size_t) {
    ++static_cast<HeldBack*>(context)->samples;
    return 0;
  }
};

// in_child runs a function in a forked child, and returns what that returned.
template <class Function>
bool in_child(Function function) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0)
    ::_exit(function() ? 0 : 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status == 0;
}

struct Ending {
  const char* what;
  void (*end)(ring_buffer* buffer);
};

Ending any_ending() {
  return GENERATE(
      Ending{"epoll_fd", [](ring_buffer* buffer) { ring_buffer__epoll_fd(buffer); }},
      Ending{"map_fd", [](ring_buffer* buffer) { ring__map_fd(ring_buffer__ring(buffer, 0)); }},
      Ending{"poll(0)", [](ring_buffer* buffer) { ring_buffer__poll(buffer, 0); }},
      Ending{"consume", [](ring_buffer* buffer) { ring_buffer__consume(buffer); }},
      Ending{"consume_n", [](ring_buffer* buffer) { ring_buffer__consume_n(buffer, 1); }},
      Ending{"a ring's consume",
             [](ring_buffer* buffer) { ring__consume(ring_buffer__ring(buffer, 0)); }},
      Ending{"a ring's consume_n",
             [](ring_buffer* buffer) { ring__consume_n(ring_buffer__ring(buffer, 0), 1); }});
}

} // namespace

TEST_CASE("a ring that is held back says the true positions") {
  HeldBack ring;
  ring.hold_back();
  const struct ring* one = ring_buffer__ring(ring.buffer, 0);
  CHECK(ring__consumer_pos(one) == ring.samples * kRecord);
  sim_advance_ns(50 * kUs);
  CHECK(ring__avail_data_size(one) == 2 * kRecord);
  CHECK(ring__producer_pos(one) == (ring.samples + 2) * kRecord);
  CHECK(ring.held_back() == kRecord);
}

TEST_CASE("who has no use for held back rings ends it, for good") {
  HeldBack ring;
  const auto ending = any_ending();
  const bool first = GENERATE(true, false);
  CAPTURE(ending.what, first);
  if (!first)
    ring.hold_back();
  ending.end(ring.buffer);
  CHECK(ring.held_back() == 0);
  sim_advance_ns(200 * kMs);
  while (ring_buffer__poll(ring.buffer, 1) != 0)
    ;
  const std::uint64_t before = ring.samples;
  ring.load(kLoad);
  for (unsigned i = 1; i <= kLoad; ++i) {
    REQUIRE(ring_buffer__poll(ring.buffer, -1) == 1);
    REQUIRE(ring.held_back() == 0);
  }
  CHECK(ring.samples == before + kLoad);
  ring.check_signalled(ring_buffer__epoll_fd(ring.buffer));
}

TEST_CASE("a program that forces wakeups of a held back ring is left alone, after some in a row") {
  HeldBack ring;
  const unsigned forced = GENERATE(1U, 3U, 4U);
  CAPTURE(forced);
  ring.hold_back();
  // What the load has left.
  while (ring_buffer__poll(ring.buffer, 1) != 0)
    ;
  const std::uint64_t bytes = 0;
  for (unsigned i = 0; i < forced; ++i) {
    const std::uint64_t at = sim_now_ns() + 100 * kUs;
    sim_ringbuf_output_at(at, ring.map.get(), &bytes, sizeof(bytes), BPF_RB_FORCE_WAKEUP);
    // It is heard at once.
    CHECK(ring_buffer__poll(ring.buffer, -1) == 1);
    CHECK(sim_now_ns() == at);
  }
  CHECK((ring.held_back() != 0) == (forced < 4));
}

TEST_CASE("what is unread when a held back ring is asked for makes the set readable") {
  HeldBack ring;
  ring.hold_back();
  const std::uint64_t before = ring.samples;
  sim_advance_ns(50 * kUs);
  const int epoll_fd = ring_buffer__epoll_fd(ring.buffer);
  const std::uint64_t asked = sim_now_ns();
  CHECK(ring.wait_on(epoll_fd) == asked);
  CHECK(ring_buffer__poll(ring.buffer, 0) == 2);
  CHECK(ring.samples == before + 2);
}

TEST_CASE("who asks in a callback while the ring is held back is signalled from then on") {
  HeldBack ring;
  struct Asking {
    HeldBack* ring;
    bool ask = false;
    unsigned samples = 0;
  } asking{&ring};
  ring_buffer* buffer = ring_buffer__new(
      ring.map.get(),
      [](void* context, void*, size_t) {
        auto* self = static_cast<Asking*>(context);
        ++self->samples;
        ++self->ring->samples;
        if (self->ask)
          ring_buffer__epoll_fd(self->ring->buffer);
        return 0;
      },
      &asking, nullptr);
  REQUIRE(buffer != nullptr);
  ring_buffer__free(ring.buffer);
  ring.buffer = buffer;
  ring.hold_back();
  asking.ask = true;
  REQUIRE(ring_buffer__poll(buffer, -1) > 0);
  CHECK(ring.held_back() == 0);
  asking.ask = false;
  sim_advance_ns(200 * kMs);
  ring.check_signalled(ring_buffer__epoll_fd(buffer));
}

TEST_CASE("the next reader of a map finds nothing of one that held it back") {
  HeldBack ring;
  ring.hold_back();
  const std::uint64_t read = ring.samples;
  ring_buffer__free(ring.buffer);
  ring.buffer = nullptr;
  CHECK(ring.held_back() == 0);
  std::uint64_t samples = 0;
  ring_buffer* next = ring_buffer__new(
      ring.map.get(),
      [](void* context, void*, size_t) {
        ++*static_cast<std::uint64_t*>(context);
        return 0;
      },
      &samples, nullptr);
  REQUIRE(next != nullptr);
  CHECK(ring_buffer__poll(next, 0) == 0);
  sim_advance_ns(200 * kMs);
  CHECK(ring_buffer__poll(next, 0) == static_cast<int>(kLoad - read));
  CHECK(samples == kLoad - read);
  ring_buffer__free(next);
}

TEST_CASE(
    "a forked child that frees or reads what it has inherited takes nothing from its parent") {
  HeldBack ring;
  ring.hold_back();
  const std::uint64_t read = ring.samples;
  const bool reads = GENERATE(false, true);
  CAPTURE(reads);
  // Behind the parent's back, and then behind it again when the parent has gone on.
  const auto child = [&] {
    return in_child([&] {
      if (reads)
        ring_buffer__consume(ring.buffer);
      ring_buffer__free(ring.buffer);
      return true;
    });
  };
  CHECK(child());
  if (reads) {
    // What the child has read is read, and the parent follows.
    CHECK(ring_buffer__poll(ring.buffer, 1) >= 0);
    const std::uint64_t before = ring.samples;
    sim_advance_ns(10 * kMs);
    CHECK(ring_buffer__poll(ring.buffer, 100) > 0);
    CHECK(ring.samples > before);
    return;
  }
  CHECK(ring.held_back() == kRecord);
  sim_advance_ns(50 * kUs);
  REQUIRE(ring_buffer__poll(ring.buffer, -1) > 0);
  CHECK(child());
  while (ring_buffer__poll(ring.buffer, 100) != 0)
    ;
  CHECK(ring.samples == kLoad);
  CHECK(ring.samples > read);
}

TEST_CASE("a child that reads what its parent has opened can hold it back, too") {
  HeldBack ring;
  CHECK(in_child([&] {
    ring.hold_back();
    return ring.held_back() == kRecord;
  }));
}

TEST_CASE("a ring that another reader of the map reads, too, is signalled for good") {
  HeldBack ring;
  std::uint64_t others = 0;
  ring_buffer* other = ring_buffer__new(
      ring.map.get(),
      [](void* context, void*, size_t) {
        ++*static_cast<std::uint64_t*>(context);
        return 0;
      },
      &others, nullptr);
  REQUIRE(other != nullptr);
  ring.hold_back();
  sim_advance_ns(kMs);
  REQUIRE(ring_buffer__consume(other) > 0);
  // The record that was held back is handed over by both: a position is all that readers share.
  const std::uint64_t twice = 1;
  for (unsigned polls = 0; polls < 2 * kLoad && ring.samples + others < kLoad + twice; ++polls)
    REQUIRE(ring_buffer__poll(ring.buffer, -1) > 0);
  CHECK(ring.samples + others == kLoad + twice);
  std::uint64_t consumer = 0;
  std::uint64_t producer = 0;
  REQUIRE(sim_ringbuf_positions(ring.map.get(), &consumer, &producer) == 0);
  CHECK(consumer == producer);
  ring_buffer__free(other);
}

TEST_CASE("a record larger than an eighth of the ring is not held back") {
  HeldBack ring;
  ring.hold_back();
  ring.load(1000);
  const std::vector<char> large(kRingSize / 8 + 8);
  REQUIRE(sim_ringbuf_output_at(sim_now_ns() + kMs + kUs, ring.map.get(), large.data(),
                                large.size(), 0) == 0);
  const std::uint64_t end = sim_now_ns() + kMs + kUs + kBound;
  bool seen = false;
  while (sim_now_ns() < end + kMs) {
    REQUIRE(ring_buffer__poll(ring.buffer, -1) > 0);
    std::uint64_t consumer = 0;
    std::uint64_t producer = 0;
    REQUIRE(sim_ringbuf_positions(ring.map.get(), &consumer, &producer) == 0);
    CHECK(producer - consumer <= kRingSize / 8);
    seen = seen || producer > kRingSize / 8;
  }
  CHECK(seen);
}

} // namespace ringside::test
