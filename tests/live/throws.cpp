// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// throws: a callback leaves a read of a perf_buffer or a ring_buffer by a C++ exception or by
// longjmp(3). That read did not end. The next one of a perf_buffer begins with its first record
// again, the next one of a ring_buffer with the record that was left from; from there they go on as
// before, and what is freed leaves nothing open.
#include <bpf/libbpf.h>

#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <dirent.h>
#include <stdexcept>
#include <vector>

#include "source.h"

namespace {

constexpr unsigned kRecords = 20;
constexpr std::size_t kPages = 8;

enum class Leave { no, exception, longjmp };

struct Reader {
  std::vector<uint64_t> numbers; // in the order in which they came
  bool wrong = false;
  Leave leave = Leave::no;
  std::size_t leave_at = 0; // at which record of a read
  std::jmp_buf way_out;
} reader;

void take(uint64_t number, bool whole) {
  reader.wrong |= !whole;
  reader.numbers.push_back(number);
  if (reader.leave == Leave::no || reader.numbers.size() <= reader.leave_at)
    return;
  if (reader.leave == Leave::longjmp)
    std::longjmp(reader.way_out, 1);
  throw std::runtime_error("from a callback");
}

void on_sample(void*, int, void* data, __u32 size) {
  uint64_t number = source_number(data);
  take(number, source_check(data, size, number));
}

int on_ring_sample(void*, void* data, std::size_t size) {
  uint64_t number = source_number(data);
  take(number, source_check_ring(data, size, number));
  return 0;
}

struct source perf_source, ring_source;
perf_buffer* pb;
ring_buffer* rb;

struct Origin {
  const struct source* source;
  bool counts;       // a read returns how many records it found
  bool goes_on;      // with the record that a read was left from, not with its first
  uint64_t next = 0; // the number of the next record that it makes
};
Origin perf{&perf_source, false, false}, ring{&ring_source, true, true};

struct NamedRead {
  const char* name;
  int (*read)();
  Origin& origin;
  int result; // of a read that finds records, where it does not count them
};

const NamedRead kReads[] = {
    {"perf_buffer__poll", [] { return perf_buffer__poll(pb, 1000); }, perf, 1},
    {"perf_buffer__consume", [] { return perf_buffer__consume(pb); }, perf, 0},
    {"perf_buffer__consume_buffer", [] { return perf_buffer__consume_buffer(pb, 0); }, perf, 0},
    {"ring_buffer__poll", [] { return ring_buffer__poll(rb, 1000); }, ring, 0},
    {"ring_buffer__consume", [] { return ring_buffer__consume(rb); }, ring, 0},
};

int open_descriptors() {
  int count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (readdir(folder))
    count++;
  closedir(folder);
  return count;
}

// Reads and says whether the callback left the read the way it was told to.
bool read_and_leave(const NamedRead& how, Leave leave) {
  reader.leave = leave;
  if (leave == Leave::longjmp) {
    if (setjmp(reader.way_out) == 0) {
      how.read();
      return false;
    }
    return true;
  }
  try {
    how.read();
  } catch (const std::runtime_error&) {
    return true;
  }
  return false;
}

bool is_run(uint64_t first, std::size_t count) {
  if (reader.wrong || reader.numbers.size() != count)
    return false;
  for (std::size_t i = 0; i < count; i++)
    if (reader.numbers[i] != first + i)
      return false;
  return true;
}

bool check(const NamedRead& how, Leave leave, std::size_t at) {
  Origin& origin = how.origin;
  source_emit(origin.source, kRecords);
  reader.numbers.clear();
  reader.leave_at = at;
  bool left = read_and_leave(how, leave);
  bool first_run = is_run(origin.next, at + 1);

  reader.numbers.clear();
  reader.leave = Leave::no;
  source_emit(origin.source, 1); // a wait was answered once: this one makes poll look again
  int result = how.read();
  std::size_t expected = origin.goes_on ? kRecords + 1 - at : kRecords + 1;
  bool second_run = is_run(origin.next + kRecords + 1 - expected, expected);
  origin.next += kRecords + 1;
  if (left && first_run && second_run && result == (origin.counts ? int(expected) : how.result))
    return true;
  std::printf("%s, %s at record %zu: left %d, first run %d, then %d and %zu records from %llu\n",
              how.name, leave == Leave::longjmp ? "longjmp" : "exception", at, left, first_run,
              result, reader.numbers.size(),
              reader.numbers.empty() ? 0ULL : static_cast<unsigned long long>(reader.numbers[0]));
  return false;
}

} // namespace

int main() {
  source_open(&perf_source);
  source_open_ring(&ring_source, 1 << 15);
  source_pin(0);
  int before = open_descriptors();
  pb = perf_buffer__new(perf_source.map_fd, kPages, on_sample, nullptr, nullptr, nullptr);
  rb = ring_buffer__new(ring_source.map_fd, on_ring_sample, nullptr, nullptr);
  if (!pb || !rb) {
    std::perror("perf_buffer__new, ring_buffer__new");
    return 1;
  }
  bool good = true;
  for (const NamedRead& how : kReads)
    for (Leave leave : {Leave::exception, Leave::longjmp})
      for (std::size_t at : {std::size_t{0}, std::size_t{7}, std::size_t{kRecords} - 1})
        good &= check(how, leave, at);
  perf_buffer__free(pb);
  ring_buffer__free(rb);
  if (open_descriptors() != before) {
    std::printf("%d descriptors before, %d after\n", before, open_descriptors());
    good = false;
  }
  source_close(&perf_source);
  source_close(&ring_source);
  std::printf("%llu and %llu records\n", static_cast<unsigned long long>(perf.next),
              static_cast<unsigned long long>(ring.next));
  return good ? 0 : 1;
}
