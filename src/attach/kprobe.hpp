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

// What a link of many functions has: those that a pattern fits, or else functions by their names,
// or else addresses. Each list is `count` long, or null.
struct KprobeMulti {
  const char* pattern = nullptr;
  const char* const* functions = nullptr;
  const unsigned long* addresses = nullptr;
  const void* cookies = nullptr; // numbers of 64 bits
  std::size_t count = 0;
  bool at_return = false;
  bool session = false;     // on entry, and if the program says so on return
  bool must_be_one = false; // the pattern may fit one function alone
};

// attach_kprobe_multi makes one link for all. EINVAL for lists that do not go together, and where
// the pattern fits more than the one function that it must; the errors of match_kernel_functions;
// ENOENT: a function of the list is not there; what the kernel refuses with.
Result<Owned<Link>> attach_kprobe_multi(const Program& program, const KprobeMulti& multi);

} // namespace ringside::attach
