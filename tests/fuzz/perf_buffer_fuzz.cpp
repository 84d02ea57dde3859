// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A whole perf_buffer on the simulated kernel: outputs, records of any type and corrupt bytes, read
// in each of the three ways, with what the callbacks are told compared with a naive model.
#include <cerrno>
#include <cstring>
#include <iterator>
#include <vector>

#include <linux/bpf.h>
#include <linux/perf_event.h>

#include <bpf/libbpf.h>

#include "check.hpp"
#include "input.hpp"
#include "messages.hpp"
#include "os/unique_fd.hpp"
#include "ring_model.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

// The library asks once for the number of CPUs, so it is the same in each run.
constexpr unsigned kRings = 2;
constexpr unsigned kMostPagesLog = 6;
constexpr std::uint64_t kBases[] = {0, std::uint64_t{1} << 32, std::uint64_t{1} << 63, 0};

// Call is what one callback is told: a sample's or a raw record's bytes, or a number lost.
struct Call {
  std::vector<std::uint8_t> bytes;
  std::uint64_t lost;
  friend bool operator==(const Call&, const Call&) = default;
};

struct Settings {
  bool raw;
  bool sample_cb;
  bool lost_cb;
  // The answer to a raw record is found by its size.
  std::uint8_t answers[4];

  // Programs answer other numbers than the interface names, too.
  [[nodiscard]] int answer(std::size_t record_size) const {
    constexpr int kAnswers[] = {LIBBPF_PERF_EVENT_CONT, LIBBPF_PERF_EVENT_DONE,
                                LIBBPF_PERF_EVENT_ERROR, 7, -7};
    return kAnswers[answers[record_size / 8 % std::size(answers)] % std::size(kAnswers)];
  }
};

// Outcome is what reading one ring does.
struct Outcome {
  std::vector<Call> calls;
  std::uint64_t tail = 0;
  int result = 0;
};

// take adds what the callbacks are told of a record to `outcome`. False: the read ends with it.
bool take(const Settings& settings, const RingModel::Record& record, Outcome& outcome) {
  constexpr std::size_t kRawData = 12;
  const std::size_t size = record.bytes.size();
  if (settings.raw) {
    outcome.calls.push_back({record.bytes, 0});
    const int answer = settings.answer(size);
    outcome.result = answer == LIBBPF_PERF_EVENT_CONT ? 0 : answer;
    return answer == LIBBPF_PERF_EVENT_CONT;
  }
  if (record.type == PERF_RECORD_SAMPLE) {
    const std::uint64_t sample = size >= kRawData ? record.number<std::uint32_t>(8) : UINT64_MAX;
    // A sample that goes beyond its record is dropped. The kernel makes such where the record's 16
    // bits do not hold its size, and takes no more room then than they say.
    if (settings.sample_cb && sample <= size - kRawData) {
      const auto begin = record.bytes.begin() + kRawData;
      outcome.calls.push_back({{begin, begin + static_cast<std::ptrdiff_t>(sample)}, 0});
    }
    return true;
  }
  if (record.type == PERF_RECORD_LOST) {
    if (settings.lost_cb && size >= 24)
      outcome.calls.push_back({{}, record.number<std::uint64_t>(16)});
    return true;
  }
  outcome.result = -1;
  return false;
}

Outcome read_model(const Settings& settings, RingModel model, std::uint64_t head) {
  Outcome outcome;
  RingModel::Record record;
  RingModel::Next next;
  bool go_on = true;
  while (go_on && (next = model.next(record)) == RingModel::Next::record) {
    model.position += record.bytes.size();
    go_on = take(settings, record, outcome);
  }
  outcome.tail = model.position;
  if (go_on && next == RingModel::Next::corrupt) {
    outcome.tail = head;
    outcome.result = -EBADMSG;
  }
  return outcome;
}

class Buffer {
public:
  explicit Buffer(Input& input) {
    sim_reset(kRings);
    map_ = os::UniqueFd(sim_create_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, kRings, "events"));
    const auto flags = input.take<std::uint8_t>();
    settings_.raw = (flags & 1) != 0;
    settings_.sample_cb = (flags & 2) == 0;
    settings_.lost_cb = (flags & 4) == 0;
    for (std::uint8_t& answer : settings_.answers)
      answer = input.take<std::uint8_t>();
    make(std::size_t{1} << input.take<std::uint8_t>() % kMostPagesLog);

    const std::uint64_t start =
        kBases[flags >> 6] + static_cast<std::uint64_t>(input.take<std::int16_t>()) * 8;
    for (unsigned ring = 0; ring < kRings; ++ring)
      require(sim_set_positions(event(ring), start, start) == 0, "a ring has positions");
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    perf_buffer__free(buffer_);
    map_ = os::UniqueFd();
    const auto live = sim_live();
    require(live.fds == 0 && live.mappings == 0 && live.slots == 0 && live.bytes == 0,
            "nothing stays behind");
  }

  // What can happen to the buffer, each with what the input says about it.
  void output(Input& input) {
    const auto ring = take_ring(input);
    const auto size = input.take<std::uint16_t>();
    const std::vector<std::uint8_t> bytes(size, input.take<std::uint8_t>());
    sim_output(map_.get(), ring, bytes.data(), size);
  }
  void output_large(Input& input) {
    const auto ring = take_ring(input);
    const auto size = 65000 + std::uint32_t{input.take<std::uint16_t>()};
    const std::vector<std::uint8_t> bytes(size, input.take<std::uint8_t>());
    sim_output(map_.get(), ring, bytes.data(), size);
  }
  void emit(Input& input) {
    const auto ring = take_ring(input);
    const std::uint32_t type = input.take<std::uint8_t>();
    const auto bytes = input.take_bytes(8 * std::size_t{input.take<std::uint8_t>()});
    sim_emit(event(ring), type, 0, bytes.data(),
             static_cast<std::uint32_t>(bytes.size() - bytes.size() % 8));
  }
  // A header that may lie, and how far it moves head.
  void emit_header(Input& input) {
    const auto ring = take_ring(input);
    const std::uint32_t type = input.take<std::uint8_t>();
    const auto size = input.take<std::uint16_t>();
    const struct {
      perf_event_header header;
      std::uint32_t raw_size;
    } record{{type, 0, size}, input.take<std::uint32_t>()};
    const auto advance = input.take<std::uint32_t>();
    sim_emit_raw(event(ring), &record, sizeof(record), advance);
  }
  void emit_bytes(Input& input) {
    const auto ring = take_ring(input);
    const auto bytes = input.take_bytes(input.take<std::uint8_t>());
    sim_emit_raw(event(ring), bytes.data(), bytes.size(), bytes.size());
  }
  void consume(Input&) {
    expect();
    const int result = call([&] { return perf_buffer__consume(buffer_); });
    int first = 0;
    for (unsigned ring = 0; ring < kRings; ++ring) {
      if (first == 0) {
        check_read(ring);
        first = expected_[ring].result;
      } else {
        check_unread(ring);
      }
    }
    require(result == first, "consume returns the first result that is not 0, and ends there");
  }
  void consume_ring(Input& input) {
    expect();
    const std::size_t index = input.take<std::uint8_t>() % (kRings + 1);
    const int result = call([&] { return perf_buffer__consume_buffer(buffer_, index); });
    require(result == (index < kRings ? expected_[index].result : -EINVAL), "the ring's result");
    for (unsigned ring = 0; ring < kRings; ++ring)
      ring == index ? check_read(ring) : check_unread(ring);
  }
  // What is ready is the simulator's to know: each ring is read whole or not at all.
  void poll(Input&) {
    expect();
    const int result = call([&] { return perf_buffer__poll(buffer_, 0); });
    bool explained = result >= 0 && result <= static_cast<int>(kRings);
    for (unsigned ring = 0; ring < kRings; ++ring) {
      if (calls_[ring].empty() && tail(ring) == before_[ring]) {
        check_unread(ring);
        continue;
      }
      check_read(ring);
      explained = explained || expected_[ring].result == result;
    }
    require(explained, "poll returns a number of rings, or the result of one");
  }

private:
  void make(std::size_t page_count) {
    if (settings_.raw) {
      perf_event_attr attr{};
      attr.size = sizeof(attr);
      attr.type = PERF_TYPE_SOFTWARE;
      attr.config = PERF_COUNT_SW_BPF_OUTPUT;
      attr.sample_type = PERF_SAMPLE_RAW;
      attr.wakeup_events = 1;
      buffer_ = perf_buffer__new_raw(map_.get(), page_count, &attr, on_event, this, nullptr);
    } else {
      buffer_ = perf_buffer__new(map_.get(), page_count, settings_.sample_cb ? on_sample : nullptr,
                                 settings_.lost_cb ? on_lost : nullptr, this, nullptr);
    }
    require(buffer_ != nullptr && perf_buffer__buffer_cnt(buffer_) == kRings, "there are rings");
    // The model knows what is in a ring, not what events have counted besides.
    sim_fail_from("read", 1, EIO);
  }

  static void on_sample(void* context, int cpu, void* data, __u32 size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    static_cast<Buffer*>(context)->calls_[cpu].push_back({{bytes, bytes + size}, 0});
  }
  static void on_lost(void* context, int cpu, __u64 count) {
    static_cast<Buffer*>(context)->calls_[cpu].push_back({{}, count});
  }
  static bpf_perf_event_ret on_event(void* context, int cpu, perf_event_header* record) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(record);
    auto& buffer = *static_cast<Buffer*>(context);
    const std::size_t size = record->size;
    buffer.calls_[cpu].push_back({{bytes, bytes + size}, 0});
    return static_cast<bpf_perf_event_ret>(buffer.settings_.answer(size));
  }

  static unsigned take_ring(Input& input) { return input.take<std::uint8_t>() % kRings; }
  [[nodiscard]] int event(unsigned ring) const { return sim_event_fd(map_.get(), ring); }
  [[nodiscard]] const perf_event_mmap_page& page(unsigned ring, std::size_t& size) const {
    void* memory = nullptr;
    require(perf_buffer__buffer(buffer_, static_cast<int>(ring), &memory, &size) == 0,
            "a ring has memory");
    return *static_cast<const perf_event_mmap_page*>(memory);
  }
  [[nodiscard]] std::uint64_t tail(unsigned ring) const {
    std::size_t size = 0;
    return page(ring, size).data_tail;
  }

  // expect works out what reading would do to each ring as it is now.
  void expect() {
    for (unsigned ring = 0; ring < kRings; ++ring) {
      std::size_t size = 0;
      const auto& header = page(ring, size);
      const auto* data = reinterpret_cast<const std::uint8_t*>(&header) + header.data_offset;
      const RingModel model({data, size}, header.data_tail, header.data_head);
      expected_[ring] = read_model(settings_, model, header.data_head);
      before_[ring] = header.data_tail;
      calls_[ring].clear();
    }
  }
  template <class Function>
  static int call(Function function) {
    constexpr int kUntouched = 12345;
    errno = kUntouched;
    const int result = function();
    require(errno == (result < 0 ? -result : kUntouched), "errno is set by failures alone");
    return result;
  }
  void check_read(unsigned ring) const {
    require(calls_[ring] == expected_[ring].calls, "the callbacks are told what is in the ring");
    require(tail(ring) == expected_[ring].tail, "the tail is behind what was read");
  }
  void check_unread(unsigned ring) const {
    require(calls_[ring].empty() && tail(ring) == before_[ring], "a ring is left alone");
  }

  Settings settings_{};
  os::UniqueFd map_;
  perf_buffer* buffer_ = nullptr;
  std::vector<Call> calls_[kRings];
  Outcome expected_[kRings];
  std::uint64_t before_[kRings] = {};
};

} // namespace
} // namespace ringside::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside::test;
  using Happening = void (Buffer::*)(Input&);
  constexpr Happening kHappenings[] = {
      &Buffer::output,     &Buffer::output_large, &Buffer::emit,         &Buffer::emit_header,
      &Buffer::emit_bytes, &Buffer::consume,      &Buffer::consume_ring, &Buffer::poll};
  const Messages messages;
  Input input(bytes, size);
  Buffer buffer(input);
  for (int left = 64; left > 0 && !input.empty(); --left)
    (buffer.*kHappenings[input.take<std::uint8_t>() % std::size(kHappenings)])(input);
  buffer.consume(input);
  return 0;
}
