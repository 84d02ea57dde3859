// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// throws: a callback leaves perf_buffer__poll, __consume or __consume_buffer by a C++ exception or
// by longjmp(3). That read did not end, so the next one begins with its first record again; from
// there the buffer goes on as before, and its free leaves nothing open.
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

void on_sample(void*, int, void* data, __u32 size) {
  uint64_t number = source_number(data);
  reader.wrong |= !source_check(data, size, number);
  reader.numbers.push_back(number);
  if (reader.leave == Leave::no || reader.numbers.size() <= reader.leave_at)
    return;
  if (reader.leave == Leave::longjmp)
    std::longjmp(reader.way_out, 1);
  throw std::runtime_error("from a callback");
}

using Read = int (*)(perf_buffer*);
struct NamedRead {
  const char* name;
  Read read;
  int result; // of a read that finds records
};

const NamedRead kReads[] = {
    {"poll", [](perf_buffer* pb) { return perf_buffer__poll(pb, 1000); }, 1},
    {"consume", [](perf_buffer* pb) { return perf_buffer__consume(pb); }, 0},
    {"consume_buffer", [](perf_buffer* pb) { return perf_buffer__consume_buffer(pb, 0); }, 0},
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
bool read_and_leave(perf_buffer* pb, Read read, Leave leave) {
  reader.leave = leave;
  if (leave == Leave::longjmp) {
    if (setjmp(reader.way_out) == 0) {
      read(pb);
      return false;
    }
    return true;
  }
  try {
    read(pb);
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

bool check(perf_buffer* pb, uint64_t& next, const NamedRead& how, Leave leave, std::size_t at) {
  source_emit(kRecords);
  reader.numbers.clear();
  reader.leave_at = at;
  bool left = read_and_leave(pb, how.read, leave);
  bool first_run = is_run(next, at + 1);

  reader.numbers.clear();
  reader.leave = Leave::no;
  source_emit(1); // a wait was answered once: this one makes poll look again
  int result = how.read(pb);
  bool second_run = is_run(next, kRecords + 1);
  next += kRecords + 1;
  if (left && first_run && second_run && result == how.result)
    return true;
  std::printf("%s, %s at record %zu: left %d, first run %d, then %d and %zu records from %llu\n",
              how.name, leave == Leave::longjmp ? "longjmp" : "exception", at, left, first_run,
              result, reader.numbers.size(),
              reader.numbers.empty() ? 0ULL : static_cast<unsigned long long>(reader.numbers[0]));
  return false;
}

} // namespace

int main() {
  struct source source;
  source_open(&source);
  source_pin(0);
  int before = open_descriptors();
  perf_buffer* pb = perf_buffer__new(source.map_fd, kPages, on_sample, nullptr, nullptr, nullptr);
  if (!pb) {
    std::perror("perf_buffer__new");
    return 1;
  }
  bool good = true;
  uint64_t next = 0;
  for (const NamedRead& how : kReads)
    for (Leave leave : {Leave::exception, Leave::longjmp})
      for (std::size_t at : {std::size_t{0}, std::size_t{7}, std::size_t{kRecords} - 1})
        good &= check(pb, next, how, leave, at);
  perf_buffer__free(pb);
  if (open_descriptors() != before) {
    std::printf("%d descriptors before, %d after\n", before, open_descriptors());
    good = false;
  }
  source_close(&source);
  std::printf("%llu records\n", static_cast<unsigned long long>(next));
  return good ? 0 : 1;
}
