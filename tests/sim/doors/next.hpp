// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// next: the definitions behind ours of the names that the preloaded simulator interposes. nullptr
// where the C library has none.
#pragma once

#include <cstdio>

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

namespace ringside::sim::next {

// Found at the first call, which may come before any constructor has run.
#define RINGSIDE_SIM_NEXT(name)                                                                    \
  inline auto* name() {                                                                            \
    static auto* const found = reinterpret_cast<decltype(&::name)>(dlsym(RTLD_NEXT, #name));       \
    return found;                                                                                  \
  }

RINGSIDE_SIM_NEXT(syscall)
RINGSIDE_SIM_NEXT(mmap)
RINGSIDE_SIM_NEXT(munmap)
RINGSIDE_SIM_NEXT(ioctl)
RINGSIDE_SIM_NEXT(epoll_create1)
RINGSIDE_SIM_NEXT(epoll_ctl)
RINGSIDE_SIM_NEXT(epoll_wait)
RINGSIDE_SIM_NEXT(epoll_pwait)
RINGSIDE_SIM_NEXT(poll)
RINGSIDE_SIM_NEXT(ppoll)
RINGSIDE_SIM_NEXT(close)
RINGSIDE_SIM_NEXT(dup)
RINGSIDE_SIM_NEXT(dup2)
RINGSIDE_SIM_NEXT(dup3)
RINGSIDE_SIM_NEXT(fcntl)
RINGSIDE_SIM_NEXT(open)
RINGSIDE_SIM_NEXT(openat)
RINGSIDE_SIM_NEXT(fopen)
RINGSIDE_SIM_NEXT(read)
RINGSIDE_SIM_NEXT(timerfd_create)
RINGSIDE_SIM_NEXT(timerfd_settime)
RINGSIDE_SIM_NEXT(timerfd_gettime)
RINGSIDE_SIM_NEXT(clock_gettime)
RINGSIDE_SIM_NEXT(getrlimit)

#undef RINGSIDE_SIM_NEXT

} // namespace ringside::sim::next
