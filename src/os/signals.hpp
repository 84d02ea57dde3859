// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Signals that wait while a thread does what they would interrupt. No simulated kernel stands in
// for these calls.
#pragma once

#include <csignal>

namespace ringside::os {

// SignalsBlocked blocks the signals of its thread until it goes away, but for those by which people
// and supervisors end a process: INT, TERM, QUIT, HUP. Signals that come meanwhile are delivered
// then.
class SignalsBlocked {
public:
  SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked();

private:
  sigset_t before_;
};

} // namespace ringside::os
