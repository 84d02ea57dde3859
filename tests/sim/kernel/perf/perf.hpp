// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Perf: perf_event_open(2), and what tests do to perf events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <linux/perf_event.h>
#include <sys/types.h>

#include "sim/kernel/core.hpp"
#include "sim/kernel/files/cpus.hpp"
#include "sim/kernel/perf/perf_event.hpp"

namespace ringside::sim {

class Perf {
public:
  Perf(Core& core, Cpus& cpus) : core_(core), cpus_(cpus) {}

  // These enter the kernel.
  int perf_event_open(perf_event_attr* attr, pid_t pid, int cpu, int group_fd, unsigned long flags);
  void set_online(unsigned cpu, bool online);
  void sleep(std::uint64_t ns);
  void set_page_count_bits(unsigned bits);
  int emit(int event_fd, std::uint32_t type, std::uint16_t misc, std::span<const std::byte> body);
  int emit_raw(int event_fd, std::span<const std::byte> bytes, std::uint64_t advance);
  int set_positions(int event_fd, std::uint64_t head, std::uint64_t tail);

  // set_output makes an event write into the ring of another, or of none (-1): 0 or -errno.
  int set_output(PerfEvent& event, int output_fd);
  // origin is where and when a record comes from that is written now.
  [[nodiscard]] PerfEvent::Origin origin(unsigned cpu) const { return {cpu, core_.clock.now_ns()}; }
  Core& core() { return core_; }
  void reset() {
    events_.clear();
    page_count_bits_ = 64;
  }
  // counted_pages is the number of a ring's pages as this kernel counts it.
  [[nodiscard]] std::size_t counted_pages(std::size_t pages) const {
    return page_count_bits_ < 64 ? pages & ((std::size_t{1} << page_count_bits_) - 1) : pages;
  }

private:
  // ringed_event is the event of a descriptor if it has a ring; else nothing, and an error.
  std::shared_ptr<PerfEvent> ringed_event(int fd, int& error);
  // end_events ends those on a CPU that goes.
  void end_events(unsigned cpu);

  Core& core_;
  Cpus& cpus_;
  unsigned page_count_bits_ = 64;
  std::vector<std::weak_ptr<PerfEvent>> events_;
};

} // namespace ringside::sim
