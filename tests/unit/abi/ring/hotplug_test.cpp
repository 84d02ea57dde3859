// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A perf_buffer while CPUs go offline and come online, on the simulated kernel.
#include "abi/ring/perf_buffer_fixture.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

class Hotplug : public PerfBufferFixture {
public:
  Hotplug() : PerfBufferFixture(kCpus) { sim_set_online(3, 0); }

  void open(std::size_t pages = 1) {
    buffer_ = make(pages);
    REQUIRE(buffer_ != nullptr);
    // From here on a second counts.
    REQUIRE(perf_buffer__poll(buffer_, 0) == 0);
  }
  // look has the buffer look at CPUs, once with each poll.
  void look(int polls) const {
    for (int i = 0; i < polls; ++i) {
      sim_advance_ns(kSecond);
      perf_buffer__poll(buffer_, 0);
    }
  }
  int write(unsigned cpu, const std::string& bytes) const {
    return sim_output(map(), cpu, bytes.data(), static_cast<std::uint32_t>(bytes.size()));
  }
  [[nodiscard]] perf_buffer* buffer() const { return buffer_; }

  ~Hotplug() { perf_buffer__free(buffer_); }

private:
  perf_buffer* buffer_ = nullptr;
};

// A CPU that was away for longer than a period, or shorter.
void go_and_return(const Hotplug& fixture, unsigned cpu, bool long_away) {
  sim_set_online(cpu, 0);
  if (long_away)
    fixture.look(3);
  sim_set_online(cpu, 1);
}

} // namespace

TEST_CASE("a CPU that went offline and is back has its records read again") {
  Hotplug fixture;
  fixture.open();
  fixture.look(3);
  const int fd = perf_buffer__buffer_fd(fixture.buffer(), 1);
  for (int round = 1; round <= 3; ++round) {
    const bool long_away = GENERATE(true, false);
    fixture.samples.clear();
    REQUIRE(fixture.write(1, "before") == 0);
    go_and_return(fixture, 1, long_away);
    CHECK(fixture.write(1, "dead") == -EOPNOTSUPP);
    fixture.look(2);
    REQUIRE(fixture.write(1, "behind") == 0);
    REQUIRE(fixture.write(0, "other.") == 0);
    CHECK(perf_buffer__poll(fixture.buffer(), -1) == 2);
    REQUIRE(fixture.samples.size() == 3);
    CHECK(fixture.samples[0].bytes.substr(0, 6) == "before");
    CHECK(fixture.samples[1].cpu + fixture.samples[2].cpu == 1);
    CHECK(perf_buffer__buffer_fd(fixture.buffer(), 1) == fd);
    CHECK(perf_buffer__buffer_cnt(fixture.buffer()) == 3);
  }
  CHECK(fixture.messages.warnings() == 0);
}

TEST_CASE("after a sleep of the machine, of which nothing is announced, records are read again") {
  Hotplug fixture;
  fixture.open();
  fixture.look(3);
  for (int round = 1; round <= 2; ++round) {
    fixture.samples.clear();
    sim_sleep_ns(5 * kSecond);
    CHECK(fixture.write(1, "dead") == -EOPNOTSUPP);
    CHECK(fixture.write(0, "zero") == 0);
    fixture.look(2);
    CHECK(fixture.write(1, "one") == 0);
    CHECK(perf_buffer__consume(fixture.buffer()) == 0);
    CHECK(fixture.samples.size() == 2);
  }
}

TEST_CASE("what is unread when its CPU goes is read in its place, and losses are told once") {
  Hotplug fixture;
  fixture.open();
  fixture.look(3);
  std::uint64_t refused = 0;
  for (int i = 0; i < 1000; ++i)
    refused += fixture.write(1, "of a burst") != 0 ? 1 : 0;
  const std::size_t held = 1000 - refused;
  go_and_return(fixture, 1, false);
  fixture.look(2);
  for (int i = 0; i < 1000; ++i)
    refused += fixture.write(1, "of another") != 0 ? 1 : 0;
  CHECK(perf_buffer__consume(fixture.buffer()) == 0);
  CHECK(fixture.samples.size() == 2000 - refused);
  CHECK(fixture.samples[held - 1].bytes.substr(0, 10) == "of a burst");
  CHECK(fixture.samples[held].bytes.substr(0, 10) == "of another");
  // The second event goes, too, and what it had lost stays counted.
  go_and_return(fixture, 1, false);
  fixture.look(2);
  for (int i = 0; i < 1000; ++i)
    refused += fixture.write(1, "then quiet") != 0 ? 1 : 0;
  CHECK(perf_buffer__consume(fixture.buffer()) == 0);
  CHECK(fixture.samples.size() == 3000 - refused);
  std::uint64_t told = 0;
  for (const Lost& loss : fixture.losses)
    told += loss.count;
  CHECK(told == refused);
}

TEST_CASE("a CPU that comes online later gets a ring behind the others") {
  Hotplug fixture;
  sim_set_online(1, 0);
  fixture.open();
  REQUIRE(perf_buffer__buffer_cnt(fixture.buffer()) == 2);
  const int fd = perf_buffer__buffer_fd(fixture.buffer(), 1);
  CHECK(fixture.write(2, "two") == 0);
  sim_set_online(1, 1);
  CHECK(fixture.write(1, "early") == -ENOENT);
  fixture.look(2);
  REQUIRE(perf_buffer__buffer_cnt(fixture.buffer()) == 3);
  CHECK(perf_buffer__buffer_fd(fixture.buffer(), 1) == fd);
  REQUIRE(fixture.write(1, "one") == 0);
  CHECK(perf_buffer__poll(fixture.buffer(), -1) == 1);
  REQUIRE(fixture.samples.size() == 2);
  CHECK(fixture.samples[0].cpu == 2);
  CHECK(fixture.samples[1].cpu == 1);
  CHECK(perf_buffer__consume_buffer(fixture.buffer(), 2) == 0);
  CHECK(perf_buffer__buffer_fd(fixture.buffer(), 3) == -EINVAL);
}

TEST_CASE("a poll without end follows CPUs while nothing comes") {
  Hotplug fixture;
  fixture.open();
  fixture.look(3);
  sim_set_online(3, 1);
  const std::uint64_t at = sim_now_ns() + 60 * kSecond;
  REQUIRE(sim_output_at(at, fixture.map(), 3, "three", 5) == 0);
  CHECK(perf_buffer__poll(fixture.buffer(), -1) == 1);
  CHECK(sim_now_ns() == at);
  REQUIRE(fixture.samples.size() == 1);
  CHECK(fixture.samples[0].cpu == 3);
}

TEST_CASE("a poll without end does not follow CPUs for a program that wants none of it") {
  REQUIRE(::setenv("RINGSIDE_FOLLOW_CPUS", "off", 1) == 0);
  Hotplug fixture;
  fixture.open();
  ::unsetenv("RINGSIDE_FOLLOW_CPUS");
  const unsigned waits = sim_calls("epoll_wait");
  REQUIRE(sim_output_at(sim_now_ns() + 60 * kSecond, fixture.map(), 0, "text", 4) == 0);
  CHECK(perf_buffer__poll(fixture.buffer(), -1) == 1);
  CHECK(sim_calls("epoll_wait") == waits + 1);
}

TEST_CASE("consume follows CPUs as poll does") {
  Hotplug fixture;
  fixture.open();
  sim_set_online(3, 1);
  sim_advance_ns(kSecond);
  CHECK(perf_buffer__consume(fixture.buffer()) == 0);
  CHECK(perf_buffer__buffer_cnt(fixture.buffer()) == 4);
}

TEST_CASE("CPUs are looked at once a second at most, and not while nothing is announced") {
  Hotplug fixture;
  fixture.open();
  fixture.look(3);
  const unsigned reads = sim_calls("read");
  for (int i = 0; i < 100; ++i)
    CHECK(perf_buffer__poll(fixture.buffer(), 0) == 0);
  CHECK(sim_calls("read") == reads);
  // The kernel's count of announcements alone.
  fixture.look(10);
  CHECK(sim_calls("read") == reads + 10);
}

TEST_CASE("without a count of announcements CPUs are looked at each second") {
  Hotplug fixture;
  sim_set_file("/sys/kernel/uevent_seqnum", nullptr);
  fixture.open();
  sim_set_online(3, 1);
  go_and_return(fixture, 1, false);
  fixture.look(3);
  CHECK(perf_buffer__buffer_cnt(fixture.buffer()) == 4);
  CHECK(fixture.write(1, "one") == 0);
  CHECK(fixture.write(3, "three") == 0);
}

TEST_CASE("a ring that cannot be renewed now is renewed later") {
  Hotplug fixture;
  fixture.open();
  fixture.look(3);
  const auto call = GENERATE("perf_event_open", "map_update");
  go_and_return(fixture, 1, false);
  fixture.look(1);
  sim_fail(call, 1, ENOMEM);
  fixture.look(1);
  CHECK(fixture.write(1, "dead") == -EOPNOTSUPP);
  // The next look comes after twice the time.
  fixture.look(2);
  CHECK(fixture.write(1, "one") == 0);
}

TEST_CASE("a ring that was looked at by the clock is signalled after its CPU was away") {
  Hotplug fixture;
  fixture.open(64);
  fixture.look(3);
  const auto load = [&] {
    const unsigned changes = sim_calls("map_update");
    for (unsigned i = 1; i <= 200; ++i)
      REQUIRE(sim_output_at(sim_now_ns() + i * 20'000, fixture.map(), 1, "text", 4) == 0);
    for (int i = 0; i < 60 && sim_calls("map_update") == changes; ++i)
      perf_buffer__poll(fixture.buffer(), -1);
    return sim_calls("map_update") != changes;
  };
  REQUIRE(load());
  go_and_return(fixture, 1, false);
  fixture.look(2);
  fixture.samples.clear();
  const std::uint64_t at = sim_now_ns() + 7'000'000;
  REQUIRE(sim_output_at(at, fixture.map(), 1, "text", 4) == 0);
  CHECK(perf_buffer__poll(fixture.buffer(), -1) == 1);
  CHECK(sim_now_ns() == at);
  CHECK(fixture.samples.size() == 1);
  CHECK(load());
}

TEST_CASE("a raw buffer is left as its maker wanted it") {
  Hotplug fixture;
  perf_buffer* raw =
      fixture.make_raw([](void*, int, perf_event_header*) { return LIBBPF_PERF_EVENT_CONT; });
  REQUIRE(raw != nullptr);
  CHECK(perf_buffer__poll(raw, 0) == 0);
  sim_set_online(3, 1);
  for (int i = 0; i < 3; ++i) {
    sim_advance_ns(kSecond);
    CHECK(perf_buffer__poll(raw, 0) == 0);
  }
  CHECK(perf_buffer__buffer_cnt(raw) == 3);
  perf_buffer__free(raw);
}

} // namespace ringside::test
