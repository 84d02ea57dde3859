// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The doors to perf events.
#pragma once

#include <sys/types.h>

#include <linux/perf_event.h>

#include "base/result.hpp"
#include "os/unique_fd.hpp"

namespace ringside::os {

// perf_event_open is one call of perf_event_open(2). `attr` goes to the kernel as it is and may be
// smaller than this build's perf_event_attr: it is attr->size bytes long.
Result<UniqueFd> perf_event_open(perf_event_attr* attr, pid_t pid, int cpu, int group_fd,
                                 unsigned long flags);

// perf_ioctl is one call of ioctl(2) on a perf event: PERF_EVENT_IOC_* in perf_event_open(2).
Result<int> perf_ioctl(int fd, unsigned long request, unsigned long argument);

// knows_uprobe_call is whether the kernel has the system call that takes the place of a uprobe's
// trap: number 336 on x86-64, uprobe in the kernel's syscall_64.tbl. It does nothing but in a
// probe.
bool knows_uprobe_call();

} // namespace ringside::os
