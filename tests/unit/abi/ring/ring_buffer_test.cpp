// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ring_buffer and ring on the simulated kernel: what is read, when positions are published, and
// rings that make no sense.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <linux/bpf.h>

#include <bpf/libbpf.h>

#include "abi/ring/ring_fixture.hpp"
#include "os/unique_fd.hpp"

namespace ringside::test {
TEST_CASE("records reach the callback in order with their bytes, at any position") {
  const auto position = GENERATE(std::uint64_t{0}, std::uint64_t{kRingSize - 8}, (1ULL << 32) - 16,
                                 (1ULL << 63) - 24, UINT64_MAX - 7);
  RingFixture fixture;
  REQUIRE(sim_ringbuf_set_positions(fixture.map(), position, position) == 0);
  ring_buffer* buffer = fixture.make();
  REQUIRE(buffer != nullptr);
  const std::vector<std::string> sent{"one", "", "three three", std::string(100, 'x')};
  for (const std::string& bytes : sent)
    fixture.output(bytes);
  errno = 123;
  CHECK(ring_buffer__poll(buffer, 0) == 4);
  CHECK(errno == 123);
  CHECK(fixture.samples == sent);
  CHECK(ring_buffer__poll(buffer, 0) == 0);
  const ring* one = ring_buffer__ring(buffer, 0);
  CHECK(ring__consumer_pos(one) == ring__producer_pos(one));
  CHECK(static_cast<unsigned long>(fixture.published()) == ring__producer_pos(one));
  ring_buffer__free(buffer);
  CHECK(fixture.messages.warnings() == 0);
}

TEST_CASE("space goes back each eighth of the ring, while the exact position can be asked") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  const ring* one = ring_buffer__ring(buffer, 0);
  for (int i = 0; i < 63; ++i)
    fixture.output(std::string(56, 'x'));
  std::vector<std::uint64_t> published;
  std::vector<std::uint64_t> exact;
  fixture.answer = [&] {
    published.push_back(fixture.published());
    exact.push_back(ring__consumer_pos(one));
    CHECK(ring__avail_data_size(one) == 63 * 64 - exact.back());
    return 0;
  };
  CHECK(ring_buffer__consume(buffer) == 63);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    CHECK(exact[i] == i * 64);
    CHECK(published[i] == exact[i] / (kRingSize / 8) * (kRingSize / 8));
  }
  CHECK(fixture.published() == 63 * 64);
  ring_buffer__free(buffer);
}

TEST_CASE("a busy record stops the read, a discarded one is skipped and not counted") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  void* discarded = nullptr;
  void* busy = nullptr;
  fixture.output("a");
  REQUIRE(sim_ringbuf_reserve(fixture.map(), 8, &discarded) == 0);
  REQUIRE(sim_ringbuf_discard(discarded, 0) == 0);
  fixture.output("b");
  REQUIRE(sim_ringbuf_reserve(fixture.map(), 8, &busy) == 0);
  fixture.output("c");
  CHECK(ring_buffer__consume(buffer) == 2);
  CHECK(fixture.samples == std::vector<std::string>{"a", "b"});
  CHECK(fixture.published() == 48);
  std::fill_n(static_cast<char*>(busy), 8, 'z');
  REQUIRE(sim_ringbuf_submit(busy, 0) == 0);
  CHECK(ring_buffer__poll(buffer, 0) == 2);
  CHECK(fixture.samples == std::vector<std::string>{"a", "b", "zzzzzzzz", "c"});
  ring_buffer__free(buffer);
}

TEST_CASE("what arrives while a callback runs is read in the same call") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  fixture.output("first");
  fixture.answer = [&] {
    if (fixture.samples.size() < 200)
      fixture.output(std::to_string(fixture.samples.size()));
    return 0;
  };
  CHECK(ring_buffer__consume(buffer) == 200);
  CHECK(fixture.samples.back() == "199");
  ring_buffer__free(buffer);
}

TEST_CASE("a callback's negative answer ends the call with it, and its record is consumed") {
  const int answer = GENERATE(-1, -EAGAIN, -5000, INT_MIN);
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  fixture.output("one");
  fixture.output("two");
  fixture.answer = [&] { return answer; };
  errno = 0;
  CHECK(ring_buffer__consume(buffer) == answer);
  CHECK(errno == static_cast<int>(0U - static_cast<unsigned>(answer)));
  CHECK(fixture.published() == 16);
  fixture.answer = nullptr;
  CHECK(ring_buffer__consume(buffer) == 1);
  CHECK(fixture.samples == std::vector<std::string>{"one", "two"});
  ring_buffer__free(buffer);
}

TEST_CASE("a limit counts records of all rings, and 0 reads nothing") {
  RingFixture fixture;
  const os::UniqueFd second(sim_create_map(BPF_MAP_TYPE_RINGBUF, kRingSize, "second"));
  ring_buffer* buffer = fixture.make();
  REQUIRE(ring_buffer__add(buffer, second.get(), RingFixture::on_sample, &fixture) == 0);
  for (const char* bytes : {"a", "b", "c"})
    fixture.output(bytes);
  for (const char* bytes : {"d", "e"})
    REQUIRE(sim_ringbuf_output(second.get(), bytes, 1, 0) == 0);
  CHECK(ring_buffer__consume_n(buffer, 0) == 0);
  CHECK(ring__consume_n(ring_buffer__ring(buffer, 0), 0) == 0);
  CHECK(fixture.samples.empty());
  CHECK(ring_buffer__consume_n(buffer, 4) == 4);
  CHECK(fixture.samples == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(ring__consume(ring_buffer__ring(buffer, 0)) == 0);
  CHECK(ring__consume_n(ring_buffer__ring(buffer, 1), SIZE_MAX) == 1);
  CHECK(ring__map_fd(ring_buffer__ring(buffer, 1)) == second.get());
  CHECK(ring__size(ring_buffer__ring(buffer, 1)) == kRingSize);
  ring_buffer__free(buffer);
}

TEST_CASE("a read that a callback left by an exception is taken up at its record") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  const ring* one = ring_buffer__ring(buffer, 0);
  for (const char* bytes : {"a", "b", "c"})
    fixture.output(bytes);
  // As longjmp would: the callback never returns.
  struct Left {};
  fixture.answer = [&]() -> int {
    if (fixture.samples.size() == 2)
      throw Left{};
    return 0;
  };
  CHECK_THROWS_AS(ring_buffer__consume(buffer), Left);
  CHECK(ring__consumer_pos(one) == 16);
  fixture.answer = nullptr;
  CHECK(ring_buffer__consume(buffer) == 2);
  CHECK(fixture.samples == std::vector<std::string>{"a", "b", "b", "c"});
  ring_buffer__free(buffer);
}

TEST_CASE("a callback may read its own ring") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  for (const char* bytes : {"a", "b", "c"})
    fixture.output(bytes);
  fixture.answer = [&] {
    fixture.answer = nullptr;
    CHECK(ring_buffer__consume(buffer) == 3);
    return 0;
  };
  CHECK(ring_buffer__consume(buffer) == 1);
  CHECK(fixture.samples == std::vector<std::string>{"a", "a", "b", "c"});
  CHECK(fixture.published() == 48);
  ring_buffer__free(buffer);
}

TEST_CASE(
    "a record that passes the producer is corrupt: told once, skipped, and the ring recovers") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  fixture.output("good");
  fixture.output("bad");
  const std::uint32_t length = 5000;
  REQUIRE(sim_ringbuf_poke(fixture.map(), 16, &length, sizeof(length)) == 0);
  CHECK(ring_buffer__poll(buffer, 0) == -EBADMSG);
  CHECK(fixture.samples == std::vector<std::string>{"good"});
  CHECK(fixture.messages.warnings() == 1);
  CHECK(ring_buffer__poll(buffer, 0) == 0);
  CHECK(fixture.published() == 32);
  // The kernel reads headers, too: it needs its positions again.
  REQUIRE(sim_ringbuf_set_positions(fixture.map(), 32, 32) == 0);
  fixture.output("after");
  CHECK(ring_buffer__poll(buffer, 0) == 1);
  ring_buffer__free(buffer);
}

TEST_CASE("positions further apart than the ring is large are corrupt") {
  RingFixture fixture;
  ring_buffer* buffer = fixture.make();
  REQUIRE(sim_ringbuf_set_positions(fixture.map(), 0, kRingSize + 8) == 0);
  CHECK(ring_buffer__consume(buffer) == -EBADMSG);
  CHECK(ring_buffer__consume(buffer) == 0);
  ring_buffer__free(buffer);
}

TEST_CASE("without a callback records are counted and dropped") {
  RingFixture fixture;
  ring_buffer* buffer = ring_buffer__new(fixture.map(), nullptr, nullptr, nullptr);
  fixture.output("x");
  CHECK(ring_buffer__consume(buffer) == 1);
  ring_buffer__free(buffer);
}

TEST_CASE("a ring of 2 GiB is more than a 32-bit address space can hold twice") {
  RingFixture fixture(std::uint32_t{1} << 31);
  const os::UniqueFd user_map(
      sim_create_map(BPF_MAP_TYPE_USER_RINGBUF, std::uint32_t{1} << 31, "commands"));
  ring_buffer* buffer = fixture.make();
  const int error = errno;
  user_ring_buffer* user = user_ring_buffer__new(user_map.get(), nullptr);
  if constexpr (sizeof(void*) == 4) {
    CHECK(buffer == nullptr);
    CHECK(error == E2BIG);
    CHECK(user == nullptr);
    CHECK(errno == E2BIG);
    CHECK(fixture.messages.warnings() == 2);
  } else {
    REQUIRE(buffer != nullptr);
    CHECK(ring__size(ring_buffer__ring(buffer, 0)) == std::size_t{1} << 31);
    CHECK(user != nullptr);
  }
  ring_buffer__free(buffer);
  user_ring_buffer__free(user);
}

TEST_CASE("a ring of 1 GiB is refused by nothing but the want of memory") {
  RingFixture fixture(std::uint32_t{1} << 30);
  ring_buffer* buffer = fixture.make();
  // Twice as much fits into a 32-bit address space if what is in use leaves such a gap.
  if (buffer == nullptr && sizeof(void*) == 4)
    CHECK(errno == ENOMEM);
  else
    CHECK(ring__size(ring_buffer__ring(buffer, 0)) == std::size_t{1} << 30);
  ring_buffer__free(buffer);
}

TEST_CASE("a ring that cannot be added leaves the set as it was") {
  RingFixture fixture;
  const os::UniqueFd array(sim_create_map(BPF_MAP_TYPE_ARRAY, 1, "plain"));
  ring_buffer* buffer = fixture.make();
  const auto before = sim_live();
  CHECK(ring_buffer__add(buffer, array.get(), nullptr, nullptr) == -EINVAL);
  CHECK_THAT(fixture.messages.last(), Catch::Contains("'plain' is of type 2"));
  CHECK(ring_buffer__add(buffer, -1, nullptr, nullptr) == -EBADFD);
  CHECK(ring_buffer__add(buffer, fixture.map(), nullptr, nullptr) == -EEXIST);
  CHECK(fixture.messages.warnings() == 3);
  CHECK(sim_live().fds == before.fds);
  CHECK(sim_live().mappings == before.mappings);
  CHECK(ring_buffer__ring(buffer, 1) == nullptr);
  CHECK(errno == ERANGE);
  fixture.output("still");
  CHECK(ring_buffer__poll(buffer, 0) == 1);
  ring_buffer__free(buffer);
}

TEST_CASE("ring handles that no library has made are refused, not followed") {
  Messages messages;
  std::uintptr_t words[8] = {};
  void* foreign = GENERATE_REF(static_cast<void*>(nullptr), static_cast<void*>(words));
  auto* buffer = static_cast<ring_buffer*>(foreign);
  auto* one = static_cast<ring*>(foreign);
  auto* user = static_cast<user_ring_buffer*>(foreign);
  CHECK(ring_buffer__add(buffer, 0, nullptr, nullptr) == -EINVAL);
  CHECK(ring_buffer__poll(buffer, 0) == -EINVAL);
  CHECK(ring_buffer__consume(buffer) == -EINVAL);
  CHECK(ring_buffer__consume_n(buffer, 1) == -EINVAL);
  CHECK(ring_buffer__epoll_fd(buffer) == -EINVAL);
  CHECK(ring_buffer__ring(buffer, 0) == nullptr);
  CHECK(ring__consumer_pos(one) == 0);
  CHECK(ring__producer_pos(one) == 0);
  CHECK(ring__avail_data_size(one) == 0);
  CHECK(ring__size(one) == 0);
  CHECK(ring__map_fd(one) == -EINVAL);
  CHECK(ring__consume(one) == -EINVAL);
  CHECK(ring__consume_n(one, 1) == -EINVAL);
  CHECK(user_ring_buffer__reserve(user, 8) == nullptr);
  CHECK(user_ring_buffer__reserve_blocking(user, 8, 0) == nullptr);
  CHECK(messages.warnings() == 15);
  user_ring_buffer__submit(user, nullptr);
  user_ring_buffer__discard(user, nullptr);
  ring_buffer__free(buffer);
  user_ring_buffer__free(user);
}

TEST_CASE("whichever call fails, making a ring buffer of either kind leaves nothing behind") {
  struct Constructor {
    const char* name;
    std::uint32_t type;
    std::function<bool(int)> make_and_free;
  };
  const auto constructor =
      GENERATE(Constructor{"ring_buffer__new + add", BPF_MAP_TYPE_RINGBUF,
                           [](int map) {
                             ring_buffer* buffer = ring_buffer__new(map, nullptr, nullptr, nullptr);
                             const os::UniqueFd second(fcntl(map, F_DUPFD_CLOEXEC, 0));
                             const bool added =
                                 buffer != nullptr &&
                                 ring_buffer__add(buffer, second.get(), nullptr, nullptr) == 0;
                             ring_buffer__free(buffer);
                             return added;
                           }},
               Constructor{"user_ring_buffer__new", BPF_MAP_TYPE_USER_RINGBUF, [](int map) {
                             user_ring_buffer* buffer = user_ring_buffer__new(map, nullptr);
                             const bool made = buffer != nullptr;
                             user_ring_buffer__free(buffer);
                             return made;
                           }});
  const bool onwards = GENERATE(false, true);
  const auto error = GENERATE(ENOMEM, EMFILE, EPERM, EINVAL);
  unsigned failed = 0;
  for (unsigned nth = 1;; ++nth) {
    sim_reset(2);
    Messages messages;
    const os::UniqueFd map(sim_create_map(constructor.type, kRingSize, "ring"));
    const auto before = sim_live();
    const unsigned calls_before = sim_calls("any");
    (onwards ? sim_fail_from : sim_fail)("any", nth, error);
    errno = 0;
    const bool made = constructor.make_and_free(map.get());
    const bool reached = sim_calls("any") - calls_before >= nth;
    sim_fail("any", 0, 0);
    CAPTURE(constructor.name, onwards, nth, error, messages.last());
    const auto after = sim_live();
    CHECK(after.fds == before.fds);
    CHECK(after.mappings == before.mappings);
    CHECK(after.bytes == before.bytes);
    CHECK((made || (errno != 0 && messages.warnings() >= 1)));
    failed += made ? 0 : 1;
    if (!reached)
      break;
  }
  CHECK(failed >= 6);
  std::printf("failure sweep: %-33s %-20s errno %2d: %2u points, nothing left behind\n",
              constructor.name, onwards ? "that and all others" : "one call", error, failed);
}

} // namespace ringside::test
