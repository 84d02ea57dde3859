// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Tests of what the simulated kernel does with BPF ring buffers and the real one cannot: records
// that stay busy, positions and bytes of a test's choice, outputs and drains at a time.
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <linux/bpf.h>

#include <catch2/catch.hpp>

#include "bpf/info.hpp"
#include "os/epoll.hpp"
#include "os/file.hpp"
#include "os/mapping.hpp"
#include "os/process.hpp"
#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside::sim {
namespace {

constexpr std::uint32_t kSize = 4096;

// Side is the user's side of a ring, mapped through src/os as the library maps it.
struct Side {
  os::UniqueFd map;
  os::UniqueFd epoll;
  os::Mapping consumer;
  os::Mapping producer;

  explicit Side(std::uint32_t type, std::uint32_t size = kSize) {
    const bool writes = type == BPF_MAP_TYPE_USER_RINGBUF;
    map = os::UniqueFd(sim_create_map(type, size, "ring"));
    auto first = os::map_shared(map.get(), 0, os::page_size(),
                                writes ? os::Access::read_only : os::Access::read_write);
    auto rest = os::map_shared(map.get(), os::page_size(), os::page_size() + std::size_t{2} * size,
                               writes ? os::Access::read_write : os::Access::read_only);
    REQUIRE(first);
    REQUIRE(rest);
    consumer = std::move(*first);
    producer = std::move(*rest);
    auto set = os::create_epoll();
    REQUIRE(set);
    epoll = std::move(*set);
    REQUIRE(os::control_epoll(epoll.get(), EPOLL_CTL_ADD, map.get(),
                              writes ? EPOLLOUT | EPOLLET : EPOLLIN, 0));
  }

  [[nodiscard]] std::uint64_t& consumed() const {
    return *reinterpret_cast<std::uint64_t*>(consumer.data());
  }
  [[nodiscard]] std::uint64_t& produced() const {
    return *reinterpret_cast<std::uint64_t*>(producer.data());
  }
  [[nodiscard]] std::byte* at(std::uint64_t position) const {
    return producer.data() + os::page_size() + (position & (kSize - 1));
  }
  [[nodiscard]] std::uint32_t header(std::uint64_t position) const {
    return *reinterpret_cast<std::uint32_t*>(at(position));
  }
  // ready: a wait of that long finds the ring.
  [[nodiscard]] bool ready(int timeout_ms = 0) const {
    std::array<epoll_event, 1> found;
    auto count = os::wait_epoll(epoll.get(), found, timeout_ms);
    return count && *count == 1;
  }
  // push publishes a record of 8 bytes with that length word.
  void push(std::uint32_t length) const {
    *reinterpret_cast<std::uint32_t*>(at(produced())) = length;
    produced() += 16;
  }
};

int output(const Side& side, std::uint64_t value, std::uint64_t flags = 0) {
  return sim_ringbuf_output(side.map.get(), &value, sizeof(value), flags);
}

long drain(const Side& side, const std::function<long()>& callback, std::uint64_t flags = 0) {
  return sim_user_ringbuf_drain(
      side.map.get(),
      [](const void*, std::uint32_t, void* context) {
        return (*static_cast<const std::function<long()>*>(context))();
      },
      const_cast<std::function<long()>*>(&callback), flags);
}

TEST_CASE("a reserved record is busy until it is submitted, and those behind it wait") {
  sim_reset(1);
  const Side side(BPF_MAP_TYPE_RINGBUF);
  void* first = nullptr;
  void* second = nullptr;
  REQUIRE(sim_ringbuf_reserve(side.map.get(), 20, &first) == 0);
  CHECK(side.produced() == 32);
  CHECK(side.header(0) == (20U | BPF_RINGBUF_BUSY_BIT));
  CHECK_FALSE(side.ready());
  REQUIRE(sim_ringbuf_reserve(side.map.get(), 8, &second) == 0);
  CHECK(sim_ringbuf_submit(second, 0) == 0);
  CHECK_FALSE(side.ready());
  CHECK(sim_ringbuf_submit(second, 0) == -EINVAL);
  std::memcpy(first, "0123456789", 10);
  CHECK(sim_ringbuf_discard(first, 0) == 0);
  CHECK(side.ready());
  CHECK(side.header(0) == (20U | BPF_RINGBUF_DISCARD_BIT));
  CHECK(std::memcmp(side.at(8), "0123456789", 10) == 0);
  CHECK(side.header(32) == 8);
}

TEST_CASE("a busy record holds its place in the ring, though the reader has passed it") {
  sim_reset(1);
  const Side side(BPF_MAP_TYPE_RINGBUF);
  void* busy = nullptr;
  REQUIRE(sim_ringbuf_reserve(side.map.get(), 8, &busy) == 0);
  int written = 0;
  while (output(side, 0) == 0)
    side.consumed() = side.produced() - (++written % 2 == 0 ? 16 : 0);
  CHECK(written == kSize / 16 - 2);
  void* sample = nullptr;
  CHECK(sim_ringbuf_reserve(side.map.get(), 8, &sample) == -ENOSPC);
  CHECK(sim_ringbuf_reserve(side.map.get(), kSize - 15, &sample) == -E2BIG);
  CHECK(sim_ringbuf_submit(busy, 0) == 0);
  CHECK(output(side, 0) == 0);
}

TEST_CASE("positions go on over 2^32 and 2^63") {
  sim_reset(1);
  const auto border = GENERATE(std::uint64_t{1} << 32, std::uint64_t{1} << 63);
  const std::uint64_t start = border - kSize / 2;
  const Side side(BPF_MAP_TYPE_RINGBUF);
  REQUIRE(sim_ringbuf_set_positions(side.map.get(), start, start) == 0);
  for (std::uint64_t i = 0; i < 2 * kSize / 16; ++i) {
    REQUIRE(output(side, i) == 0);
    REQUIRE(side.ready());
    REQUIRE(side.produced() == start + 16 * (i + 1));
    REQUIRE(*reinterpret_cast<std::uint64_t*>(side.at(side.consumed() + 8)) == i);
    side.consumed() = side.produced();
    REQUIRE_FALSE(side.ready());
  }
}

TEST_CASE("a kernel for 32-bit machines has positions of 32 bits") {
  sim_reset(1);
  sim_set_long_bits(32);
  const std::uint64_t start = (std::uint64_t{1} << 32) - 16;
  const Side side(BPF_MAP_TYPE_RINGBUF);
  REQUIRE(sim_ringbuf_set_positions(side.map.get(), start, start) == 0);
  CHECK(output(side, 1) == 0);
  CHECK(side.produced() == 0);
  CHECK(output(side, 2) == 0);
  CHECK(side.produced() == 16);
  CHECK(side.ready());
  side.consumed() = std::uint64_t{7} << 32 | 16;
  CHECK_FALSE(side.ready());
  std::uint64_t consumer = 0;
  std::uint64_t producer = 0;
  CHECK(sim_ringbuf_positions(side.map.get(), &consumer, &producer) == 0);
  CHECK(consumer == 16);
  CHECK(producer == 16);

  const Side user(BPF_MAP_TYPE_USER_RINGBUF);
  REQUIRE(sim_ringbuf_set_positions(user.map.get(), start, start) == 0);
  *reinterpret_cast<std::uint32_t*>(user.at(start)) = 8;
  *reinterpret_cast<std::uint32_t*>(user.at(0)) = 8;
  user.produced() = 16;
  CHECK(drain(user, [] { return 0; }) == 2);
  CHECK(user.consumed() == 16);
}

TEST_CASE("bytes are poked and peeked at any position, over the end") {
  sim_reset(1);
  const Side side(BPF_MAP_TYPE_RINGBUF);
  std::array<char, 6> bytes = {};
  CHECK(sim_ringbuf_poke(side.map.get(), 3 * kSize - 3, "abcdef", 6) == 0);
  CHECK(std::memcmp(side.at(kSize - 3), "abcdef", 6) == 0);
  CHECK(std::memcmp(side.at(0), "def", 3) == 0);
  CHECK(sim_ringbuf_peek(side.map.get(), kSize - 3, bytes.data(), bytes.size()) == 0);
  CHECK(std::memcmp(bytes.data(), "abcdef", 6) == 0);
}

TEST_CASE("outputs come at their time, in a wait or when the clock moves") {
  sim_reset(1);
  const Side side(BPF_MAP_TYPE_RINGBUF);
  const std::uint64_t value = 9;
  REQUIRE(sim_ringbuf_output_at(5'000'000, side.map.get(), &value, 8, 0) == 0);
  REQUIRE(sim_ringbuf_output_at(7'000'000, side.map.get(), &value, 8, BPF_RB_NO_WAKEUP) == 0);
  CHECK_FALSE(side.ready(4));
  CHECK(side.ready(-1));
  CHECK(sim_now_ns() == 5'000'000);
  side.consumed() = side.produced();
  CHECK_FALSE(side.ready(10));
  CHECK(sim_now_ns() == 15'000'000);
  CHECK(side.produced() == 32);
}

TEST_CASE("a drain at its time wakes a producer that waits for room") {
  sim_reset(1);
  const Side side(BPF_MAP_TYPE_USER_RINGBUF);
  CHECK(side.ready());
  while (side.produced() < kSize)
    side.push(8);
  REQUIRE(sim_user_ringbuf_drain_at(3'000'000, side.map.get(), 2, 0) == 0);
  CHECK_FALSE(side.ready(2));
  CHECK(side.ready(-1));
  CHECK(side.consumed() == 32);
  CHECK_FALSE(side.ready());
  CHECK(sim_ringbuf_wake(side.map.get()) == 0);
  CHECK(side.ready());
}

TEST_CASE("one drain at a time, in which anything may be called") {
  sim_reset(1);
  const Side side(BPF_MAP_TYPE_USER_RINGBUF);
  side.push(8);
  side.push(8);
  CHECK(drain(side, [&] { return drain(side, [] { return 0; }) == -EBUSY ? 0 : 1; }) == 2);
  CHECK(drain(side, [] { return 0; }) == 0);
  CHECK(drain(
            side, [] { return 0; }, 4) == -EINVAL);
}

TEST_CASE("controls of rings refuse what is none, or the other kind") {
  sim_reset(1);
  const Side bpf(BPF_MAP_TYPE_RINGBUF);
  const Side user(BPF_MAP_TYPE_USER_RINGBUF);
  const os::UniqueFd array(sim_create_map(BPF_MAP_TYPE_ARRAY, 1, "array"));
  void* sample = nullptr;
  CHECK(output(user, 1) == -EINVAL);
  CHECK(drain(bpf, [] { return 0; }) == -EINVAL);
  CHECK(sim_ringbuf_reserve(user.map.get(), 8, &sample) == -EINVAL);
  CHECK(sim_ringbuf_wake(array.get()) == -EINVAL);
  CHECK(sim_ringbuf_wake(999) == -EBADF);
  CHECK(sim_ringbuf_submit(&sample, 0) == -EINVAL);
  CHECK(sim_ringbuf_output(bpf.map.get(), nullptr, std::uint64_t{1} << 40, 0) == -EAGAIN);
}

TEST_CASE("rings go with their descriptors and mappings, and large ones cost nothing") {
  sim_reset(1);
  if (sizeof(void*) == 8) {
    const Side largest(BPF_MAP_TYPE_RINGBUF, std::uint32_t{1} << 31);
    CHECK(output(largest, 1) == 0);
    CHECK(largest.produced() == 16);
    CHECK(::sim_live().mappings == 2);
    CHECK(::sim_live().fds == 2);
  } else {
    const os::UniqueFd largest(
        sim_create_map(BPF_MAP_TYPE_RINGBUF, std::uint32_t{1} << 31, "ring"));
    CHECK(bpf::map_info(largest.get())->max_entries == std::uint32_t{1} << 31);
    CHECK(os::map_shared(largest.get(), 0, os::page_size(), os::Access::read_write).error() ==
          Errno(ENOMEM));
  }
  CHECK(::sim_live().mappings == 0);
  CHECK(::sim_live().fds == 0);
}

} // namespace
} // namespace ringside::sim
