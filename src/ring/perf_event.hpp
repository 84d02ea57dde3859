// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfEvent: one owned perf event.
#pragma once

#include "base/shared_word.hpp"
#include "os/perf.hpp"
#include "os/unique_fd.hpp"

namespace ringside {

// PerfEvent closes its event when it goes away. Before, it disables one that may stay: something
// else may hold it, a child of the process for one, and it may do more than take what BPF code
// writes. To disable interrupts the event's CPU, which takes as long as to close.
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
    event.may_stay_ = attr->type != PERF_TYPE_SOFTWARE || attr->config != PERF_COUNT_SW_BPF_OUTPUT;
    return event;
  }

  PerfEvent() = default;
  PerfEvent(PerfEvent&&) noexcept = default;
  PerfEvent& operator=(PerfEvent&&) noexcept = default;
  PerfEvent(const PerfEvent&) = delete;
  PerfEvent& operator=(const PerfEvent&) = delete;
  ~PerfEvent() {
    if (fd_ && load_relaxed(may_stay_))
      static_cast<void>(control(PERF_EVENT_IOC_DISABLE));
  }

  Result<void> enable() { return control(PERF_EVENT_IOC_ENABLE); }
  // write_into makes the event write its records into the ring of `ring_fd`, an event on the same
  // CPU.
  Result<void> write_into(int ring_fd) {
    return control(PERF_EVENT_IOC_SET_OUTPUT, static_cast<unsigned long>(ring_fd));
  }

  [[nodiscard]] int fd() const { return fd_.get(); }
  // give is fd() for the program, which may put the event into another map.
  int give() {
    store_relaxed(may_stay_, true);
    return fd();
  }

private:
  Result<void> control(unsigned long request, unsigned long argument = 0) {
    if (const auto done = os::perf_ioctl(fd_.get(), request, argument); !done)
      return done.error();
    return {};
  }

  os::UniqueFd fd_;
  bool may_stay_ = false;
};

} // namespace ringside
