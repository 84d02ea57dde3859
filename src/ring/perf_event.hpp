// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// PerfEvent: one owned perf event.
#pragma once

#include "os/os.hpp"

namespace ringside {

// PerfEvent disables and closes its event when it goes away. Disabling matters where the program
// holds a duplicate of the descriptor.
class PerfEvent {
public:
  static Result<PerfEvent> open(perf_event_attr* attr, int cpu) {
    auto fd = os::open_perf_event(attr, cpu);
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
      static_cast<void>(os::disable_perf_event(fd_.get()));
  }

  [[nodiscard]] int fd() const { return fd_.get(); }

private:
  os::UniqueFd fd_;
};

} // namespace ringside
