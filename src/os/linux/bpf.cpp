// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// bpf(2), by the C library's syscall(), so that an interposer can stand in.
#include "os/bpf.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include "os/linux/results.hpp"

namespace ringside::os {

long call_bpf(int command, void* attr, std::uint32_t size) {
  return syscall(__NR_bpf, command, attr, size);
}

Result<int> bpf_with_common(int command, void* attr, std::uint32_t size, void* common,
                            std::uint32_t common_size) {
  return number(syscall(__NR_bpf, command, attr, size, common, common_size));
}

} // namespace ringside::os
