// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// open_told, run_told: the end of a function that is one command of bpf(2). A refusal is explained.
#pragma once

#include <utility>

#include "abi/boundary/entry.hpp"
#include "bpf/command.hpp"
#include "kernel/newer_requests.hpp"

namespace ringside {

// open_told makes a command that gives a descriptor.
template <class Attr>
int open_told(const OneCall& entry, const char* function, int command, const Attr& attr) {
  auto fd = bpf::open(command, attr);
  kernel::tell_if_refused(fd, function, command, attr);
  return entry.leave(std::move(fd));
}

// run_told makes one that gives 0.
template <class Attr>
int run_told(const OneCall& entry, const char* function, int command, const Attr& attr) {
  const auto done = bpf::run(command, attr);
  kernel::tell_if_refused(done, function, command, attr);
  return entry.leave(done);
}

} // namespace ringside
