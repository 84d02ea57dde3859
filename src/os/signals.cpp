// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Blocking signals, on Linux.
#include "os/signals.hpp"

#include <initializer_list>

namespace ringside::os {

SignalsBlocked::SignalsBlocked() {
  sigset_t all;
  sigfillset(&all);
  for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP})
    sigdelset(&all, signal);
  pthread_sigmask(SIG_BLOCK, &all, &before_);
}

SignalsBlocked::~SignalsBlocked() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

} // namespace ringside::os
