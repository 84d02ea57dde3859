// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Programs on perf events.
#pragma once

#include <cstdint>

#include <linux/perf_event.h>

#include "attach/link.hpp"
#include "attach/program.hpp"
#include "attach/tracefs.hpp"

namespace ringside::attach {

struct Event {
  TraceProbe probe; // what the event reports, if a command to tracefs made it
  os::UniqueFd fd;  // closed before the probe is removed
};

struct EventOptions {
  std::uint64_t cookie = 0;
  bool by_ioctl = false; // instead of by a link of the kernel
  bool enable = true;
};

// attach_event attaches a program to an event. The event then belongs to the link; after a failure
// it stays with the caller. Errors, each with a message: EINVAL: there is no event, or the program
// is not loaded; EOPNOTSUPP: a cookie is given, but the program is not attached by a link of the
// kernel; what the kernel refuses with.
Result<Owned<Link>> attach_event(const Program& program, Event& event, const EventOptions& options);

// open_event opens an event that counts in one process, or in all where `pid` is below 0.
Result<os::UniqueFd> open_event(perf_event_attr& attr, std::int32_t pid);

// open_tracepoint_event opens one event for a tracepoint on all CPUs.
Result<os::UniqueFd> open_tracepoint_event(std::uint64_t id, std::int32_t pid,
                                           const Subject& subject);

// attach_tracepoint attaches to a tracepoint by its names. The errors are those of event_id too;
// EINVAL: a name is null.
Result<Owned<Link>> attach_tracepoint(const Program& program, const char* category,
                                      const char* name, std::uint64_t cookie);

} // namespace ringside::attach
