// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// refused: the one way to report that the kernel refused something.
#pragma once

#include "base/failure.hpp"
#include "kernel/reason.hpp"

namespace ringside::kernel {

// Step is one thing that the kernel is asked for: its name in messages ("making an epoll set"), and
// the call that may be refused.
struct Step {
  const char* name;
  RefusedCall call = RefusedCall::other;
};

// refused warns that a step failed, with the reason why the kernel refused it, and returns the
// error. `wanted` is what the whole operation needs.
Errno refused(const Subject& subject, const Step& step, Errno error, const Wanted& wanted = {});

} // namespace ringside::kernel
