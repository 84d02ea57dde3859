// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// read_perf_records: what is handed over, and when space goes back.
#include "ring/perf_read.hpp"

#include <array>
#include <cstring>
#include <vector>

#include <catch2/catch.hpp>

namespace ringside::test {
namespace {

// A ring of 4 KiB in plain memory, written as the kernel writes one.
struct Ring {
  perf_event_mmap_page page{};
  alignas(8) std::array<std::byte, 4096> bytes{};
  std::array<std::byte, 65536> copy{};
  std::vector<std::size_t> sizes;
  std::vector<std::uint64_t> tails;
  std::vector<std::uint64_t> corrupt_at;
  std::uint64_t skipped = 0;
  struct {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
  } counted;

  void start_at(std::uint64_t position) { page.data_head = page.data_tail = position; }
  void put(std::uint16_t size) { put_claiming(size, size); }
  void put_claiming(std::uint16_t claimed, std::uint64_t advance) {
    const perf_event_header header{PERF_RECORD_SAMPLE, 0, claimed};
    std::memcpy(bytes.data() + page.data_head % bytes.size(), &header, sizeof(header));
    page.data_head += advance;
  }

  template <class Answer>
  PerfRead read(Answer answer) {
    return read_perf_records(
        page, {bytes.data(), bytes.size()}, perf_head(page),
        [&](std::size_t) { return copy.data(); },
        [&](PerfRecord record) {
          sizes.push_back(record.size);
          tails.push_back(page.data_tail);
          return answer();
        },
        [&](std::uint64_t position, std::uint64_t unread) {
          corrupt_at.push_back(position);
          skipped = unread;
        },
        [&](std::uint64_t records, std::uint64_t bytes) {
          counted.records += records;
          counted.bytes += bytes;
        });
  }
  PerfRead read() {
    return read([] { return PerfRead::go_on; });
  }
};

} // namespace

TEST_CASE("an empty ring is read without a call") {
  Ring ring;
  ring.start_at(72);
  CHECK(ring.read() == PerfRead::go_on);
  CHECK(ring.sizes.empty());
  CHECK(ring.page.data_tail == 72);
}

TEST_CASE("all records up to head are read in order, over the end of the ring, at any position") {
  const auto position = GENERATE(std::uint64_t{0}, std::uint64_t{4096 - 16}, (1ULL << 32) - 24,
                                 (1ULL << 63) - 40, UINT64_MAX - 47);
  Ring ring;
  ring.start_at(position);
  const std::vector<std::size_t> sizes{8, 16, 40, 8, 80, 24};
  for (const std::size_t size : sizes)
    ring.put(static_cast<std::uint16_t>(size));
  CHECK(ring.read() == PerfRead::go_on);
  CHECK(ring.sizes == sizes);
  CHECK(ring.page.data_tail == ring.page.data_head);
  CHECK(ring.corrupt_at.empty());
}

TEST_CASE("space goes back each time a quarter of the ring has been handled") {
  Ring ring;
  for (int i = 0; i < 4096 / 64; ++i)
    ring.put(64);
  CHECK(ring.read() == PerfRead::go_on);
  REQUIRE(ring.tails.size() == 64);
  for (std::size_t i = 0; i < ring.tails.size(); ++i)
    CHECK(ring.tails[i] == i * 64 / 1024 * 1024);
}

TEST_CASE("what arrives during a read waits for the next") {
  Ring ring;
  ring.put(16);
  const auto end = ring.read([&] {
    ring.put(24);
    return PerfRead::go_on;
  });
  CHECK(end == PerfRead::go_on);
  CHECK(ring.sizes == std::vector<std::size_t>{16});
  CHECK(ring.page.data_tail == 16);
  CHECK(ring.read() == PerfRead::go_on);
  CHECK(ring.sizes == std::vector<std::size_t>{16, 24});
}

TEST_CASE("the record at which a handler stops is consumed, and no other") {
  Ring ring;
  ring.put(16);
  ring.put(16);
  CHECK(ring.read([] { return PerfRead::stopped; }) == PerfRead::stopped);
  CHECK(ring.page.data_tail == 16);
  CHECK(ring.read() == PerfRead::go_on);
  CHECK(ring.sizes.size() == 2);
}

TEST_CASE("a record that cannot be one ends the read, and the ring recovers") {
  const auto size = GENERATE(std::uint16_t{0}, std::uint16_t{4}, std::uint16_t{7},
                             std::uint16_t{12}, std::uint16_t{48}, std::uint16_t{65535});
  Ring ring;
  ring.put(16);
  ring.put_claiming(size, 40);
  CHECK(ring.read() == PerfRead::corrupt);
  CHECK(ring.sizes == std::vector<std::size_t>{16});
  CHECK(ring.corrupt_at == std::vector<std::uint64_t>{16});
  CHECK(ring.page.data_tail == ring.page.data_head);
  ring.put(16);
  CHECK(ring.read() == PerfRead::go_on);
  CHECK(ring.sizes.size() == 2);
}

TEST_CASE("positions that cannot be a ring's end the read before any record") {
  struct Positions {
    std::uint64_t tail;
    std::uint64_t head;
  };
  const auto [tail, head] = GENERATE(Positions{4, 8}, Positions{8192, 4096}, Positions{0, 4104});
  Ring ring;
  ring.page.data_tail = tail;
  ring.page.data_head = head;
  CHECK(ring.read() == PerfRead::corrupt);
  CHECK(ring.sizes.empty());
  CHECK(ring.corrupt_at == std::vector<std::uint64_t>{tail});
  CHECK(ring.page.data_tail == head);
}

TEST_CASE("a read ends where it was told, though more has come") {
  Ring ring;
  ring.put(16);
  ring.put(24);
  const std::uint64_t head = ring.page.data_head;
  ring.put(32);
  unsigned records = 0;
  const auto end = read_perf_records(
      ring.page, {ring.bytes.data(), ring.bytes.size()}, head,
      [](std::size_t) -> std::byte* { return nullptr; },
      [&](PerfRecord) {
        ++records;
        return PerfRead::go_on;
      },
      [](auto, auto) {});
  CHECK(end == PerfRead::go_on);
  CHECK(records == 2);
  CHECK(ring.page.data_tail == head);
}

TEST_CASE("without memory for a wrapped record it stays unread") {
  Ring ring;
  ring.start_at(4096 - 8);
  ring.put(8);
  ring.start_at(4096 - 8);
  ring.put(16);
  const auto end = read_perf_records(
      ring.page, {ring.bytes.data(), ring.bytes.size()}, perf_head(ring.page),
      [](std::size_t) -> std::byte* { return nullptr; }, [](PerfRecord) { return PerfRead::go_on; },
      [](auto, auto) {});
  CHECK(end == PerfRead::no_memory);
  CHECK(ring.page.data_tail == 4096 - 8);
}

} // namespace ringside::test
