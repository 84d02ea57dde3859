// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// user_ring_buffer on the simulated kernel: what BPF code drains, and waiting for room.
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include <bpf/libbpf.h>

#include "messages.hpp"
#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

constexpr std::uint32_t kRingSize = 4096;
constexpr std::uint64_t kMs = 1'000'000;

class UserRingFixture {
public:
  UserRingFixture() {
    sim_reset(2);
    map_ = os::UniqueFd(sim_create_map(BPF_MAP_TYPE_USER_RINGBUF, kRingSize, "commands"));
  }
  UserRingFixture(const UserRingFixture&) = delete;
  UserRingFixture& operator=(const UserRingFixture&) = delete;
  ~UserRingFixture() { user_ring_buffer__free(buffer_); }

  user_ring_buffer* make() {
    buffer_ = user_ring_buffer__new(map_.get(), nullptr);
    REQUIRE(buffer_ != nullptr);
    return buffer_;
  }
  [[nodiscard]] int map() const { return map_.get(); }

  void submit(const std::string& bytes) {
    void* record = user_ring_buffer__reserve(buffer_, static_cast<__u32>(bytes.size()));
    REQUIRE(record != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(record) % 8 == 0);
    std::memcpy(record, bytes.data(), bytes.size());
    user_ring_buffer__submit(buffer_, record);
  }
  std::vector<std::string> drain() {
    std::vector<std::string> drained;
    const auto keep = [](const void* data, std::uint32_t size, void* context) -> long {
      static_cast<std::vector<std::string>*>(context)->emplace_back(static_cast<const char*>(data),
                                                                    size);
      return 0;
    };
    const long count = sim_user_ringbuf_drain(map(), keep, &drained, 0);
    REQUIRE(count == static_cast<long>(drained.size()));
    return drained;
  }

private:
  os::UniqueFd map_;
  user_ring_buffer* buffer_ = nullptr;
};

} // namespace

TEST_CASE("BPF code drains what was submitted, in order, at any position") {
  const auto position = GENERATE(std::uint64_t{0}, std::uint64_t{kRingSize - 16}, (1ULL << 32) - 24,
                                 (1ULL << 63) - 8);
  CAPTURE(position);
  UserRingFixture fixture;
  REQUIRE(sim_ringbuf_set_positions(fixture.map(), position, position) == 0);
  user_ring_buffer* buffer = fixture.make();
  fixture.submit("one");
  void* discarded = user_ring_buffer__reserve(buffer, 100);
  user_ring_buffer__discard(buffer, discarded);
  fixture.submit(std::string(200, 'y'));
  void* busy = user_ring_buffer__reserve(buffer, 4);
  fixture.submit("behind");
  CHECK(fixture.drain() == std::vector<std::string>{"one", std::string(200, 'y')});
  std::memcpy(busy, "busy", 4);
  user_ring_buffer__submit(buffer, busy);
  CHECK(fixture.drain() == std::vector<std::string>{"busy", "behind"});
}

TEST_CASE("a size that the ring can never hold is E2BIG, one that it cannot now ENOSPC") {
  UserRingFixture fixture;
  user_ring_buffer* buffer = fixture.make();
  for (const __u32 size : {kRingSize - 7, kRingSize, 1U << 30, 1U << 31, UINT32_MAX}) {
    errno = 0;
    CHECK(user_ring_buffer__reserve(buffer, size) == nullptr);
    CHECK(errno == E2BIG);
  }
  errno = 0;
  void* whole = user_ring_buffer__reserve(buffer, kRingSize - 8);
  CHECK(whole != nullptr);
  CHECK(errno == 0);
  CHECK(user_ring_buffer__reserve(buffer, 0) == nullptr);
  CHECK(errno == ENOSPC);
  user_ring_buffer__discard(buffer, whole);
  CHECK(fixture.drain().empty());
  CHECK(user_ring_buffer__reserve(buffer, 0) != nullptr);
}

TEST_CASE("waiting for room ends with room, the deadline, or a signal") {
  UserRingFixture fixture;
  user_ring_buffer* buffer = fixture.make();
  CHECK(user_ring_buffer__reserve_blocking(buffer, 8, -2) == nullptr);
  CHECK(errno == EINVAL);
  CHECK(user_ring_buffer__reserve_blocking(buffer, kRingSize, -1) == nullptr);
  CHECK(errno == E2BIG);
  fixture.submit(std::string(3000, 'a'));

  SECTION("at the deadline") {
    const auto timeout = GENERATE(0, 1, 50);
    const std::uint64_t start = sim_now_ns();
    CHECK(user_ring_buffer__reserve_blocking(buffer, 2000, timeout) == nullptr);
    CHECK(errno == ENOSPC);
    CHECK(sim_now_ns() - start == static_cast<std::uint64_t>(timeout) * kMs);
  }
  SECTION("woken by a drain") {
    const auto timeout = GENERATE(-1, 50);
    const std::uint64_t start = sim_now_ns();
    REQUIRE(sim_user_ringbuf_drain_at(start + 20 * kMs, fixture.map(), 1, 0) == 0);
    errno = 0;
    CHECK(user_ring_buffer__reserve_blocking(buffer, 2000, timeout) != nullptr);
    CHECK(errno == 0);
    CHECK(sim_now_ns() - start == 20 * kMs);
  }
  SECTION("by a signal") {
    sim_fail("epoll_wait", 1, EINTR);
    CHECK(user_ring_buffer__reserve_blocking(buffer, 2000, -1) == nullptr);
    CHECK(errno == EINTR);
  }
}

TEST_CASE("a consumer position beyond the producer is no room") {
  UserRingFixture fixture;
  user_ring_buffer* buffer = fixture.make();
  REQUIRE(sim_ringbuf_set_positions(fixture.map(), 8, 0) == 0);
  CHECK(user_ring_buffer__reserve(buffer, 8) == nullptr);
  CHECK(errno == ENOSPC);
}

TEST_CASE("options and maps that are none of a user ring's are refused") {
  Messages messages;
  UserRingFixture fixture;
  user_ring_buffer_opts options{};
  options.sz = 1;
  CHECK(user_ring_buffer__new(fixture.map(), &options) == nullptr);
  CHECK(errno == EINVAL);
  const os::UniqueFd other(sim_create_map(BPF_MAP_TYPE_RINGBUF, kRingSize, "other"));
  CHECK(user_ring_buffer__new(other.get(), nullptr) == nullptr);
  CHECK(errno == EINVAL);
  CHECK_THAT(messages.last(), Catch::Contains("BPF_MAP_TYPE_USER_RINGBUF"));
  CHECK(messages.warnings() == 2);
}

} // namespace ringside::test
