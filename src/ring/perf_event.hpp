// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfEvent: one owned perf event.
#pragma once

#include "base/shared_word.hpp"
#include "os/os.hpp"

namespace ringside {

// PerfEvent closes its event when it goes away. Before, it disables one that may stay: something
// else may hold it, a child of the process for one, and it may do more than take what BPF code
// writes. To disable interrupts the event's CPU, which takes as long as to close.
class PerfEvent {
public:
  static Result<PerfEvent> open(perf_event_attr* attr, int cpu) {
    auto fd = os::open_perf_event(attr, cpu);
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
      static_cast<void>(os::disable_perf_event(fd_.get()));
  }

  [[nodiscard]] int fd() const { return fd_.get(); }
  // give is fd() for the program, which may put the event into another map.
  int give() {
    store_relaxed(may_stay_, true);
    return fd();
  }

private:
  os::UniqueFd fd_;
  bool may_stay_ = false;
};

} // namespace ringside
