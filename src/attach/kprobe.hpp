// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kprobes: programs on functions of the kernel.
#pragma once

#include <cstddef>
#include <cstdint>

#include "attach/link.hpp"
#include "attach/probe.hpp"
#include "attach/program.hpp"

namespace ringside::attach {

struct Kprobe {
  const char* function = nullptr; // "[module:]function"; null: `offset` is an address
  std::uint64_t offset = 0;
  bool at_return = false;
  ProbeMode mode = ProbeMode::best;
  std::uint64_t cookie = 0;
};

// attach_kprobe attaches to one place. The errors are those of attach_probe.
Result<Owned<Link>> attach_kprobe(const Program& program, const Kprobe& kprobe);

// attach_system_call attaches to the kernel's function for a system call of this machine.
Result<Owned<Link>> attach_system_call(const Program& program, const char* name, bool at_return,
                                       std::uint64_t cookie);

// The functions that one link attaches to: those whose names fit a pattern, or a list of names, or
// a list of addresses. Each list has `count` elements, or is null.
struct KprobeMulti {
  const char* pattern = nullptr;
  const char* const* functions = nullptr;
  const unsigned long* addresses = nullptr;
  const void* cookies = nullptr; // numbers of 64 bits
  std::size_t count = 0;
  bool at_return = false;
  bool session = false;     // on entry; on return too, if the program asks for it on entry
  bool must_be_one = false; // EINVAL if the pattern fits several functions
};

// attach_kprobe_multi makes one link for all. EINVAL: the lists do not go together, or must_be_one
// is set and several functions fit; ENOENT: the kernel has not all functions of the list; the
// errors of match_kernel_functions; what the kernel refuses with.
Result<Owned<Link>> attach_kprobe_multi(const Program& program, const KprobeMulti& multi);

} // namespace ringside::attach
