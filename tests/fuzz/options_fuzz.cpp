// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Option structs of every size and content, with a guard behind their sz bytes: Options itself, and
// both constructors of perf_buffer on the simulated kernel.
#include "base/options.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <linux/bpf.h>
#include <linux/perf_event.h>

#include <bpf/libbpf.h>

#include "check.hpp"
#include "guarded_memory.hpp"
#include "input.hpp"
#include "messages.hpp"
#include "os/epoll.hpp"
#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside {
namespace test {

// Shape is a struct with a member of each size, close to the beginning and far behind.
struct Shape {
  std::size_t sz;
  std::uint32_t word;
  std::uint8_t byte;
  std::uint16_t half;
  std::uint64_t quad;
  std::uint8_t far_bytes[200];
  std::uint32_t far_word;
};

} // namespace test

template <>
struct OptionsType<test::Shape> {
  static constexpr const char* kName = "options";
  static constexpr std::size_t kEnd = sizeof(test::Shape);
};
} // namespace ringside

namespace ringside::test {
namespace {

constexpr std::size_t kLargestStruct = 512;
// The library asks once for the number of CPUs, so it is the same in each run.
constexpr int kCpus = 4;
constexpr std::uint32_t kSlots = 4;

// OptionsStruct is a caller's struct: sz, then what the input has, then zeroes.
class OptionsStruct {
public:
  explicit OptionsStruct(Input& input)
      : size_(input.take<std::uint16_t>() % (kLargestStruct + 1)),
        bytes_(std::max(size_, sizeof(size_))) {
    std::memcpy(bytes_.data(), &size_, sizeof(size_));
  }

  void fill(Input& input) {
    const auto content = input.take_bytes(bytes_.size() - sizeof(std::size_t));
    std::copy(content.begin(), content.end(), bytes_.begin() + sizeof(std::size_t));
  }
  // set writes as much of a field as the struct has.
  template <class T>
  void set(std::size_t offset, T value) {
    if (offset < bytes_.size())
      std::memcpy(bytes_.data() + offset, &value, std::min(sizeof(T), bytes_.size() - offset));
  }

  // in_memory is the struct with sz bytes that can be read, and never less than sz itself.
  [[nodiscard]] const void* in_memory() const {
    static const GuardedMemory kMemory(1);
    std::byte* bytes = kMemory.last(bytes_.size());
    std::memcpy(bytes, bytes_.data(), bytes_.size());
    return bytes;
  }

  [[nodiscard]] bool acceptable(std::size_t known_end) const {
    const auto known = std::min(known_end, bytes_.size());
    return size_ >= sizeof(std::size_t) &&
           std::all_of(bytes_.begin() + static_cast<std::ptrdiff_t>(known), bytes_.end(),
                       [](std::uint8_t byte) { return byte == 0; });
  }
  template <class T>
  [[nodiscard]] T field(std::size_t offset, T fallback) const {
    T value = fallback;
    if (offset + sizeof(T) <= size_)
      std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }

private:
  std::size_t size_;
  std::vector<std::uint8_t> bytes_;
};

template <class T>
void check_field(const Options<Shape>& options, const OptionsStruct& expected, T Shape::*member,
                 std::size_t offset) {
  constexpr auto kFallback = static_cast<T>(0xa5a5a5a5a5a5a5a5);
  require(options.get(member, kFallback) == expected.field(offset, kFallback),
          "a field has its value where sz reaches past it, else its default");
}

void check_size(Input& input, const OptionsStruct& given) {
  const std::size_t known_end = sizeof(std::size_t) + input.take<std::uint8_t>();
  const auto size = options_size("options", given.in_memory(), known_end);
  require(static_cast<bool>(size) == given.acceptable(known_end),
          "options are refused if sz is too small, or if unknown bytes are set");
  require(size || size.error() == Errno(EINVAL), "bad options are EINVAL");
}

void read_options(Input& input) {
  OptionsStruct given(input);
  given.fill(input);
  check_size(input, given);
  const auto* shape = static_cast<const Shape*>(given.in_memory());
  const auto options = Options<Shape>::read(shape);
  require(static_cast<bool>(options) == given.acceptable(sizeof(Shape)),
          "options are refused if bytes behind the last field are set");
  if (!options)
    return;
  check_field(*options, given, &Shape::word, offsetof(Shape, word));
  check_field(*options, given, &Shape::byte, offsetof(Shape, byte));
  check_field(*options, given, &Shape::half, offsetof(Shape, half));
  check_field(*options, given, &Shape::quad, offsetof(Shape, quad));
  check_field(*options, given, &Shape::far_word, offsetof(Shape, far_word));
}

// Machine is a simulated kernel with a map, on which nothing may stay behind.
class Machine {
public:
  Machine() {
    sim_reset(kCpus);
    map_ = os::UniqueFd(sim_create_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, kSlots, "events"));
    require(static_cast<bool>(map_), "there is a map");
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine() {
    const auto live = sim_live();
    require(live.fds == 1 && live.mappings == 0 && live.slots == 0 && live.bytes == 0,
            "nothing stays behind but the map");
  }

  [[nodiscard]] int map() const { return map_.get(); }

private:
  os::UniqueFd map_;
};

void drop_sample(void*, int, void*, __u32) {}
bpf_perf_event_ret drop_event(void*, int, perf_event_header*) {
  return LIBBPF_PERF_EVENT_CONT;
}

// check_period writes samples on CPU 0 and expects a wakeup at each `period`.
void check_period(const Machine& machine, perf_buffer* buffer, std::uint32_t period) {
  for (std::uint32_t written = 1; written <= 12; ++written) {
    const std::uint64_t sample = written;
    require(sim_output(machine.map(), 0, &sample, sizeof(sample)) == 0, "a sample fits");
    epoll_event ready{};
    const auto woken = os::wait_epoll(perf_buffer__epoll_fd(buffer), {&ready, 1}, 0);
    require(woken && *woken == (written % period == 0 ? 1U : 0U),
            "the reader is woken once in a sample_period");
  }
}

void make_buffer(Input& input) {
  constexpr std::size_t kKnownEnd = offsetof(perf_buffer_opts, sample_period) + sizeof(__u32);
  OptionsStruct given(input);
  given.fill(input);
  const Machine machine;
  errno = 0;
  perf_buffer* buffer = perf_buffer__new(machine.map(), 1, drop_sample, nullptr, nullptr,
                                         static_cast<const perf_buffer_opts*>(given.in_memory()));
  require((buffer != nullptr) == given.acceptable(kKnownEnd), "options decide on the buffer");
  require(errno == (buffer != nullptr ? 0 : EINVAL), "errno tells bad options");
  if (buffer == nullptr)
    return;
  const auto period = given.field(offsetof(perf_buffer_opts, sample_period), std::uint32_t{0});
  check_period(machine, buffer, std::max(period, 1U));
  perf_buffer__free(buffer);
}

// CpuList is the caller's list in perf_buffer_raw_opts, each array with a guard behind it.
class CpuList {
public:
  explicit CpuList(Input& input) {
    const auto flags = input.take<std::uint8_t>();
    cpus_given_ = (flags & 1) == 0;
    keys_given_ = (flags & 2) == 0;
    cpus_.resize((flags >> 2) % 8);
    keys_.resize(cpus_.size());
    for (auto* list : {&cpus_, &keys_}) {
      for (int& number : *list)
        number = input.take<std::int8_t>(); // NOLINT(bugprone-signed-char-misuse): a number
    }
    count_ = input.take<std::int32_t>();
    // More than there are would be the caller's fault, which the library cannot see.
    if (cpus_given_ && keys_given_)
      count_ = std::min(count_, static_cast<std::int32_t>(cpus_.size()));
  }

  void write_to(OptionsStruct& options) const {
    static const GuardedMemory kCpusMemory(1);
    static const GuardedMemory kKeysMemory(1);
    options.set(offsetof(perf_buffer_raw_opts, cpu_cnt), count_);
    options.set(offsetof(perf_buffer_raw_opts, cpus),
                cpus_given_ ? in_memory(kCpusMemory, cpus_) : nullptr);
    options.set(offsetof(perf_buffer_raw_opts, map_keys),
                keys_given_ ? in_memory(kKeysMemory, keys_) : nullptr);
  }

  // expected_error is what opening all of the list fails with, or 0.
  [[nodiscard]] int expected_error(std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
      if (cpus_[i] < 0 || cpus_[i] >= kCpus)
        return EINVAL;
      if (keys_[i] < 0 || static_cast<std::uint32_t>(keys_[i]) >= kSlots)
        return E2BIG;
    }
    return 0;
  }
  [[nodiscard]] int key(std::size_t index) const { return keys_[index]; }

private:
  static const int* in_memory(const GuardedMemory& memory, const std::vector<int>& list) {
    std::byte* bytes = memory.last(list.size() * sizeof(int));
    if (!list.empty())
      std::memcpy(bytes, list.data(), list.size() * sizeof(int));
    return reinterpret_cast<const int*>(bytes);
  }

  bool cpus_given_;
  bool keys_given_;
  std::vector<int> cpus_;
  std::vector<int> keys_;
  std::int32_t count_;
};

// expected_error is what perf_buffer__new_raw fails with, or 0; `count` becomes the rings' number.
int expected_error(const OptionsStruct& given, const CpuList& list, std::size_t& count) {
  if (!given.acceptable(offsetof(perf_buffer_raw_opts, map_keys) + sizeof(int*)))
    return EINVAL;
  const int cpu_count = given.field(offsetof(perf_buffer_raw_opts, cpu_cnt), 0);
  count = kCpus;
  if (cpu_count <= 0)
    return 0;
  if (given.field(offsetof(perf_buffer_raw_opts, cpus), std::uintptr_t{0}) == 0 ||
      given.field(offsetof(perf_buffer_raw_opts, map_keys), std::uintptr_t{0}) == 0)
    return EINVAL;
  count = static_cast<std::size_t>(cpu_count);
  return list.expected_error(count);
}

// check_slots expects each ring in the slot of its key, or in the listed place of the last one that
// has the same key.
void check_slots(const Machine& machine, perf_buffer* buffer, std::size_t count,
                 const CpuList* list) {
  int expected[kSlots];
  std::fill(std::begin(expected), std::end(expected), -ENOENT);
  for (std::size_t i = 0; i < count; ++i)
    expected[list != nullptr ? list->key(i) : static_cast<int>(i)] =
        perf_buffer__buffer_fd(buffer, i);
  for (std::uint32_t key = 0; key < kSlots; ++key)
    require(sim_event_fd(machine.map(), key) == expected[key], "each ring is in its slot");
}

void make_raw_buffer(Input& input) {
  OptionsStruct given(input);
  const CpuList list(input);
  given.fill(input);
  list.write_to(given);
  std::size_t count = 0;
  const int error = expected_error(given, list, count);

  const Machine machine;
  perf_event_attr attr{};
  attr.size = sizeof(attr);
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_BPF_OUTPUT;
  attr.sample_type = PERF_SAMPLE_RAW;
  errno = 0;
  perf_buffer* buffer =
      perf_buffer__new_raw(machine.map(), 1, &attr, drop_event, nullptr,
                           static_cast<const perf_buffer_raw_opts*>(given.in_memory()));
  require((buffer != nullptr) == (error == 0), "options decide on the buffer");
  require(errno == error, "errno tells what is wrong");
  if (buffer == nullptr)
    return;
  require(perf_buffer__buffer_cnt(buffer) == count, "a ring for each CPU");
  const bool listed = given.field(offsetof(perf_buffer_raw_opts, cpu_cnt), 0) > 0;
  check_slots(machine, buffer, count, listed ? &list : nullptr);
  perf_buffer__free(buffer);
}

} // namespace
} // namespace ringside::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ringside::test;
  using Target = void (*)(Input&);
  constexpr Target kTargets[] = {read_options, make_buffer, make_raw_buffer};
  const Messages messages;
  Input input(bytes, size);
  kTargets[input.take<std::uint8_t>() % std::size(kTargets)](input);
  return 0;
}
