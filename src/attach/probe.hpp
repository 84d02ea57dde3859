// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Probes: a program on one place of the kernel's code, or of a file's.
#pragma once

#include <cstdint>

#include "attach/event.hpp"
#include "attach/link.hpp"
#include "attach/program.hpp"
#include "attach/tracefs.hpp"

namespace ringside::attach {

// How the event is made, and how the program is set on it. The numbers are those of enum
// probe_attach_mode.
enum class ProbeMode : std::uint32_t {
  best = 0,    // by a PMU and a link, if the kernel has these
  tracefs = 1, // by tracefs and ioctl(2)
  ioctl = 2,   // by a PMU and ioctl(2)
  link = 3,    // by a PMU and a link
};

struct ProbePlace {
  ProbeKind kind = ProbeKind::kprobe;
  const char* name = nullptr; // the function, or the path; null: `offset` is an address
  std::uint64_t offset = 0;   // in the function, or in the file
  std::uint64_t counter = 0;  // where in the file a semaphore is; 0: there is none
  bool at_return = false;
  std::int32_t pid = -1; // below 0: all processes
};

// check_mode fails with EINVAL for an unknown mode, and with ENOTSUP for one that this kernel does
// not have. Each with a message.
Result<void> check_mode(ProbeMode mode, ProbeKind kind, const Subject& subject);

// attach_probe attaches a program to a place. Errors, each with a message: EINVAL: there is a
// semaphore, and probes of this mode cannot have one; EOPNOTSUPP: the place is an address, and the
// probe is made by tracefs; those of check_mode, TraceProbe::make and attach_event; what the kernel
// refuses with.
Result<Owned<Link>> attach_probe(const Program& program, const ProbePlace& place, ProbeMode mode,
                                 std::uint64_t cookie);

} // namespace ringside::attach
