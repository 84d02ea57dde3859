// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Tests of what a reader that is not woken for each record leans on, where the real kernel cannot
// say when: timers on the simulated clock, and programs that are at work while a slot changes.
#include <array>
#include <cerrno>
#include <cstdlib>
#include <thread>

#include <unistd.h>

#include <catch2/catch.hpp>

#include "os/epoll.hpp"
#include "os/process.hpp"
#include "os/timer.hpp"
#include "os/unique_fd.hpp"
#include "sim/tests/rig.hpp"

namespace ringside::sim {
namespace {

constexpr std::uint64_t kTimerToken = 99;
using Tokens = std::vector<std::uint64_t>;

// A rig whose epoll set has a timer too.
struct Watching {
  Rig rig;
  os::UniqueFd timer;
  os::UniqueFd second;

  explicit Watching(std::size_t data_pages = 1) {
    sim_reset(1);
    auto built = Rig::build(1, data_pages);
    REQUIRE(built);
    rig = std::move(*built);
    auto made = os::create_timer();
    REQUIRE(made);
    timer = std::move(*made);
    REQUIRE(os::control_epoll(rig.epoll.get(), EPOLL_CTL_ADD, timer.get(), EPOLLIN, kTimerToken));
  }

  // open_second opens an event that wakes at half the ring, into which it writes.
  void open_second() {
    perf_event_attr attr = output_attr();
    attr.watermark = 1;
    attr.wakeup_watermark = static_cast<std::uint32_t>(rig.page(0)->data_size / 2);
    auto event = open_event(&attr, 0);
    REQUIRE(event);
    second = std::move(*event);
    REQUIRE(write_into(second.get(), first()));
  }
  [[nodiscard]] int first() const { return rig.sources[0].event.get(); }
  [[nodiscard]] int map() const { return rig.map.get(); }
  void arm(std::uint64_t at_ns) const { REQUIRE(os::arm_timer(timer.get(), at_ns)); }
  void switch_to(const int event) const { REQUIRE(store_event(map(), 0, event)); }
  [[nodiscard]] Tokens wait(int timeout_ms) const {
    std::array<epoll_event, 4> ready;
    auto count = os::wait_epoll(rig.epoll.get(), ready, timeout_ms);
    REQUIRE(count);
    Tokens tokens;
    for (std::size_t i = 0; i < *count; ++i)
      tokens.push_back(std::uint64_t{ready[i].data.u64});
    return tokens;
  }
};

constexpr std::uint64_t kValue = 5;

int output_value_at(std::uint64_t at_ns, int map_fd) {
  return sim_output_at(at_ns, map_fd, 0, &kValue, sizeof(kValue));
}

} // namespace

TEST_CASE("a wait ends at the nanosecond at which a timer expires") {
  const Watching watching;
  watching.arm(1'234'567);
  CHECK(watching.wait(1).empty());
  CHECK(sim_now_ns() == 1'000'000);
  CHECK(watching.wait(-1) == Tokens{kTimerToken});
  CHECK(sim_now_ns() == 1'234'567);
  // Level: until it is armed anew.
  CHECK(watching.wait(-1) == Tokens{kTimerToken});
  watching.arm(2'000'000);
  CHECK(watching.wait(0).empty());
  CHECK(watching.wait(5) == Tokens{kTimerToken});
  CHECK(sim_now_ns() == 2'000'000);
  watching.arm(0);
  CHECK(watching.wait(5).empty());
  CHECK(sim_now_ns() == 7'000'000);
}

TEST_CASE("a timer that is armed for a time gone by has expired") {
  const Watching watching;
  sim_advance_ns(1000);
  watching.arm(1000);
  CHECK(watching.wait(0) == Tokens{kTimerToken});
  watching.arm(1);
  CHECK(watching.wait(0) == Tokens{kTimerToken});
  CHECK(sim_now_ns() == 1000);
}

TEST_CASE("time moved by hand reaches timers and records in their order") {
  const Watching watching;
  watching.arm(300);
  REQUIRE(output_value_at(200, watching.map()) == 0);
  sim_advance_ns(299);
  CHECK(watching.wait(0) == Tokens{0});
  CHECK(watching.wait(0).empty());
  REQUIRE(output_value_at(400, watching.map()) == 0);
  sim_advance_ns(500);
  CHECK(watching.wait(0) == Tokens{kTimerToken, 0});
}

TEST_CASE("a timer that a wait does not watch passes without ending it") {
  const Watching watching;
  REQUIRE(os::control_epoll(watching.rig.epoll.get(), EPOLL_CTL_MOD, watching.timer.get(), 0,
                            kTimerToken));
  watching.arm(500);
  REQUIRE(output_value_at(1000, watching.map()) == 0);
  CHECK(watching.wait(-1) == Tokens{0});
  CHECK(sim_now_ns() == 1000);
  REQUIRE(
      os::control_epoll(watching.rig.epoll.get(), EPOLL_CTL_MOD, watching.timer.get(), EPOLLIN, 7));
  CHECK(watching.wait(-1) == Tokens{7});
  CHECK(sim_now_ns() == 1000);
}

TEST_CASE("a timer takes real time while threads are waited for") {
  const Watching watching;
  sim_block_for_threads(1);
  watching.arm(20'000'000);
  std::thread producer([map_fd = watching.map()] { output_value_at(0, map_fd); });
  producer.join();
  CHECK(watching.wait(-1) == Tokens{0});
  CHECK(watching.wait(-1) == Tokens{kTimerToken});
  CHECK(sim_now_ns() >= 20'000'000);
}

TEST_CASE("making and arming timers is counted, and fails when it is told to") {
  const Watching watching;
  CHECK(sim_calls("timerfd_create") == 1);
  CHECK(sim_calls("timerfd_settime") == 0);
  sim_fail("timerfd_create", 1, EMFILE);
  CHECK(os::create_timer().error() == Errno(EMFILE));
  sim_fail("timerfd_settime", 2, EPERM);
  watching.arm(10);
  CHECK(os::arm_timer(watching.timer.get(), 20).error() == Errno(EPERM));
  CHECK(sim_calls("timerfd_settime") == 2);
  // It stays armed as it was.
  CHECK(watching.wait(-1) == Tokens{kTimerToken});
  CHECK(sim_now_ns() == 10);
}

TEST_CASE("a program that has looked its event up writes through it, whatever the slot says then") {
  Watching watching;
  watching.open_second();
  watching.switch_to(watching.second.get());
  const int writing = sim_begin_output(watching.map(), 0);
  REQUIRE(writing >= 0);
  watching.switch_to(watching.first());
  CHECK(sim_output(watching.map(), 0, &kValue, sizeof(kValue)) == 0);
  CHECK(watching.wait(0) == Tokens{0});
  // By watermark: it is not signalled.
  CHECK(sim_finish_output(writing, &kValue, sizeof(kValue)) == 0);
  CHECK(watching.wait(0).empty());
  CHECK(watching.rig.head(0) == 2 * 24);
  CHECK(sim_finish_output(writing, &kValue, sizeof(kValue)) == -EINVAL);
  sim_set_online(0, 0);
  CHECK(sim_begin_output(watching.map(), 0) == -ENODEV);
}

TEST_CASE("what a program has looked up outlives its descriptor and its slot") {
  Watching watching;
  watching.open_second();
  watching.switch_to(watching.second.get());
  const int writing = sim_begin_output(watching.map(), 0);
  watching.switch_to(watching.first());
  watching.second = os::UniqueFd();
  CHECK(sim_finish_output(writing, &kValue, sizeof(kValue)) == 0);
  CHECK(watching.rig.head(0) == 24);
  CHECK(sim_begin_output(watching.map(), 1) == -ENODEV);
  const std::uint32_t key = 0;
  REQUIRE(bpf::delete_element(watching.map(), &key));
  CHECK(sim_begin_output(watching.map(), 0) == -ENOENT);
}

TEST_CASE("a slow program looks up at one time and writes at another") {
  Watching watching;
  watching.open_second();
  watching.switch_to(watching.second.get());
  REQUIRE(sim_slow_output_at(100, 300, watching.map(), 0, &kValue, sizeof(kValue)) == 0);
  sim_advance_ns(200);
  CHECK(watching.rig.head(0) == 0);
  watching.switch_to(watching.first());
  sim_advance_ns(100);
  CHECK(watching.rig.head(0) == 24);
  CHECK(watching.wait(0).empty());
  REQUIRE(sim_slow_output_at(400, 500, watching.map(), 0, &kValue, sizeof(kValue)) == 0);
  sim_advance_ns(100);
  watching.switch_to(watching.second.get());
  CHECK(watching.wait(-1) == Tokens{0});
  CHECK(sim_now_ns() == 500);
}

TEST_CASE("an event of another CPU is not redirected here") {
  sim_reset(2);
  auto rig = Rig::build(2, 1);
  REQUIRE(rig);
  perf_event_attr attr = output_attr();
  auto second = open_event(&attr, 1);
  REQUIRE(second);
  CHECK(write_into(second->get(), rig->sources[0].event.get()).error() == Errno(EINVAL));
  CHECK(write_into(second->get(), rig->sources[1].event.get()));
}

TEST_CASE("the environment is the process's own") {
  CHECK(os::environment("RINGSIDE_SIM_NO_SUCH_NAME") == nullptr);
  REQUIRE(::setenv("RINGSIDE_SIM_NO_SUCH_NAME", "now", 1) == 0);
  CHECK(std::string_view(os::environment("RINGSIDE_SIM_NO_SUCH_NAME")) == "now");
  ::unsetenv("RINGSIDE_SIM_NO_SUCH_NAME");
}

} // namespace ringside::sim
