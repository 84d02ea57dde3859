// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfWalk: runs, wraps, and sizes that cannot be.
#include "ring/perf_walk.hpp"

#include <array>
#include <cstddef>

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

struct Ring {
  alignas(8) std::array<std::byte, 64> bytes{};
  PerfData data() { return {bytes.data(), bytes.size()}; }
};

} // namespace

TEST_CASE("a size is believed if it is a multiple of 8, not 0, and fits") {
  struct Case {
    std::size_t size;
    std::uint64_t space;
    bool fits;
  };
  const auto [size, space, fits] =
      GENERATE(Case{8, 8, true}, Case{16, 24, true}, Case{65528, 65536, true}, Case{0, 64, false},
               Case{4, 64, false}, Case{7, 64, false}, Case{12, 64, false}, Case{16, 8, false},
               Case{72, 64, false}, Case{8, 0, false}, Case{65535, 65536, false});
  CAPTURE(size, space);
  CHECK(PerfRecord{nullptr, 0, size}.fits(space) == fits);
}

TEST_CASE("positions are believed if they lie at most a ring apart, at multiples of 8") {
  struct Case {
    std::uint64_t tail;
    std::uint64_t head;
    bool ok;
  };
  const auto [tail, head, ok] = GENERATE(
      Case{0, 0, true}, Case{0, 64, true}, Case{0, 65, false}, Case{8, 0, false}, Case{4, 8, false},
      Case{4, 4, true}, Case{UINT64_MAX - 7, 56, true}, Case{UINT64_MAX - 7, 64, false},
      Case{(std::uint64_t{1} << 63) - 8, (std::uint64_t{1} << 63) + 8, true});
  Ring ring;
  CAPTURE(tail, head);
  CHECK(PerfWalk(ring.data(), tail, head).positions_ok() == ok);
}

TEST_CASE("a piece ends at head or at the end of the memory, and begins where the walk is") {
  Ring ring;
  PerfWalk walk(ring.data(), 40, 88);
  const auto piece_is = [&](std::size_t from, std::size_t to) {
    REQUIRE(walk.left() != 0);
    walk.next_piece();
    CHECK(walk.at() == ring.bytes.data() + from);
    CHECK(walk.piece_end() == ring.bytes.data() + to);
    CHECK_FALSE(walk.piece_ended());
  };
  CHECK(walk.left() == 48);
  piece_is(40, 64);
  walk.move_to(walk.at() + 16);
  CHECK(walk.position() == 56);
  CHECK(walk.position_of(walk.piece_end()) == 64);
  piece_is(56, 64);
  walk.move_to(walk.piece_end());
  CHECK(walk.piece_ended());
  piece_is(0, 24);
  walk.move_to(walk.piece_end());
  CHECK(walk.left() == 0);
  CHECK(walk.position() == 88);
}

TEST_CASE("a wrapped record is contiguous in the copy, at every offset") {
  const auto until_end = GENERATE(8, 16, 24);
  Ring ring;
  const std::size_t offset = 64 - static_cast<std::size_t>(until_end);
  for (std::size_t i = 0; i < 32; ++i)
    ring.bytes[(offset + i) % 64] = static_cast<std::byte>(i);
  PerfWalk walk(ring.data(), offset, offset + 32);
  walk.next_piece();
  std::array<std::byte, 32> copy{};
  const PerfRecord record = walk.copy_wrapped({walk.at(), 9, 32}, copy.data());
  CHECK(record.bytes == copy.data());
  CHECK(record.size == 32);
  for (std::size_t i = 0; i < copy.size(); ++i)
    CHECK(copy[i] == static_cast<std::byte>(i));
}

} // namespace ringside::test
