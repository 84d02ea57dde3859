// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The perf walker over arbitrary bytes and positions, against a naive model. Both ways to it:
// read_perf_records, and bpf_perf_event_read_simple for rings of whole pages.
#include "ring/perf_read.hpp"

#include <cstdlib>
#include <cstring>
#include <vector>

#include <bpf/libbpf.h>

#include "check.hpp"
#include "guarded_memory.hpp"
#include "input.hpp"
#include "messages.hpp"
#include "ring_model.hpp"

extern "C" enum bpf_perf_event_ret bpf_perf_event_read_simple(
    void* mmap_mem, size_t mmap_size, size_t page_size, void** copy_mem, size_t* copy_size,
    enum bpf_perf_event_ret (*fn)(struct perf_event_header*, void*), void* private_data);

namespace ringside::test {
namespace {

constexpr std::size_t kSmallestRing = 8;
constexpr unsigned kRingSizes = 14;
constexpr std::size_t kLargestRing = kSmallestRing << (kRingSizes - 1);
constexpr std::uint64_t kBases[] = {0, std::uint64_t{1} << 32, std::uint64_t{1} << 63, 0};

// What happens when a record has been handed over: an answer of the input, by its bits.
constexpr unsigned kStop = 1;        // the handler wants no more
constexpr unsigned kHeadMoves = 2;   // another record arrives meanwhile
constexpr unsigned kOverwrites = 4;  // the handler writes over its record
constexpr unsigned kNextChanges = 8; // the next record's size becomes (answer >> 4) * 8

// Scenario is what the input describes.
struct Scenario {
  std::vector<std::uint8_t> ring;
  std::uint64_t tail;
  std::uint64_t head;
  bool room_refused;
  std::vector<std::uint8_t> answers;

  explicit Scenario(Input input) {
    const std::size_t size = kSmallestRing << (input.take<std::uint8_t>() % kRingSizes);
    const auto flags = input.take<std::uint8_t>();
    const bool any_alignment = (flags & 4) != 0;
    const bool any_distance = (flags & 8) != 0;
    room_refused = (flags & 16) != 0;
    tail = kBases[flags % 4] + static_cast<std::uint64_t>(input.take<std::int16_t>());
    if (!any_alignment)
      tail -= tail % 8;
    const auto distance = static_cast<std::uint64_t>(input.take<std::int32_t>());
    head = tail + (any_distance ? distance : distance % (size + 1));
    const auto chosen = input.take_bytes(input.take<std::uint8_t>());
    answers.assign(chosen.begin(), chosen.end());
    // The rest is what lies in the ring from the tail on.
    ring.resize(size);
    std::uint64_t at = tail;
    for (const std::uint8_t byte : input.take_bytes(size))
      ring[at++ % size] = byte;
  }
};

// Reading is one read of a scenario, and what must hold during it.
class Reading {
public:
  Reading(const Scenario& scenario, perf_event_mmap_page& page, std::byte* ring)
      : scenario_(scenario), bytes_(scenario.ring), model_(bytes_, scenario.tail, scenario.head),
        page_(page), ring_(ring) {
    std::memset(&page_, 0x5a, sizeof(page_));
    page_.data_tail = scenario.tail;
    page_.data_head = head_ = scenario.head;
    std::memcpy(ring_, scenario.ring.data(), scenario.ring.size());
  }

  // room refuses, or gives exactly `size` bytes with a guard behind them.
  std::byte* room(std::size_t size) {
    static const GuardedMemory kMemory(kLargestRing / GuardedMemory::page());
    RingModel::Record expected;
    require(model_.next(expected) == RingModel::Next::record && expected.wraps,
            "room is wanted for a record that wraps");
    require(size == expected.bytes.size(), "room is wanted for one record");
    refused_ = scenario_.room_refused;
    return refused_ ? nullptr : kMemory.last(size);
  }

  // deliver takes a record; false ends the read.
  bool deliver(std::byte* bytes, std::uint32_t type, std::size_t size) {
    require(!stopped_ && !refused_ && !corrupt_, "a read that has ended hands nothing over");
    RingModel::Record expected;
    require(model_.next(expected) == RingModel::Next::record, "there is a record");
    require(type == expected.type, "the record's type is as written");
    require(size == expected.bytes.size(), "the record's size is as written");
    require(std::memcmp(bytes, expected.bytes.data(), size) == 0, "its bytes are as written");
    const bool in_place = bytes == ring_ + expected.offset;
    require(in_place == !expected.wraps, "only a record that wraps is copied");
    check_tail();

    model_.position += size;
    return answer(bytes, size, in_place);
  }

  void corrupt_at(std::uint64_t position) {
    require(position == model_.position, "the position of what is corrupt is told");
    check_tail();
    corrupt();
  }
  void corrupt() {
    RingModel::Record none;
    require(!corrupt_ && !stopped_ && !refused_, "a read ends once");
    require(model_.next(none) == RingModel::Next::corrupt, "a ring is called corrupt where it is");
    corrupt_ = true;
  }

  void end() const {
    RingModel::Record none;
    const auto next = model_.next(none);
    require(stopped_ || refused_ || corrupt_ || next == RingModel::Next::head,
            "a read ends at head if nothing ends it before");
    require(page_.data_tail == (corrupt_ ? scenario_.head : model_.position),
            "the tail ends behind the last record, or at head where the rest is skipped");
    require(page_.data_head == head_, "head is the kernel's");
    require(std::memcmp(ring_, bytes_.data(), bytes_.size()) == 0,
            "the ring's bytes are as they were");
    perf_event_mmap_page page;
    std::memset(&page, 0x5a, sizeof(page));
    page.data_head = page_.data_head;
    page.data_tail = page_.data_tail;
    require(std::memcmp(&page, &page_, sizeof(page)) == 0, "of the page only the tail is written");
  }

  [[nodiscard]] PerfRead expected_end() const {
    return corrupt_   ? PerfRead::corrupt
           : refused_ ? PerfRead::no_memory
           : stopped_ ? PerfRead::stopped
                      : PerfRead::go_on;
  }

private:
  // The tail never passes what has been handled, and is never a quarter of the ring behind it.
  void check_tail() const {
    const std::uint64_t kept = model_.position - page_.data_tail;
    require(kept <= model_.position - scenario_.tail, "the tail moves from where it was to here");
    require(kept == 0 || kept < scenario_.ring.size() / 4, "space goes back by the quarter");
  }

  bool answer(std::byte* bytes, std::size_t size, bool in_place) {
    if (scenario_.answers.empty())
      return true;
    const unsigned answer = scenario_.answers[delivered_++ % scenario_.answers.size()];
    stopped_ = (answer & kStop) != 0;
    if ((answer & kHeadMoves) != 0)
      page_.data_head = head_ += 8;
    if ((answer & kOverwrites) != 0) {
      std::memset(bytes, 0xff, size);
      for (std::size_t i = 0; in_place && i < size; ++i)
        bytes_[(model_.position - size + i) % bytes_.size()] = 0xff;
    }
    if ((answer & kNextChanges) != 0) {
      const auto next_size = static_cast<std::uint16_t>((answer >> 4) * 8);
      const std::size_t at = (model_.position + 6) % bytes_.size();
      std::memcpy(ring_ + at, &next_size, sizeof(next_size));
      std::memcpy(bytes_.data() + at, &next_size, sizeof(next_size));
    }
    return !stopped_;
  }

  const Scenario& scenario_;
  // What the ring has to hold.
  std::vector<std::uint8_t> bytes_;
  RingModel model_;
  perf_event_mmap_page& page_;
  std::byte* ring_;
  std::uint64_t head_ = 0;
  std::size_t delivered_ = 0;
  bool stopped_ = false;
  bool refused_ = false;
  bool corrupt_ = false;
};

void read_records(const Scenario& scenario, std::byte* ring) {
  static const GuardedMemory kHeader(1);
  auto& page =
      *reinterpret_cast<perf_event_mmap_page*>(kHeader.first(sizeof(perf_event_mmap_page)));
  Reading reading(scenario, page, ring);
  const PerfRead end = read_perf_records(
      page, {ring, scenario.ring.size()}, perf_head(page),
      [&](std::size_t size) { return reading.room(size); },
      [&](PerfRecord record) {
        const bool go_on = reading.deliver(record.bytes, record.type, record.size);
        return go_on ? PerfRead::go_on : PerfRead::stopped;
      },
      [&](std::uint64_t position, std::uint64_t) { reading.corrupt_at(position); });
  require(end == reading.expected_end(), "the read says how it has ended");
  reading.end();
}

// read_simple reads the ring behind the header page at `memory`.
void read_simple(const Scenario& scenario, std::byte* memory) {
  auto& page = *reinterpret_cast<perf_event_mmap_page*>(memory);
  Reading reading(scenario, page, memory + GuardedMemory::page());
  const auto deliver = [](perf_event_header* record, void* context) {
    const bool go_on = static_cast<Reading*>(context)->deliver(reinterpret_cast<std::byte*>(record),
                                                               record->type, record->size);
    return go_on ? LIBBPF_PERF_EVENT_CONT : LIBBPF_PERF_EVENT_DONE;
  };
  void* copy = nullptr;
  std::size_t copy_size = 0;
  const auto end = bpf_perf_event_read_simple(memory, scenario.ring.size(), GuardedMemory::page(),
                                              &copy, &copy_size, deliver, &reading);
  std::free(copy);
  if (end == LIBBPF_PERF_EVENT_ERROR)
    reading.corrupt();
  require((end == LIBBPF_PERF_EVENT_DONE) == (reading.expected_end() == PerfRead::stopped),
          "the read says how it has ended");
  reading.end();
}

} // namespace
} // namespace ringside::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside::test;
  static const GuardedMemory kMemory(1 + kLargestRing / GuardedMemory::page());
  const Messages messages;
  const Scenario scenario{Input(bytes, size)};

  const std::size_t ring_size = scenario.ring.size();
  read_records(scenario, kMemory.first(ring_size));
  read_records(scenario, kMemory.last(ring_size));
  if (ring_size >= GuardedMemory::page())
    read_simple(scenario, kMemory.last(GuardedMemory::page() + ring_size));
  return 0;
}
