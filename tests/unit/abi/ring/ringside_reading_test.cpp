// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Interrupting a poll, and reading within bounds, for both kinds of buffer.
#include <ringside/ringside.h>

#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include "abi/ring/perf_buffer_fixture.hpp"
#include "os/epoll.hpp"
#include "os/unique_fd.hpp"

namespace ringside::test {
namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr unsigned kRings = 3;

// Either kind of buffer, with three rings. A record's only byte says which ring it is from.
class Buffer {
public:
  virtual ~Buffer() = default;
  virtual int poll(int timeout_ms) = 0;
  virtual int interrupt() = 0;
  virtual int consume(ringside_bounds* bounds) = 0;
  virtual void output(unsigned ring) = 0;
  virtual int epoll_fd() = 0;

  // What has been read, ring by ring, and what a callback does besides.
  std::vector<unsigned> seen;
  std::uint64_t takes_ns = 0;
  int answer = 0;

protected:
  int take(const void* data) {
    seen.push_back(*static_cast<const unsigned char*>(data));
    sim_advance_ns(takes_ns);
    return answer;
  }
};

class Perf final : public Buffer {
public:
  Perf()
      : fixture_(kRings),
        buffer_(perf_buffer__new(
            fixture_.map(), 1,
            [](void* self, int, void* data, __u32) { static_cast<Perf*>(self)->take(data); },
            [](void* self, int, __u64 count) { static_cast<Perf*>(self)->lost += count; }, this,
            nullptr)) {
    REQUIRE(buffer_ != nullptr);
  }
  Perf(const Perf&) = delete;
  Perf& operator=(const Perf&) = delete;
  ~Perf() override { perf_buffer__free(buffer_); }
  int poll(int timeout_ms) override { return perf_buffer__poll(buffer_, timeout_ms); }
  int interrupt() override { return ringside_perf_buffer__interrupt(buffer_); }
  int consume(ringside_bounds* bounds) override {
    return ringside_perf_buffer__consume_bounded(buffer_, bounds);
  }
  void output(unsigned ring) override { fixture_.output(ring, std::string(1, char(ring))); }
  int epoll_fd() override { return perf_buffer__epoll_fd(buffer_); }

  std::uint64_t lost = 0;

private:
  PerfBufferFixture fixture_;
  perf_buffer* buffer_;
};

class Bpf final : public Buffer {
public:
  Bpf() {
    sim_reset(PerfBufferFixture::kCpus);
    for (os::UniqueFd& map : maps_)
      map = os::UniqueFd(sim_create_map(BPF_MAP_TYPE_RINGBUF, 4096, "events"));
    const auto on_sample = [](void* self, void* data, size_t) {
      return static_cast<Bpf*>(self)->take(data);
    };
    buffer_ = ring_buffer__new(maps_[0].get(), on_sample, this, nullptr);
    REQUIRE(buffer_ != nullptr);
    for (unsigned i = 1; i < kRings; ++i)
      REQUIRE(ring_buffer__add(buffer_, maps_[i].get(), on_sample, this) == 0);
  }
  Bpf(const Bpf&) = delete;
  Bpf& operator=(const Bpf&) = delete;
  ~Bpf() override { ring_buffer__free(buffer_); }
  int poll(int timeout_ms) override { return ring_buffer__poll(buffer_, timeout_ms); }
  int interrupt() override { return ringside_ring_buffer__interrupt(buffer_); }
  int consume(ringside_bounds* bounds) override {
    return ringside_ring_buffer__consume_bounded(buffer_, bounds);
  }
  void output(unsigned ring) override {
    const char byte = char(ring);
    REQUIRE(sim_ringbuf_output(maps_[ring].get(), &byte, 1, 0) == 0);
  }
  int epoll_fd() override { return ring_buffer__epoll_fd(buffer_); }

private:
  os::UniqueFd maps_[kRings];
  ring_buffer* buffer_ = nullptr;
};

std::unique_ptr<Buffer> any_buffer() {
  std::unique_ptr<Buffer> buffer;
  if (GENERATE(true, false))
    buffer = std::make_unique<Perf>();
  else
    buffer = std::make_unique<Bpf>();
  // At 0, where the clock begins, nothing is past.
  sim_advance_ns(1);
  return buffer;
}

ringside_bounds bounds_of(__u64 records, __u64 us) {
  ringside_bounds bounds{};
  bounds.sz = sizeof(bounds);
  bounds.max_records = records;
  bounds.max_us = us;
  bounds.more = 7;
  return bounds;
}

std::vector<unsigned> times(std::initializer_list<std::pair<unsigned, unsigned>> counts) {
  std::vector<unsigned> all;
  for (const auto& [count, ring] : counts)
    all.insert(all.end(), count, ring);
  return all;
}

} // namespace

TEST_CASE("a poll that begins after an interrupt returns at once, and only that one") {
  const auto buffer = any_buffer();
  errno = 123;
  REQUIRE(buffer->interrupt() == 0);
  REQUIRE(buffer->interrupt() == 0);
  CHECK(buffer->poll(-1) == 0);
  CHECK(errno == 123);
  CHECK(sim_now_ns() == 1);
  CHECK(buffer->poll(20) == 0);
  CHECK(sim_now_ns() >= 20 * kMs);
  REQUIRE(buffer->interrupt() == 0);
  CHECK(buffer->poll(-1) == 0);
}

TEST_CASE("an interrupted poll reads what there is") {
  const auto buffer = any_buffer();
  for (unsigned ring = 0; ring < kRings; ++ring)
    buffer->output(ring);
  REQUIRE(buffer->interrupt() == 0);
  CHECK(buffer->poll(-1) == 3);
  CHECK(buffer->seen.size() == 3);
  CHECK(buffer->poll(0) == 0);
}

TEST_CASE("another thread interrupts a poll that sleeps") {
  const auto buffer = any_buffer();
  sim_block_for_threads(1);
  int answer = -1;
  std::thread polling([&] { answer = buffer->poll(-1); });
  while (sim_calls("epoll_wait") == 0)
    std::this_thread::yield();
  CHECK(buffer->interrupt() == 0);
  polling.join();
  CHECK(answer == 0);
}

TEST_CASE("who watches the buffer's descriptor sees an interrupt until a poll has taken it") {
  const auto buffer = any_buffer();
  const auto outer = os::create_epoll();
  REQUIRE(outer);
  REQUIRE(os::control_epoll(outer->get(), EPOLL_CTL_ADD, buffer->epoll_fd(), EPOLLIN, 0));
  const auto readable = [&] {
    epoll_event ready[1];
    const auto count = os::wait_epoll(outer->get(), ready, 0);
    return count && *count == 1;
  };
  CHECK_FALSE(readable());
  REQUIRE(buffer->interrupt() == 0);
  CHECK(readable());
  CHECK(buffer->poll(0) == 0);
  CHECK_FALSE(readable());
}

TEST_CASE("an interrupt that has no descriptor says so, and the next one works") {
  const auto buffer = any_buffer();
  const unsigned open = sim_live().fds;
  sim_fail("timerfd_create", 1, EMFILE);
  CHECK(buffer->interrupt() == -EMFILE);
  CHECK(errno == EMFILE);
  sim_fail("epoll_ctl", 1, ENOSPC);
  CHECK(buffer->interrupt() == -ENOSPC);
  CHECK(buffer->poll(10) == 0);
  REQUIRE(buffer->interrupt() == 0);
  CHECK(buffer->poll(-1) == 0);
  CHECK(sim_live().fds == open + 1);
}

TEST_CASE("a poll of a ring that is looked at by the clock is interrupted, too") {
  Perf buffer;
  for (int i = 0; i < 100; ++i) {
    sim_advance_ns(20'000);
    buffer.output(0);
    buffer.poll(0);
  }
  REQUIRE(buffer.interrupt() == 0);
  buffer.output(0);
  const std::uint64_t began = sim_now_ns();
  CHECK(buffer.poll(-1) == 1);
  CHECK(sim_now_ns() == began);
}

TEST_CASE("a number of records bounds a call, and the next begins with the ring behind") {
  const auto buffer = any_buffer();
  for (unsigned ring = 0; ring < kRings; ++ring)
    for (int i = 0; i < 5; ++i)
      buffer->output(ring);
  auto bounds = bounds_of(4, 0);
  for (int call = 0; call < 3; ++call) {
    CHECK(buffer->consume(&bounds) == 4);
    CHECK(bounds.more == 1);
  }
  CHECK(buffer->consume(&bounds) == 3);
  CHECK(bounds.more == 0);
  CHECK(buffer->seen == times({{4, 0}, {4, 1}, {4, 2}, {1, 0}, {1, 1}, {1, 2}}));
  CHECK(buffer->consume(&bounds) == 0);
}

TEST_CASE("a busy ring leaves the others their turn") {
  const auto buffer = any_buffer();
  auto bounds = bounds_of(4, 0);
  buffer->output(1);
  buffer->output(2);
  for (int call = 0; call < 3; ++call) {
    for (int i = 0; i < 4; ++i)
      buffer->output(0);
    CHECK(buffer->consume(&bounds) == 4);
  }
  CHECK(buffer->seen == times({{4, 0}, {1, 1}, {1, 2}, {6, 0}}));
}

TEST_CASE("a time bounds a call") {
  const auto buffer = any_buffer();
  buffer->takes_ns = 300'000;
  for (unsigned ring = 0; ring < kRings; ++ring)
    for (int i = 0; i < 3; ++i)
      buffer->output(ring);
  auto bounds = bounds_of(0, 1000);
  CHECK(buffer->consume(&bounds) == 4);
  CHECK(bounds.more == 1);
  CHECK(buffer->seen == times({{3, 0}, {1, 1}}));
  bounds = bounds_of(0, UINT64_MAX);
  CHECK(buffer->consume(&bounds) == 5);
  CHECK(bounds.more == 0);
  CHECK(buffer->seen.size() == 9);
}

TEST_CASE("no bounds are no bounds") {
  const auto buffer = any_buffer();
  for (unsigned ring = 0; ring < kRings; ++ring)
    buffer->output(ring);
  CHECK(buffer->consume(nullptr) == 3);
  buffer->output(1);
  auto bounds = bounds_of(0, 0);
  CHECK(buffer->consume(&bounds) == 1);
}

TEST_CASE("records that tell of losses count, and are told") {
  Perf buffer;
  for (int i = 0; i < 1000; ++i)
    buffer.output(0);
  auto bounds = bounds_of(UINT64_MAX, 0);
  const int held = buffer.consume(&bounds);
  CHECK(held == static_cast<int>(buffer.seen.size()));
  CHECK(buffer.lost == 1000U - static_cast<unsigned>(held));
}

TEST_CASE("a callback's error ends a bounded read with its record read") {
  Bpf buffer;
  buffer.output(0);
  buffer.output(0);
  buffer.answer = -EXDEV;
  auto bounds = bounds_of(10, 0);
  CHECK(buffer.consume(&bounds) == -EXDEV);
  CHECK(errno == EXDEV);
  buffer.answer = 0;
  CHECK(buffer.consume(&bounds) == 1);
}

TEST_CASE("bounds of another release are read as far as they go") {
  const auto buffer = any_buffer();
  buffer->output(0);
  buffer->output(0);
  auto bounds = bounds_of(1, 0);
  bounds.sz = offsetof(ringside_bounds, max_us);
  CHECK(buffer->consume(&bounds) == 1);
  CHECK(bounds.more == 7);
  struct {
    ringside_bounds known;
    __u64 unknown;
  } longer{bounds_of(1, 0), 1};
  longer.known.sz = sizeof(longer);
  CHECK(buffer->consume(&longer.known) == -EINVAL);
  CHECK(errno == EINVAL);
  longer.unknown = 0;
  CHECK(buffer->consume(&longer.known) == 1);
  bounds.sz = sizeof(bounds.sz) - 1;
  CHECK(buffer->consume(&bounds) == -EINVAL);
}

TEST_CASE("a callback of a bounded read may free its buffer") {
  PerfBufferFixture fixture(kRings);
  const struct sim_live before = sim_live();
  static perf_buffer* perf;
  static ring_buffer* ring;
  static int calls;
  calls = 0;
  auto bounds = bounds_of(10, 0);

  perf = perf_buffer__new(
      fixture.map(), 1,
      [](void*, int, void*, __u32) {
        ++calls;
        perf_buffer__free(perf);
      },
      nullptr, nullptr, nullptr);
  REQUIRE(perf != nullptr);
  for (unsigned cpu = 0; cpu < kRings; ++cpu)
    fixture.output(cpu, "text");
  CHECK(ringside_perf_buffer__consume_bounded(perf, &bounds) == 1);
  CHECK(calls == 1);

  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_RINGBUF, 4096, "events"));
  ring = ring_buffer__new(
      map.get(),
      [](void*, void*, size_t) {
        ++calls;
        ring_buffer__free(ring);
        return 0;
      },
      nullptr, nullptr);
  REQUIRE(ring != nullptr);
  REQUIRE(sim_ringbuf_output(map.get(), "text", 4, 0) == 0);
  CHECK(ringside_ring_buffer__consume_bounded(ring, &bounds) == 1);
  CHECK(calls == 2);
  const struct sim_live after = sim_live();
  CHECK(after.fds == before.fds + 1);
  CHECK(after.mappings == before.mappings);
  CHECK(after.slots == before.slots);
  CHECK(after.bytes == before.bytes);
}

TEST_CASE("handles that are not ours are refused") {
  Messages messages;
  CHECK(ringside_perf_buffer__interrupt(nullptr) == -EINVAL);
  CHECK(ringside_ring_buffer__consume_bounded(nullptr, nullptr) == -EINVAL);
  std::uint64_t foreign[8] = {};
  CHECK(ringside_ring_buffer__interrupt(reinterpret_cast<ring_buffer*>(foreign)) == -EOPNOTSUPP);
  CHECK(ringside_perf_buffer__consume_bounded(reinterpret_cast<perf_buffer*>(foreign), nullptr) ==
        -EOPNOTSUPP);
  CHECK(errno == EOPNOTSUPP);
  CHECK(messages.warnings() == 4);
}

} // namespace ringside::test
