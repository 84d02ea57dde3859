// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Entry: which calls may enter the simulated kernel, and how it starts in a process, from its
// environment.
#include "sim/doors/entry.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <pthread.h>
#include <unistd.h>

namespace ringside::sim {
namespace {

pid_t owner;
thread_local bool inside;

Kernel& start() {
  Kernel& kernel = Kernel::instance();
  const char* cpus = std::getenv("RINGSIDE_SIM_CPUS");
  if (cpus != nullptr && std::strtoul(cpus, nullptr, 10) > 0)
    kernel.reset(static_cast<unsigned>(std::strtoul(cpus, nullptr, 10)));
  const char* load = std::getenv("RINGSIDE_SIM_LOAD");
  if (load != nullptr && !kernel.bpf().set_load(load))
    std::fprintf(stderr, "sim: RINGSIDE_SIM_LOAD='%s' is not records=N,size=N,per_wait=N\n", load);
  owner = getpid();
  pthread_atfork([] { Kernel::instance().before_fork(); }, [] { Kernel::instance().after_fork(); },
                 [] {
                   owner = getpid();
                   Kernel::instance().after_fork();
                 });
  return kernel;
}

// At the latest before main, so that the start does not undo what a test did through sim_control.h.
[[gnu::constructor]] void start_with_the_program() {
  const Entry entry;
}

} // namespace

Entry::Entry() : saved_errno_(errno) {
  if (inside)
    return;
  inside = true;
  static Kernel& kernel = start();
  if (owner == getpid())
    kernel_ = &kernel;
  else
    inside = false;
}

Entry::~Entry() {
  if (kernel_ != nullptr)
    inside = false;
  errno = saved_errno_;
}

} // namespace ringside::sim
