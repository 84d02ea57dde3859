// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ring_stress: the core's rings against a simulated kernel at work in another thread, built with
// ThreadSanitizer. One argument, the name of a way; 0 if every record came, once, in order, whole.
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

#include <linux/bpf.h>
#include <unistd.h>

#include "base/log.hpp"
#include "ring/bpf_set.hpp"
#include "ring/user_ring.hpp"
#include "sim_control.h"

namespace ringside {

void print(LogLevel, const char* format, std::va_list arguments) {
  std::vfprintf(stderr, format, arguments);
}

namespace sim {
namespace {

constexpr std::uint32_t kRingSize = 4096;
constexpr std::uint64_t kRecords = 100'000;
constexpr unsigned kDeadlineSeconds = 100;
// The payload of record n has that many words, of n plus its index each.
constexpr std::uint64_t words_of(std::uint64_t number) {
  return 1 + number * 7 % 31;
}

void fill(void* payload, std::uint64_t number) {
  auto* words = static_cast<std::uint64_t*>(payload);
  for (std::uint64_t i = 0; i < words_of(number); ++i)
    words[i] = number + i;
}

// spoil fills what record `number` would take with what it is not.
void spoil(void* payload, std::uint64_t number) {
  std::memset(payload, 0xff, words_of(number) * sizeof(std::uint64_t));
}

// Arrivals checks records as they come.
struct Arrivals {
  std::uint64_t count = 0;
  std::uint64_t wrong = 0;

  void add(const void* payload, std::size_t size) {
    const auto* words = static_cast<const std::uint64_t*>(payload);
    bool right = size == words_of(count) * sizeof(*words);
    for (std::uint64_t i = 0; right && i < words_of(count); ++i)
      right = words[i] == count + i;
    wrong += right ? 0 : 1;
    ++count;
  }
  [[nodiscard]] bool complete() const { return count == kRecords && wrong == 0; }
};

bool told(const char* what, int error) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(error));
  return false;
}

// write_records is the BPF side: outputs, reservations, and discarded ones between.
void write_records(int map_fd) {
  std::vector<std::uint64_t> payload(words_of(0) + 31);
  for (std::uint64_t number = 0; number < kRecords;) {
    const std::uint64_t size = words_of(number) * sizeof(std::uint64_t);
    void* sample = nullptr;
    if (number % 5 == 0 && sim_ringbuf_reserve(map_fd, size, &sample) == 0) {
      spoil(sample, number);
      sim_ringbuf_discard(sample, 0);
    }
    int result = 0;
    if (number % 3 == 0) {
      result = sim_ringbuf_reserve(map_fd, size, &sample);
      if (result == 0) {
        fill(sample, number);
        sim_ringbuf_submit(sample, 0);
      }
    } else {
      fill(payload.data(), number);
      result = sim_ringbuf_output(map_fd, payload.data(), size, 0);
    }
    if (result == 0)
      ++number;
    else
      std::this_thread::yield();
  }
}

// read_all reads a ring that is being written, with `step` until all is there.
template <class Step>
bool read_all(Step step) {
  sim_reset(1);
  sim_block_for_threads(1);
  const int map_fd = sim_create_map(BPF_MAP_TYPE_RINGBUF, kRingSize, "events");
  Arrivals arrivals;
  const BpfHandler handler{[](void* context, void* data, std::size_t size) {
                             static_cast<Arrivals*>(context)->add(data, size);
                             return 0;
                           },
                           &arrivals};
  auto set = BpfSet::make_empty();
  if (!set)
    return told("make_empty", set.error().value());
  if (auto added = (*set)->add(map_fd, handler); !added)
    return told("add", added.error().value());
  std::thread writer(write_records, map_fd);
  Result<std::size_t> read(0);
  while (read && arrivals.count < kRecords)
    read = step(**set);
  writer.join();
  ::close(map_fd);
  return read ? arrivals.complete() : told("read", read.error().value());
}

bool consume() {
  return read_all([](BpfSet& set) {
    auto count = set.consume(SIZE_MAX);
    if (count && *count == 0)
      std::this_thread::yield();
    return count;
  });
}

// Each wait is without end: a wakeup that gets lost ends it as a deadlock.
bool poll() {
  return read_all([](BpfSet& set) { return set.poll(-1); });
}

// drain_all is the BPF side of a user ring.
void drain_all(int map_fd, Arrivals& arrivals, std::atomic<bool>& failed) {
  while (!failed && arrivals.count < kRecords) {
    const long drained = sim_user_ringbuf_drain(
        map_fd,
        [](const void* data, std::uint32_t size, void* context) {
          static_cast<Arrivals*>(context)->add(data, size);
          return 0L;
        },
        &arrivals, 0);
    failed = failed || drained < 0;
    if (drained == 0)
      std::this_thread::yield();
  }
}

bool user() {
  sim_reset(1);
  sim_block_for_threads(1);
  const int map_fd = sim_create_map(BPF_MAP_TYPE_USER_RINGBUF, kRingSize, "commands");
  auto ring = UserRing::open(map_fd);
  if (!ring)
    return told("open", ring.error().value());
  Arrivals arrivals;
  std::atomic<bool> failed = false;
  std::thread drainer(drain_all, map_fd, std::ref(arrivals), std::ref(failed));
  Result<void*> sample(nullptr);
  for (std::uint64_t number = 0; sample && number < kRecords; ++number) {
    const auto size = static_cast<std::uint32_t>(words_of(number) * sizeof(std::uint64_t));
    if (number % 5 == 0 && (sample = ring->reserve_blocking(size, -1))) {
      spoil(*sample, number);
      ring->commit(*sample, UserRing::Commit::discard);
    }
    if (sample && (sample = ring->reserve_blocking(size, -1))) {
      fill(*sample, number);
      ring->commit(*sample, UserRing::Commit::submit);
    }
  }
  failed = failed || !sample;
  drainer.join();
  ::close(map_fd);
  return sample ? arrivals.complete() && !failed : told("reserve", sample.error().value());
}

bool race_is_expected = false;

// careless reads as no reader may, without any order: ThreadSanitizer must call it a race. If it
// does not, it sees none in the others either.
bool careless() {
  race_is_expected = true;
  sim_reset(1);
  const int map_fd = sim_create_map(BPF_MAP_TYPE_RINGBUF, 1U << 23, "events");
  const std::size_t page = os::page_size();
  auto mapping = os::map_shared(map_fd, page, page + (std::size_t{2} << 23), os::Access::read_only);
  if (!mapping)
    return told("map", mapping.error().value());
  const auto* producer = reinterpret_cast<const std::uint64_t*>(mapping->data());
  std::thread writer(write_records, map_fd);
  std::uint64_t position = 0;
  std::uint64_t sum = 0;
  while (position < kRecords * 8)
    if (__atomic_load_n(producer, __ATOMIC_RELAXED) > position)
      sum += std::to_integer<std::uint64_t>(mapping->data()[page + position++]);
  writer.join();
  ::close(map_fd);
  std::fprintf(stderr, "no race was seen (the sum is %ju)\n", static_cast<std::uintmax_t>(sum));
  return false;
}

constexpr struct {
  std::string_view name;
  bool (*run)();
} kWays[] = {{"consume", consume}, {"poll", poll}, {"user", user}, {"careless", careless}};

} // namespace
} // namespace sim
} // namespace ringside

// What ThreadSanitizer calls when it has something to report.
extern "C" void __tsan_on_report(void*) {
  if (ringside::sim::race_is_expected)
    _exit(0);
}

int main(int argc, char** argv) {
  alarm(ringside::sim::kDeadlineSeconds);
  for (const auto& way : ringside::sim::kWays)
    if (argc == 2 && way.name == argv[1])
      return way.run() ? 0 : 1;
  return 2;
}
