// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfBufferFixture: a map on the simulated kernel, and callbacks that write down what they are
// told.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <linux/bpf.h>
#include <linux/perf_event.h>

#include <bpf/libbpf.h>

#include "messages.hpp"
#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside::test {

struct Sample {
  int cpu;
  std::string bytes;
};
struct Lost {
  int cpu;
  std::uint64_t count;
};

class PerfBufferFixture {
public:
  // The number of CPUs is the same in all tests, because the library asks for it once.
  static constexpr unsigned kCpus = 4;

  explicit PerfBufferFixture(unsigned slots = 2) {
    sim_reset(kCpus);
    map_ = os::UniqueFd(sim_create_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, slots, "events"));
  }

  [[nodiscard]] int map() const { return map_.get(); }
  void close_map() { map_ = os::UniqueFd(); }

  perf_buffer* make(std::size_t pages = 1, const perf_buffer_opts* options = nullptr) {
    return perf_buffer__new(map(), pages, on_sample, on_lost, this, options);
  }
  perf_buffer* make_raw(perf_buffer_event_fn event, const perf_buffer_raw_opts* options = nullptr) {
    perf_event_attr attr{};
    attr.size = sizeof(attr);
    attr.type = PERF_TYPE_SOFTWARE;
    attr.config = PERF_COUNT_SW_BPF_OUTPUT;
    attr.sample_type = PERF_SAMPLE_RAW;
    attr.wakeup_events = 1;
    return perf_buffer__new_raw(map(), 1, &attr, event, this, options);
  }
  void output(unsigned cpu, const std::string& bytes) const {
    sim_output(map(), cpu, bytes.data(), static_cast<std::uint32_t>(bytes.size()));
  }
  [[nodiscard]] int event(unsigned cpu) const { return sim_event_fd(map(), cpu); }

  std::vector<Sample> samples;
  std::function<void()> act; // in the callback, behind what it writes down
  std::vector<Lost> losses;
  Messages messages;

private:
  static void on_sample(void* context, int cpu, void* data, __u32 size) {
    auto* fixture = static_cast<PerfBufferFixture*>(context);
    fixture->samples.push_back({cpu, std::string(static_cast<const char*>(data), size)});
    if (const auto act = fixture->act)
      act();
  }
  static void on_lost(void* context, int cpu, __u64 count) {
    static_cast<PerfBufferFixture*>(context)->losses.push_back({cpu, count});
  }

  os::UniqueFd map_;
};

} // namespace ringside::test
