// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Programs that wait for a perf buffer's rings by themselves see what the kernel signals for each
// record, whether they ask from the start or while wakeups coalesce.
#include "abi/ring/perf_buffer_fixture.hpp"
#include "os/epoll.hpp"

#include <array>
#include <cstdint>

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

constexpr std::uint64_t kUs = 1000;
constexpr std::uint64_t kMs = 1000 * kUs;
constexpr std::uint64_t kBound = 500 * kUs;

class Watched : public PerfBufferFixture {
public:
  Watched() : PerfBufferFixture(1), buffer(make(64)) { REQUIRE(buffer != nullptr); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() { perf_buffer__free(buffer); }

  void output_at(std::uint64_t at_ns) const {
    REQUIRE(sim_output_at(at_ns, map(), 0, "text", 4) == 0);
  }
  // load has records come from now on, 20 us apart.
  void load(unsigned count) const {
    for (unsigned i = 1; i <= count; ++i)
      output_at(sim_now_ns() + i * 20 * kUs);
  }
  // coalesce polls under a load until the ring's slot has changed.
  void coalesce() const {
    load(100);
    const unsigned changes = sim_calls("map_update");
    for (unsigned i = 0; i < 60 && sim_calls("map_update") == changes; ++i)
      REQUIRE(perf_buffer__poll(buffer, -1) == 1);
    REQUIRE(sim_calls("map_update") == changes + 1);
  }
  // wait_on waits on a descriptor for ever; until when it was.
  [[nodiscard]] std::uint64_t wait_on(int epoll_fd) const {
    std::array<epoll_event, 4> ready;
    const auto count = os::wait_epoll(epoll_fd, ready, -1);
    REQUIRE(count);
    CHECK(*count == 1);
    return sim_now_ns();
  }
  // check_signalled: from now on each record that comes ends a wait at once.
  void check_signalled(int epoll_fd) {
    while (perf_buffer__poll(buffer, 0) != 0)
      ;
    for (unsigned i = 0; i < 20; ++i) {
      const std::size_t before = samples.size();
      const std::uint64_t at = sim_now_ns() + (i % 2 == 0 ? 10 * kUs : 3 * kMs);
      output_at(at);
      CHECK(wait_on(epoll_fd) == at);
      CHECK(perf_buffer__consume(buffer) == 0);
      CHECK(samples.size() == before + 1);
    }
  }

  perf_buffer* buffer;
};

struct Ask {
  const char* what;
  void (*ask)(perf_buffer* buffer);
};

Ask any_ask() {
  return GENERATE(Ask{"epoll_fd", [](perf_buffer* buffer) { perf_buffer__epoll_fd(buffer); }},
                  Ask{"buffer_fd", [](perf_buffer* buffer) { perf_buffer__buffer_fd(buffer, 0); }},
                  Ask{"buffer", [](perf_buffer* buffer) {
                        void* memory;
                        size_t size;
                        perf_buffer__buffer(buffer, 0, &memory, &size);
                      }});
}

} // namespace

TEST_CASE("who asks first is signalled for each record, and nothing is opened") {
  Watched watched;
  const auto ask = any_ask();
  CAPTURE(ask.what);
  ask.ask(watched.buffer);
  const unsigned events = sim_calls("perf_event_open");
  watched.load(2000);
  for (unsigned i = 1; i <= 2000; ++i) {
    REQUIRE(perf_buffer__poll(watched.buffer, -1) == 1);
    REQUIRE(watched.samples.size() == i);
  }
  CHECK(sim_calls("perf_event_open") == events);
  CHECK(sim_calls("timerfd_create") == 0);
  watched.check_signalled(perf_buffer__epoll_fd(watched.buffer));
}

TEST_CASE("who asks in the middle of coalescing is signalled from then on") {
  Watched watched;
  const auto ask = any_ask();
  CAPTURE(ask.what);
  watched.coalesce();
  ask.ask(watched.buffer);
  const int epoll_fd = perf_buffer__epoll_fd(watched.buffer);
  CHECK(watched.event(0) == perf_buffer__buffer_fd(watched.buffer, 0));
  // To the end of the load, and beyond what any timer may still do.
  sim_advance_ns(100 * kMs);
  watched.check_signalled(epoll_fd);
  watched.load(2000);
  const std::size_t before = watched.samples.size();
  for (unsigned i = 1; i <= 2000; ++i) {
    REQUIRE(perf_buffer__poll(watched.buffer, -1) == 1);
    REQUIRE(watched.samples.size() == before + i);
  }
}

TEST_CASE("a ring's own descriptor is signalled for each record once it has been asked for") {
  Watched watched;
  watched.coalesce();
  const int fd = perf_buffer__buffer_fd(watched.buffer, 0);
  const auto own = os::create_epoll();
  REQUIRE(own);
  REQUIRE(os::control_epoll(own->get(), EPOLL_CTL_ADD, fd, EPOLLIN, 0));
  sim_advance_ns(100 * kMs);
  CHECK(watched.wait_on(own->get()) == sim_now_ns());
  perf_buffer__consume(watched.buffer);
  for (unsigned i = 0; i < 10; ++i) {
    const std::uint64_t at = sim_now_ns() + kMs;
    watched.output_at(at);
    CHECK(watched.wait_on(own->get()) == at);
    CHECK(perf_buffer__consume_buffer(watched.buffer, 0) == 0);
  }
}

TEST_CASE("records without a signal make the set readable when it is asked for") {
  Watched watched;
  watched.coalesce();
  const std::size_t before = watched.samples.size();
  sim_advance_ns(50 * kUs);
  const int epoll_fd = perf_buffer__epoll_fd(watched.buffer);
  const std::uint64_t asked = sim_now_ns();
  CHECK(watched.wait_on(epoll_fd) == asked);
  CHECK(perf_buffer__poll(watched.buffer, 0) == 1);
  CHECK(watched.samples.size() == before + 2);
}

TEST_CASE("a program at work while its ring is asked for has its record seen within the bound") {
  Watched watched;
  watched.coalesce();
  sim_advance_ns(10 * kMs);
  perf_buffer__consume(watched.buffer);
  const std::size_t before = watched.samples.size();
  const int writing = sim_begin_output(watched.map(), 0);
  REQUIRE(writing >= 0);
  const int epoll_fd = perf_buffer__epoll_fd(watched.buffer);
  const std::uint64_t asked = sim_now_ns();
  sim_advance_ns(100 * kUs);
  REQUIRE(sim_finish_output(writing, "late", 4) == 0);
  CHECK(watched.wait_on(epoll_fd) <= asked + kBound);
  CHECK(perf_buffer__poll(watched.buffer, 0) == 1);
  REQUIRE(watched.samples.size() == before + 1);
  CHECK(watched.samples.back().bytes == "late");
}

TEST_CASE("a program that asks for fewer wakeups gets no others") {
  PerfBufferFixture fixture(1);
  perf_buffer_opts options{};
  options.sz = sizeof(options);
  options.sample_period = 8;
  perf_buffer* buffer = fixture.make(1, &options);
  REQUIRE(buffer != nullptr);
  for (unsigned round = 1; round <= 3; ++round) {
    const std::uint64_t began = sim_now_ns();
    for (unsigned i = 1; i <= 8; ++i)
      REQUIRE(sim_output_at(began + i * kMs, fixture.map(), 0, "text", 4) == 0);
    CHECK(perf_buffer__poll(buffer, 1000) == 1);
    CHECK(sim_now_ns() == began + 8 * kMs);
    CHECK(fixture.samples.size() == round * 8);
  }
  CHECK(sim_calls("perf_event_open") == 1);
  perf_buffer__free(buffer);
}

TEST_CASE("records that are too few for a wakeup are read when the time is over") {
  PerfBufferFixture fixture(1);
  perf_buffer_opts options{};
  options.sz = sizeof(options);
  options.sample_period = 8;
  perf_buffer* buffer = fixture.make(1, &options);
  REQUIRE(buffer != nullptr);
  const std::uint64_t began = sim_now_ns();
  for (int i = 0; i < 3; ++i)
    fixture.output(0, "text");
  CHECK(perf_buffer__poll(buffer, 200) == 1);
  CHECK(sim_now_ns() == began + 200 * kMs);
  CHECK(fixture.samples.size() == 3);
  fixture.output(0, "text");
  CHECK(perf_buffer__poll(buffer, 0) == 1);
  CHECK(fixture.samples.size() == 4);
  perf_buffer__free(buffer);
}

} // namespace ringside::test
