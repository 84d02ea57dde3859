// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Each kind of ring with the kernel's side in a thread of its own: what memory order is for.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include <bpf/libbpf.h>
#include <ringside/ringside.h>

#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

constexpr std::uint64_t kRecords = 30000;
constexpr std::uint32_t kRingSize = 4096;

// A record's bytes follow from its number, its size too, so that records wrap at every offset.
struct Record {
  std::uint64_t number;
  std::uint64_t copies[6];

  static Record of(std::uint64_t number) {
    Record record{};
    record.number = number;
    for (std::uint64_t& copy : record.copies)
      copy = number * 0x9e3779b97f4a7c15U;
    return record;
  }
  static std::uint32_t size_of(std::uint64_t number) {
    return static_cast<std::uint32_t>(8 + 8 * (number % 7));
  }
};

// Expecting checks that numbers come in order, each once and whole.
struct Expecting {
  std::uint64_t next = 0;
  bool wrong = false;

  void take(const void* data, std::size_t size) {
    const Record expected = Record::of(next);
    wrong |=
        size < Record::size_of(next) || std::memcmp(data, &expected, Record::size_of(next)) != 0;
    ++next;
  }
};

// write_record is one attempt of BPF code to write a record: some by reserving first, and of these
// some after one that it discards, filled with what is no record.
bool write_record(int map_fd, std::uint64_t number) {
  const Record record = Record::of(number);
  const std::uint32_t size = Record::size_of(number);
  if (number % 3 != 0)
    return sim_ringbuf_output(map_fd, &record, size, 0) == 0;
  void* sample = nullptr;
  if (number % 5 == 0 && sim_ringbuf_reserve(map_fd, size, &sample) == 0) {
    std::memset(sample, 0xff, size);
    sim_ringbuf_discard(sample, 0);
  }
  if (sim_ringbuf_reserve(map_fd, size, &sample) != 0)
    return false;
  std::memcpy(sample, &record, size);
  sim_ringbuf_submit(sample, 0);
  return true;
}

// EndlessWaits are what waits without end must be for a wakeup that gets lost to end them as a
// deadlock: perf buffers do not look at CPUs meanwhile.
class EndlessWaits {
public:
  EndlessWaits() { ::setenv("RINGSIDE_FOLLOW_CPUS", "off", 1); }
  EndlessWaits(const EndlessWaits&) = delete;
  EndlessWaits& operator=(const EndlessWaits&) = delete;
  ~EndlessWaits() { ::unsetenv("RINGSIDE_FOLLOW_CPUS"); }
};

} // namespace

TEST_CASE("a BPF ring under load: every record once, in order, whole") {
  const bool waits = GENERATE(true, false);
  sim_reset(2);
  sim_block_for_threads(1);
  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_RINGBUF, kRingSize, "ring"));
  Expecting expecting;
  const auto take = [](void* context, void* data, size_t size) {
    static_cast<Expecting*>(context)->take(data, size);
    return 0;
  };
  ring_buffer* buffer = ring_buffer__new(map.get(), take, &expecting, nullptr);
  REQUIRE(buffer != nullptr);
  std::thread producer([&] {
    for (std::uint64_t number = 0; number < kRecords;)
      if (write_record(map.get(), number))
        ++number;
      else
        std::this_thread::yield();
  });
  // A wait without end: a wakeup that gets lost ends it as a deadlock.
  int read = 0;
  while (expecting.next < kRecords && read >= 0) {
    read = waits ? ring_buffer__poll(buffer, -1) : ring_buffer__consume(buffer);
    if (read == 0)
      std::this_thread::yield();
  }
  producer.join();
  CHECK(read >= 0);
  CHECK(expecting.next == kRecords);
  CHECK_FALSE(expecting.wrong);
  ring_buffer__free(buffer);
}

TEST_CASE("a perf ring under load: every record once, in order, whole") {
  const EndlessWaits endless;
  sim_reset(1);
  sim_block_for_threads(1);
  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 1, "events"));
  Expecting expecting;
  const auto take = [](void* context, int, void* data, __u32 size) {
    static_cast<Expecting*>(context)->take(data, size);
  };
  perf_buffer* buffer = perf_buffer__new(map.get(), 1, take, nullptr, &expecting, nullptr);
  REQUIRE(buffer != nullptr);
  std::thread producer([&] {
    for (std::uint64_t number = 0; number < kRecords;) {
      const Record record = Record::of(number);
      if (sim_output(map.get(), 0, &record, Record::size_of(number)) == 0)
        ++number;
      else
        std::this_thread::yield();
    }
  });
  while (expecting.next < kRecords && perf_buffer__poll(buffer, -1) > 0)
    ;
  producer.join();
  CHECK(expecting.next == kRecords);
  CHECK_FALSE(expecting.wrong);
  perf_buffer__free(buffer);
}

namespace {

// keeps_asking asks for a ring's statistics until it is told to stop: no number ever falls or goes
// beyond what there can be, and in the end all records are counted.
template <class Ask>
bool keeps_asking(const std::atomic<bool>& stop, std::uint64_t ring_size, Ask ask) {
  ringside_stats before{};
  for (;;) {
    const bool last = stop;
    ringside_stats stats{};
    stats.sz = sizeof(stats);
    if (ask(&stats) != 0 || stats.records < before.records || stats.bytes < before.bytes ||
        stats.reads < before.reads || stats.highest_fill < before.highest_fill ||
        stats.free_space > ring_size || stats.records > kRecords || stats.corrupt != 0)
      return false;
    if (last)
      return stats.records == kRecords;
    before = stats;
    std::this_thread::yield();
  }
}

} // namespace

TEST_CASE("statistics under load: a BPF ring's may be asked for while another thread reads") {
  sim_reset(2);
  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_RINGBUF, kRingSize, "ring"));
  ring_buffer* buffer = ring_buffer__new(map.get(), nullptr, nullptr, nullptr);
  REQUIRE(buffer != nullptr);
  std::atomic<bool> stop = false;
  bool sound = false;
  std::thread asking([&] {
    sound = keeps_asking(stop, kRingSize, [&](ringside_stats* stats) {
      return ringside_ring_buffer__stats(buffer, 0, stats);
    });
  });
  const Record record = Record::of(1);
  for (std::uint64_t number = 0; number < kRecords;)
    if (sim_ringbuf_output(map.get(), &record, Record::size_of(number), 0) == 0)
      ++number;
    else
      ring_buffer__consume(buffer);
  ring_buffer__consume(buffer);
  stop = true;
  asking.join();
  CHECK(sound);
  ring_buffer__free(buffer);
}

TEST_CASE("statistics under load: a perf ring's may be asked for while another thread reads") {
  sim_reset(1);
  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 1, "events"));
  perf_buffer* buffer = perf_buffer__new(map.get(), 1, nullptr, nullptr, nullptr, nullptr);
  REQUIRE(buffer != nullptr);
  std::atomic<bool> stop = false;
  bool sound = false;
  std::thread asking([&] {
    sound = keeps_asking(stop, kRingSize, [&](ringside_stats* stats) {
      return ringside_perf_buffer__stats(buffer, 0, stats);
    });
  });
  const Record record = Record::of(1);
  for (std::uint64_t number = 0; number < kRecords;)
    if (sim_output(map.get(), 0, &record, Record::size_of(number)) == 0)
      ++number;
    else
      perf_buffer__consume(buffer);
  perf_buffer__consume(buffer);
  stop = true;
  asking.join();
  CHECK(sound);
  perf_buffer__free(buffer);
}

namespace {

constexpr std::uint64_t kRounds = 40;
// Long enough for a ring to be busy, which takes 100 ms for a BPF ring, at this rate.
constexpr std::uint64_t kBurst = 1500;
constexpr std::uint64_t kBurstGapNs = 100'000;
constexpr std::uint64_t kWithPauses = kRounds * (kBurst + 1);
// After so long what happened before is no reason any more for a ring to stay as it is.
constexpr std::uint64_t kPauseNs = 100'000'000'000;

// Counting is what a reader in one thread tells a writer in another.
struct Counting {
  Expecting expecting;
  std::atomic<std::uint64_t> read = 0;
  std::atomic<bool> given_up = false;

  void take(const void* data, std::size_t size) {
    expecting.take(data, size);
    read = expecting.next;
  }
  // poll calls until all is there, or it fails. A call may find a record that is not committed yet,
  // and return with none.
  template <class Poll>
  void poll_all(Poll poll) {
    while (read < kWithPauses && poll() >= 0)
      ;
    given_up = read < kWithPauses;
  }
  void wait_for(std::uint64_t number) const {
    while (read < number && !given_up)
      std::this_thread::yield();
  }
};

// Bursts, each followed by a pause and a single record: what coalesces must be signalled again in
// time, at whatever moment that record comes. A wait without end would find that it was not.
template <class Output>
void write_with_pauses(const Counting& counting, Output output) {
  std::uint64_t number = 0;
  const auto write_one = [&] {
    const Record record = Record::of(number);
    while (output(&record, Record::size_of(number)) != 0 && !counting.given_up)
      std::this_thread::yield();
    ++number;
  };
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    for (std::uint64_t i = 0; i < kBurst; ++i) {
      write_one();
      sim_advance_ns(kBurstGapNs);
    }
    counting.wait_for(number);
    // Another moment each time; nothing is waited for.
    std::this_thread::sleep_for(std::chrono::microseconds(round * 300));
    write_one();
    counting.wait_for(number);
    sim_advance_ns(kPauseNs);
  }
}

// changes_of is how often rings began or ceased to coalesce.
template <class Ask>
std::uint64_t changes_of(Ask ask) {
  ringside_stats stats{};
  stats.sz = sizeof(stats);
  return ask(&stats) == 0 ? stats.switches : 0;
}

} // namespace

TEST_CASE("a BPF ring whose wakeups come and go under load: every record once, and in time") {
  sim_reset(2);
  sim_block_for_threads(1);
  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_RINGBUF, 1U << 20, "ring"));
  Counting counting;
  const auto take = [](void* context, void* data, size_t size) {
    static_cast<Counting*>(context)->take(data, size);
    return 0;
  };
  ring_buffer* buffer = ring_buffer__new(map.get(), take, &counting, nullptr);
  REQUIRE(buffer != nullptr);
  std::thread producer([&] {
    write_with_pauses(counting, [&](const void* data, std::uint32_t size) {
      return sim_ringbuf_output(map.get(), data, size, 0);
    });
  });
  counting.poll_all([&] { return ring_buffer__poll(buffer, -1); });
  producer.join();
  CHECK_FALSE(counting.given_up);
  CHECK_FALSE(counting.expecting.wrong);
  CHECK(changes_of([&](ringside_stats* stats) {
          return ringside_ring_buffer__stats(buffer, 0, stats);
        }) >= 2);
  ring_buffer__free(buffer);
}

TEST_CASE("a perf ring whose wakeups come and go under load: every record once, and in time") {
  const EndlessWaits endless;
  // Slow threads may leave the ring quiet for a whole run: then there is another one.
  constexpr int kRuns = 5;
  std::uint64_t changes = 0;
  for (int run = 0; run < kRuns && changes < 2; ++run) {
    sim_reset(1);
    sim_block_for_threads(1);
    const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 1, "events"));
    Counting counting;
    const auto take = [](void* context, int, void* data, __u32 size) {
      static_cast<Counting*>(context)->take(data, size);
    };
    perf_buffer* buffer = perf_buffer__new(map.get(), 64, take, nullptr, &counting, nullptr);
    REQUIRE(buffer != nullptr);
    std::thread producer([&] {
      write_with_pauses(counting, [&](const void* data, std::uint32_t size) {
        return sim_output(map.get(), 0, data, size);
      });
    });
    counting.poll_all([&] { return perf_buffer__poll(buffer, -1); });
    producer.join();
    CHECK_FALSE(counting.given_up);
    CHECK_FALSE(counting.expecting.wrong);
    changes = changes_of(
        [&](ringside_stats* stats) { return ringside_perf_buffer__stats(buffer, 0, stats); });
    perf_buffer__free(buffer);
  }
  CHECK(changes >= 2);
}

TEST_CASE("a user ring under load: BPF code drains every record once, in order, whole") {
  sim_reset(1);
  sim_block_for_threads(1);
  const os::UniqueFd map(sim_create_map(BPF_MAP_TYPE_USER_RINGBUF, kRingSize, "commands"));
  user_ring_buffer* buffer = user_ring_buffer__new(map.get(), nullptr);
  REQUIRE(buffer != nullptr);
  Expecting expecting;
  const auto take = [](const void* data, std::uint32_t size, void* context) -> long {
    static_cast<Expecting*>(context)->take(data, size);
    return 0;
  };
  std::thread drain([&] {
    while (expecting.next < kRecords) {
      if (sim_user_ringbuf_drain(map.get(), take, &expecting, 0) <= 0)
        std::this_thread::yield();
    }
  });
  for (std::uint64_t number = 0; number < kRecords; ++number) {
    const Record record = Record::of(number);
    const std::uint32_t size = Record::size_of(number);
    void* data = nullptr;
    if (number % 5 == 0) {
      data = user_ring_buffer__reserve_blocking(buffer, size, -1);
      REQUIRE(data != nullptr);
      std::memset(data, 0xff, size);
      user_ring_buffer__discard(buffer, data);
    }
    data = user_ring_buffer__reserve_blocking(buffer, size, -1);
    REQUIRE(data != nullptr);
    std::memcpy(data, &record, size);
    user_ring_buffer__submit(buffer, data);
  }
  drain.join();
  CHECK_FALSE(expecting.wrong);
  user_ring_buffer__free(buffer);
}

} // namespace ringside::test
