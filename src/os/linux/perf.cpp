// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// perf_event_open(2), for which the C library has no function, and ioctl(2).
#include "os/perf.hpp"

#include <cerrno>

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/linux/results.hpp"

namespace ringside::os {
namespace {

// as_request converts a request to the parameter type of ioctl, which differs in glibc and musl.
template <class Request>
Request as_request(int (* /*ioctl*/)(int, Request, ...), unsigned long request) {
  return static_cast<Request>(request);
}

} // namespace

Result<UniqueFd> perf_event_open(perf_event_attr* attr, pid_t pid, int cpu, int group_fd,
                                 unsigned long flags) {
  return opened(syscall(__NR_perf_event_open, attr, pid, cpu, group_fd, flags));
}

Result<int> perf_ioctl(int fd, unsigned long request, unsigned long argument) {
  return number(ioctl(fd, as_request(ioctl, request), argument));
}

bool knows_uprobe_call() {
#if defined(__x86_64__)
  constexpr long kUprobe = 336;
  return syscall(kUprobe) == -1 && errno == ENXIO;
#else
  return false;
#endif
}

} // namespace ringside::os
