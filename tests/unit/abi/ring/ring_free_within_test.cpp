// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A ring_buffer that is freed while it is read, from one of its own callbacks: no record more is
// handed over, the call gives what it has read, and nothing is left.
#include <array>
#include <cerrno>
#include <csetjmp>
#include <cstdint>
#include <functional>
#include <string>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include <bpf/libbpf.h>
#include <ringside/ringside.h>

#include "messages.hpp"
#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

constexpr std::uint32_t kRingSize = 4096;

// RingsWithin is a buffer of two rings whose callback does what a test says.
class RingsWithin {
public:
  RingsWithin() {
    sim_reset(2);
    for (os::UniqueFd& map : maps_)
      map = os::UniqueFd(sim_create_map(BPF_MAP_TYPE_RINGBUF, kRingSize, "events"));
    before_ = sim_live();
  }

  void make() {
    buffer = ring_buffer__new(maps_[0].get(), on_sample, this, nullptr);
    REQUIRE(buffer != nullptr);
    REQUIRE(ring_buffer__add(buffer, maps_[1].get(), on_sample, this) == 0);
  }
  void start_at(std::uint64_t position) const {
    REQUIRE(sim_ringbuf_set_positions(maps_[0].get(), position, position) == 0);
  }
  void output(std::size_t ring, int records) const {
    const std::string bytes(100, 'x');
    for (int i = 0; i < records; ++i)
      REQUIRE(sim_ringbuf_output(maps_[ring].get(), bytes.data(), bytes.size(), 0) == 0);
  }
  [[nodiscard]] std::uint64_t published() const {
    std::uint64_t consumer = 0;
    std::uint64_t producer = 0;
    REQUIRE(sim_ringbuf_positions(maps_[0].get(), &consumer, &producer) == 0);
    return consumer;
  }
  void free() const { ring_buffer__free(buffer); }
  // carry_out_late_frees makes and frees another buffer. After a read that was left, a free within
  // the next read may have to wait for that.
  void carry_out_late_frees() {
    make();
    free();
  }
  [[nodiscard]] bool gone() const {
    const auto now = sim_live();
    return now.fds == before_.fds && now.mappings == before_.mappings && now.bytes == before_.bytes;
  }

  ring_buffer* buffer = nullptr;
  int calls = 0;
  std::function<void()> act;
  int answer = 0;
  Messages messages;

private:
  static int on_sample(void* context, void*, size_t) {
    auto& within = *static_cast<RingsWithin*>(context);
    ++within.calls;
    if (within.act)
      within.act();
    return within.answer;
  }

  os::UniqueFd maps_[2];
  struct sim_live before_;
};

struct Read {
  const char* name;
  int (*call)(ring_buffer*);
};
const std::array<Read, 7> kReads = {
    {{"poll", [](ring_buffer* rb) { return ring_buffer__poll(rb, 0); }},
     {"poll that waits", [](ring_buffer* rb) { return ring_buffer__poll(rb, 100); }},
     {"consume", [](ring_buffer* rb) { return ring_buffer__consume(rb); }},
     {"consume_n", [](ring_buffer* rb) { return ring_buffer__consume_n(rb, 50); }},
     {"ring consume", [](ring_buffer* rb) { return ring__consume(ring_buffer__ring(rb, 0)); }},
     {"ring consume_n",
      [](ring_buffer* rb) { return ring__consume_n(ring_buffer__ring(rb, 0), 50); }},
     {"consume_bounded", [](ring_buffer* rb) {
        ringside_bounds bounds{sizeof(bounds), 50, 0, 1, 0};
        const int count = ringside_ring_buffer__consume_bounded(rb, &bounds);
        CHECK(bounds.more == 0);
        return count;
      }}}};

} // namespace

TEST_CASE("a ring_buffer freed from its callback goes when the read ends, and gives its records") {
  const Read read = GENERATE(from_range(kReads));
  const int at = GENERATE(1, 3, 5);
  // The last record begins at the end of the data, and ends in its second mapping.
  const std::uint64_t start = GENERATE(std::uint64_t{0}, std::uint64_t{kRingSize} - 4 * 112 - 56);
  const int answer = GENERATE(0, -5);
  CAPTURE(read.name, at, start, answer);
  RingsWithin within;
  within.make();
  within.start_at(start);
  within.output(0, 5);
  within.output(1, 5);
  within.act = [&] {
    if (within.calls != at)
      return;
    within.free();
    CHECK_FALSE(within.gone());
    within.free();
    within.answer = answer;
  };
  errno = 123;
  CHECK(read.call(within.buffer) == (answer < 0 ? answer : at));
  CHECK(errno == (answer < 0 ? -answer : 123));
  CHECK(within.calls == at);
  CHECK(within.gone());
  // Who reads the map next goes on behind the record that was handed over last.
  CHECK(within.published() == start + static_cast<unsigned>(at) * 112);
  CHECK(within.messages.warnings() == 0);
}

TEST_CASE("a ring_buffer freed from a later ring's callback gives the records of all rings") {
  const Read read = GENERATE(from_range(kReads.begin(), kReads.begin() + 4));
  CAPTURE(read.name);
  RingsWithin within;
  within.make();
  within.output(0, 3);
  within.output(1, 3);
  within.act = [&] {
    if (within.calls == 5)
      within.free();
  };
  CHECK(read.call(within.buffer) == 5);
  CHECK(within.calls == 5);
  CHECK(within.gone());
}

TEST_CASE("a ring_buffer freed from its callback does not wait for who goes on to write") {
  RingsWithin within;
  within.make();
  within.output(0, 1);
  within.act = [&] {
    within.output(0, 1);
    if (within.calls == 3)
      within.free();
  };
  CHECK(ring_buffer__poll(within.buffer, -1) == 3);
  CHECK(within.calls == 3);
  CHECK(within.gone());
}

TEST_CASE("a ring_buffer freed in a read within a read goes when the outer one ends") {
  const Read outer = GENERATE(from_range(kReads));
  const Read inner = GENERATE(from_range(kReads));
  const bool free_inside = GENERATE(true, false);
  CAPTURE(outer.name, inner.name, free_inside);
  RingsWithin within;
  within.make();
  within.output(0, 3);
  within.act = [&] {
    if (within.calls == 2 && free_inside)
      within.free();
    if (within.calls != 1)
      return;
    CHECK(inner.call(within.buffer) == (free_inside ? 1 : 3));
    CHECK_FALSE(within.gone());
    if (!free_inside)
      within.free();
    CHECK_FALSE(within.gone());
  };
  CHECK(outer.call(within.buffer) == 1);
  CHECK(within.calls == (free_inside ? 2 : 4));
  CHECK(within.gone());
}

TEST_CASE("a ring_buffer whose read was left by longjmp is freed at once by who called the read") {
  const Read read = GENERATE(from_range(kReads));
  CAPTURE(read.name);
  RingsWithin within;
  within.make();
  within.output(0, 5);
  static std::jmp_buf out;
  within.act = [] { std::longjmp(out, 1); };
  if (setjmp(out) == 0)
    static_cast<void>(read.call(within.buffer));
  within.free();
  CHECK(within.gone());
}

TEST_CASE("a ring_buffer freed from a callback that leaves its read goes with the next buffer") {
  const Read read = GENERATE(from_range(kReads));
  CAPTURE(read.name);
  RingsWithin within;
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
  within.make();
  within.free();
  CHECK(within.calls == 1);
  CHECK(within.gone());
}

TEST_CASE("after a ring's read that was left, a later one can be freed from as any other") {
  const Read left = GENERATE(from_range(kReads));
  const Read later = GENERATE(from_range(kReads));
  CAPTURE(left.name, later.name);
  RingsWithin within;
  within.make();
  within.output(0, 5);
  static std::jmp_buf out;
  within.act = [] { std::longjmp(out, 1); };
  if (setjmp(out) == 0)
    static_cast<void>(left.call(within.buffer));
  within.calls = 0;
  within.act = [&] {
    if (within.calls == 2)
      within.free();
  };
  // For a wait to look again: it was answered once.
  within.output(0, 1);
  CHECK(later.call(within.buffer) == 2);
  within.carry_out_late_frees();
  CHECK(within.gone());
}

} // namespace ringside::test
