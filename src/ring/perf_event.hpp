// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfEvent: one owned perf event.
#pragma once

#include "os/perf.hpp"
#include "os/unique_fd.hpp"

namespace ringside {

// PerfEvent closes its event when it goes away, and disables it before. The event lives on in what
// else holds it: a child of the process, or another map, and for some milliseconds the map that it
// was taken out of (an RCU grace period in bpf_event_entry_free_rcu). As long as it is enabled, the
// kernel schedules it again for each event that is opened on its CPU.
class PerfEvent {
public:
  // open makes an event for every thread on one CPU, outside of any group, close-on-exec.
  static Result<PerfEvent> open(perf_event_attr* attr, int cpu) {
    constexpr pid_t kAnyThread = -1;
    constexpr int kNoGroup = -1;
    auto fd = os::perf_event_open(attr, kAnyThread, cpu, kNoGroup, PERF_FLAG_FD_CLOEXEC);
    if (!fd)
      return fd.error();
    PerfEvent event;
    event.fd_ = std::move(*fd);
    return event;
  }

  PerfEvent() = default;
  PerfEvent(PerfEvent&&) noexcept = default;
  PerfEvent& operator=(PerfEvent&&) noexcept = default;
  PerfEvent(const PerfEvent&) = delete;
  PerfEvent& operator=(const PerfEvent&) = delete;
  ~PerfEvent() {
    if (fd_)
      static_cast<void>(control(PERF_EVENT_IOC_DISABLE));
  }

  Result<void> enable() { return control(PERF_EVENT_IOC_ENABLE); }
  // write_into makes the event write its records into the ring of `ring_fd`, an event on the same
  // CPU.
  Result<void> write_into(int ring_fd) {
    return control(PERF_EVENT_IOC_SET_OUTPUT, static_cast<unsigned long>(ring_fd));
  }

  [[nodiscard]] int fd() const { return fd_.get(); }

private:
  Result<void> control(unsigned long request, unsigned long argument = 0) {
    if (const auto done = os::perf_ioctl(fd_.get(), request, argument); !done)
      return done.error();
    return {};
  }

  os::UniqueFd fd_;
};

} // namespace ringside
