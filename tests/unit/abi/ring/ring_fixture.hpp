// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// RingFixture: a BPF ring on the simulated kernel, and a callback that writes down what it is told.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

#include <bpf/libbpf.h>

#include "messages.hpp"
#include "os/unique_fd.hpp"
#include "sim/sim_control.h"

namespace ringside::test {

inline constexpr std::uint32_t kRingSize = 4096;

class RingFixture {
public:
  explicit RingFixture(std::uint32_t size = kRingSize) {
    sim_reset(2);
    map_ = os::UniqueFd(sim_create_map(BPF_MAP_TYPE_RINGBUF, size, "events"));
  }

  [[nodiscard]] int map() const { return map_.get(); }
  ring_buffer* make() { return ring_buffer__new(map(), on_sample, this, nullptr); }
  void output(const std::string& bytes) const {
    REQUIRE(sim_ringbuf_output(map(), bytes.data(), bytes.size(), 0) == 0);
  }
  [[nodiscard]] std::uint64_t published() const {
    std::uint64_t consumer = 0;
    std::uint64_t producer = 0;
    REQUIRE(sim_ringbuf_positions(map(), &consumer, &producer) == 0);
    return consumer;
  }

  static int on_sample(void* context, void* data, size_t size) {
    auto* fixture = static_cast<RingFixture*>(context);
    fixture->samples.emplace_back(static_cast<const char*>(data), size);
    return fixture->answer ? fixture->answer() : 0;
  }

  std::vector<std::string> samples;
  std::function<int()> answer;
  Messages messages;

private:
  os::UniqueFd map_;
};

} // namespace ringside::test
