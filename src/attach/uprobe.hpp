// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Uprobes: programs on functions of other programs and of libraries.
#pragma once

#include <cstdint>
#include <span>

#include "attach/link.hpp"
#include "attach/probe.hpp"
#include "attach/program.hpp"

namespace ringside::attach {

struct Uprobe {
  std::int32_t pid = -1;          // below 0: all processes; 0: this one
  const char* path = nullptr;     // or a name without '/', to be searched; or "archive!/member"
  const char* function = nullptr; // null: `offset` is one in the file
  std::uint64_t offset = 0;
  std::uint64_t counter = 0; // where in the file the probe's semaphore is; 0: it has none
  bool at_return = false;
  ProbeMode mode = ProbeMode::best;
  std::uint64_t cookie = 0;
};

// attach_uprobe attaches to one place. The errors are those of find_file, TargetFile, find_function
// and attach_probe; EINVAL: there is no path.
Result<Owned<Link>> attach_uprobe(const Program& program, const Uprobe& uprobe);

// The places that one link attaches to: functions whose names fit a pattern, or a list of names, or
// a list of offsets. Each list has `count` elements, or is null.
struct UprobeMulti {
  std::int32_t pid = -1;
  const char* path = nullptr;
  const char* pattern = nullptr;
  const char* const* functions = nullptr;
  const unsigned long* offsets = nullptr;
  const unsigned long* counters = nullptr;
  const void* cookies = nullptr; // numbers of 64 bits
  std::size_t count = 0;
  bool at_return = false;
  bool session = false; // on entry; on return too, if the program asks for it on entry
};

// attach_uprobe_multi makes one link for all. EINVAL for lists that do not go together, and for a
// file that is no ELF file; else as attach_uprobe.
Result<Owned<Link>> attach_uprobe_multi(const Program& program, const UprobeMulti& multi);

} // namespace ringside::attach
