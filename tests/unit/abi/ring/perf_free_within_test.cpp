// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A perf_buffer that is freed while it is read, from one of its own callbacks: the program is told
// nothing more, the call ends, and nothing is left.
#include <array>
#include <cerrno>
#include <csetjmp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <ringside/ringside.h>

#include "abi/ring/perf_buffer_fixture.hpp"
#include "os/process.hpp"
#include "os/unique_fd.hpp"

namespace ringside::test {
namespace {

// Within is a buffer of one ring for each slot whose callbacks do what a test says.
class Within {
public:
  explicit Within(unsigned slots = 2) {
    sim_reset(PerfBufferFixture::kCpus);
    map_ = os::UniqueFd(sim_create_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, slots, "events"));
    before_ = sim_live();
  }
  [[nodiscard]] int map() const { return map_.get(); }

  void make(perf_buffer_lost_fn lost = on_lost) {
    buffer = perf_buffer__new(map(), 1, on_sample, lost, this, nullptr);
    REQUIRE(buffer != nullptr);
  }
  void make_raw() {
    perf_event_attr attr{};
    attr.size = sizeof(attr);
    attr.type = PERF_TYPE_SOFTWARE;
    attr.config = PERF_COUNT_SW_BPF_OUTPUT;
    attr.sample_type = PERF_SAMPLE_RAW;
    attr.wakeup_events = 1;
    buffer = perf_buffer__new_raw(map(), 1, &attr, on_event, this, nullptr);
    REQUIRE(buffer != nullptr);
  }
  void output(unsigned cpu, int records) const {
    const std::string bytes(100, 'x');
    for (int i = 0; i < records; ++i)
      REQUIRE(sim_output(map(), cpu, bytes.data(), 100) == 0);
  }
  // wrap_record begins the ring of CPU 0 where that record of those above wraps.
  void wrap_record(int wrapping) const {
    constexpr std::uint64_t kRecord = 112;
    const std::uint64_t start = os::page_size() - kRecord * static_cast<unsigned>(wrapping) + 56;
    REQUIRE(sim_set_positions(sim_event_fd(map(), 0), start, start) == 0);
  }
  void free() const { perf_buffer__free(buffer); }
  // gone is whether all that the buffer had is given back.
  // carry_out_late_frees makes and frees another buffer. After a read that was left, a free within
  // the next read may have to wait for that.
  void carry_out_late_frees() {
    make();
    free();
  }
  [[nodiscard]] bool gone() const {
    const auto now = sim_live();
    return now.fds == before_.fds && now.mappings == before_.mappings &&
           now.slots == before_.slots && now.bytes == before_.bytes;
  }

  perf_buffer* buffer = nullptr;
  int calls = 0;
  // Does it, and gives a raw callback's answer.
  std::function<void()> act;
  bpf_perf_event_ret answer = LIBBPF_PERF_EVENT_CONT;
  Messages messages;

private:
  static bpf_perf_event_ret told(void* context) {
    auto& within = *static_cast<Within*>(context);
    ++within.calls;
    if (within.act)
      within.act();
    return within.answer;
  }
  static void on_sample(void* context, int, void*, __u32) { told(context); }
  static void on_lost(void* context, int, __u64) { told(context); }
  static bpf_perf_event_ret on_event(void* context, int, perf_event_header*) {
    return told(context);
  }

  os::UniqueFd map_;
  struct sim_live before_;
};

struct Read {
  const char* name;
  int (*call)(perf_buffer*);
  // What it gives if the first ring alone was read, and its read ended well.
  int result;
};
const std::array<Read, 3> kReads = {
    {{"poll", [](perf_buffer* pb) { return perf_buffer__poll(pb, 0); }, 1},
     {"consume", [](perf_buffer* pb) { return perf_buffer__consume(pb); }, 0},
     {"consume_buffer", [](perf_buffer* pb) { return perf_buffer__consume_buffer(pb, 0); }, 0}}};

} // namespace

TEST_CASE("a perf_buffer freed from its sample callback goes when the read ends") {
  const Read read = GENERATE(from_range(kReads));
  const int at = GENERATE(1, 3, 5);
  const bool wraps = GENERATE(false, true);
  CAPTURE(read.name, at, wraps);
  Within within;
  within.make();
  if (wraps)
    within.wrap_record(at);
  within.output(0, 5);
  within.output(1, 5);
  within.act = [&] {
    if (within.calls != at)
      return;
    within.free();
    CHECK_FALSE(within.gone());
    // Again, as a program may that frees what it has at its end.
    within.free();
  };
  errno = 123;
  CHECK(read.call(within.buffer) == read.result);
  CHECK(errno == 123);
  CHECK(within.calls == at);
  CHECK(within.gone());
  CHECK(within.messages.warnings() == 0);
}

TEST_CASE("a perf_buffer freed in a bounded read: what was handed over is counted, and no more") {
  const int at = GENERATE(1, 3, 5);
  const bool at_the_bound = GENERATE(true, false);
  Within within;
  within.make();
  within.output(0, 5);
  within.output(1, 5);
  within.act = [&] {
    if (within.calls == at)
      within.free();
  };
  ringside_bounds bounds{sizeof(bounds), static_cast<__u64>(at_the_bound ? at : 50), 0, 1, 0};
  CHECK(ringside_perf_buffer__consume_bounded(within.buffer, &bounds) == at);
  CHECK(bounds.more == 0);
  CHECK(within.calls == at);
  CHECK(within.gone());
}

TEST_CASE("a perf_buffer freed from its lost callback goes when the read ends") {
  const Read read = GENERATE(from_range(kReads));
  CAPTURE(read.name);
  Within within;
  within.make();
  const __u64 body[] = {1, 42};
  sim_emit(sim_event_fd(within.map(), 0), PERF_RECORD_LOST, 0, body, sizeof(body));
  within.output(0, 2);
  within.act = [&] { within.free(); };
  CHECK(read.call(within.buffer) == read.result);
  CHECK(within.calls == 1);
  CHECK(within.gone());
}

TEST_CASE("a perf_buffer freed when a loss is told behind the last record goes with the read") {
  Within within;
  static int losses;
  losses = 0;
  within.make([](void* context, int, __u64) {
    ++losses;
    static_cast<Within*>(context)->free();
  });
  const std::string bytes(100, 'x');
  for (int i = 0; i < 100; ++i)
    static_cast<void>(sim_output(within.map(), 0, bytes.data(), 100));
  CHECK(perf_buffer__poll(within.buffer, 0) == 1);
  CHECK(losses == 1);
  CHECK(within.gone());
}

TEST_CASE("a perf_buffer freed from its raw callback goes, and the read gives its answer") {
  const Read read = GENERATE(from_range(kReads));
  const auto answer =
      GENERATE(LIBBPF_PERF_EVENT_CONT, LIBBPF_PERF_EVENT_DONE, LIBBPF_PERF_EVENT_ERROR);
  const int at = GENERATE(1, 3);
  CAPTURE(read.name, answer, at);
  Within within;
  within.make_raw();
  within.output(0, 3);
  within.output(1, 3);
  within.act = [&] {
    if (within.calls != at)
      return;
    within.free();
    within.answer = answer;
  };
  CHECK(read.call(within.buffer) == (answer == LIBBPF_PERF_EVENT_ERROR ? -1 : read.result));
  CHECK(within.calls == at);
  CHECK(within.gone());
}

TEST_CASE("a perf_buffer freed in a read within a read goes when the outer one ends") {
  const Read outer = GENERATE(from_range(kReads));
  const Read inner = GENERATE(from_range(kReads));
  const bool free_inside = GENERATE(true, false);
  CAPTURE(outer.name, inner.name, free_inside);
  Within within;
  within.make();
  within.output(0, 3);
  within.act = [&] {
    if (within.calls == 2)
      return free_inside ? within.free() : void();
    if (within.calls != 1)
      return;
    within.output(1, 3);
    static_cast<void>(inner.call(within.buffer));
    CHECK_FALSE(within.gone());
    if (!free_inside)
      within.free();
    CHECK_FALSE(within.gone());
  };
  CHECK(outer.call(within.buffer) == outer.result);
  CHECK(within.calls >= 2);
  CHECK(within.gone());
}

TEST_CASE("a perf_buffer freed in a read of another buffer goes when its own read ends") {
  Within within;
  within.make();
  perf_buffer* other = nullptr;
  // Of the same map: what is written from now on goes there.
  within.output(0, 2);
  other = perf_buffer__new(
      within.map(), 1,
      [](void* context, int, void*, __u32) { static_cast<Within*>(context)->free(); }, nullptr,
      &within, nullptr);
  REQUIRE(other != nullptr);
  within.output(0, 2);
  within.act = [&] {
    CHECK(perf_buffer__poll(other, 0) == 1);
    CHECK(perf_buffer__buffer_cnt(within.buffer) == 2);
  };
  CHECK(perf_buffer__poll(within.buffer, 0) == 1);
  CHECK(within.calls == 1);
  perf_buffer__free(other);
  CHECK(within.gone());
}

TEST_CASE("a perf_buffer whose read was left by longjmp is freed at once by who called the read") {
  const Read read = GENERATE(from_range(kReads));
  const int times = GENERATE(1, 2);
  CAPTURE(read.name, times);
  Within within;
  within.make();
  within.output(0, 5);
  static std::jmp_buf out;
  within.act = [] { std::longjmp(out, 1); };
  static int left;
  left = 0;
  static_cast<void>(setjmp(out));
  if (left++ < times)
    static_cast<void>(read.call(within.buffer));
  within.free();
  CHECK(within.gone());
}

TEST_CASE("a perf_buffer freed from a callback that leaves its read goes with the next buffer") {
  const Read read = GENERATE(from_range(kReads));
  CAPTURE(read.name);
  Within within;
  within.make();
  within.output(0, 5);
  static std::jmp_buf out;
  within.act = [&] {
    within.free();
    std::longjmp(out, 1);
  };
  if (setjmp(out) == 0)
    static_cast<void>(read.call(within.buffer));
  CHECK_FALSE(within.gone());
  const bool made = GENERATE(true, false);
  if (made)
    within.make();
  within.free();
  CHECK(within.calls == 1);
  CHECK(within.gone());
}

TEST_CASE("after a read that was left, a later one is as any other") {
  const Read left = GENERATE(from_range(kReads));
  const Read later = GENERATE(from_range(kReads));
  const bool free_within = GENERATE(true, false);
  Within within;
  within.make();
  within.output(0, 5);
  static std::jmp_buf out;
  within.act = [] { std::longjmp(out, 1); };
  if (setjmp(out) == 0)
    static_cast<void>(left.call(within.buffer));
  within.calls = 0;
  within.act = [&] {
    if (free_within && within.calls == 2)
      within.free();
  };
  within.output(0, 1);
  CHECK(later.call(within.buffer) == later.result);
  CHECK(within.calls == (free_within ? 2 : 6));
  if (!free_within)
    within.free();
  within.carry_out_late_frees();
  CHECK(within.gone());
}

TEST_CASE(
    "a read within a read that is left to the outer callback: there the buffer can be freed") {
  Within within;
  within.make();
  within.output(0, 2);
  static std::jmp_buf out;
  within.act = [&] {
    if (within.calls == 2)
      std::longjmp(out, 1);
    within.output(0, 1);
    if (setjmp(out) == 0)
      static_cast<void>(perf_buffer__consume_buffer(within.buffer, 0));
    within.free();
    CHECK_FALSE(within.gone());
  };
  CHECK(perf_buffer__consume(within.buffer) == 0);
  CHECK(within.calls == 2);
  CHECK(within.gone());
}

} // namespace ringside::test
