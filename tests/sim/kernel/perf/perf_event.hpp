// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfEvent: a software perf event, the records that it writes, and what perf_event_open checks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <linux/perf_event.h>

#include "sim/kernel/file.hpp"
#include "sim/kernel/perf/perf_ring.hpp"

namespace ringside::sim {

// read_attr copies the caller's attr as the kernel does: 0 or -errno. For a size that the kernel
// does not know it writes its own into the caller's.
int read_attr(perf_event_attr* from, perf_event_attr& attr);

class Perf;

class PerfEvent final : public File, public std::enable_shared_from_this<PerfEvent> {
public:
  // `now_ns` here and below is the time that the code under test sees.
  PerfEvent(Perf& perf, const perf_event_attr& attr, int cpu, std::uint64_t id,
            std::uint64_t now_ns);
  ~PerfEvent() override;

  [[nodiscard]] const perf_event_attr& attr() const { return attr_; }
  [[nodiscard]] int cpu() const { return cpu_; }
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] const std::shared_ptr<PerfRing>& ring() const { return ring_; }

  // attach makes the event write to `ring`; nullptr leaves it without.
  void attach(std::shared_ptr<PerfRing> ring);

  void set_enabled(bool enabled) { enabled_ = enabled; }
  // cpu_gone: its CPU went offline, and the event is off for good, online again or not.
  void cpu_gone(std::uint64_t now_ns) {
    if (!gone_at_ns_)
      gone_at_ns_ = now_ns;
  }
  [[nodiscard]] bool runs_on(unsigned cpu) const;

  // Where and when a record comes from.
  struct Origin {
    unsigned cpu = 0;
    std::uint64_t now_ns = 0;
  };
  // output writes a sample with raw data, as bpf_perf_event_output does: 0 or -ENOSPC.
  int output(std::span<const std::byte> data, const Origin& origin);
  // emit writes a record of any type with `body` behind its header: 0 or -ENOSPC. Each counts
  // towards wakeup_events, whatever its type.
  int emit(std::uint32_t type, std::uint16_t misc, std::span<const std::byte> body,
           const Origin& origin);

  unsigned mapping_count = 0;

  std::uint32_t ask() override;
  // read gives what the event counts. It has been on since it was opened, or until its CPU went.
  std::optional<long> read(int fd, std::span<std::byte> into) override;
  int ioctl(unsigned long request, unsigned long argument) override;
  [[nodiscard]] int check_map() const override { return 0; }
  // map maps the event's ring, which the first mapping makes.
  std::intptr_t map(const MapCall& call) override;

private:
  [[nodiscard]] std::size_t id_sample(std::uint64_t words[6], const Origin& origin) const;
  [[nodiscard]] std::size_t sample_fields(std::uint64_t words[9], const Origin& origin) const;
  bool begin(PerfRing::Output& output, std::uint16_t size, const Origin& origin);
  void end(const PerfRing::Output& output);

  Perf& perf_;
  perf_event_attr attr_;
  int cpu_;
  std::uint64_t id_;
  bool enabled_;
  std::uint64_t opened_at_ns_;
  std::optional<std::uint64_t> gone_at_ns_;
  std::uint64_t lost_samples_ = 0;
  std::shared_ptr<File> program_; // that PERF_EVENT_IOC_SET_BPF has set
  std::shared_ptr<PerfRing> ring_;
};

} // namespace ringside::sim
