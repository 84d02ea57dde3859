// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which CPUs this machine has, by the kernel's mask files.
#pragma once

#include "kernel/cpu_mask.hpp"

namespace ringside::kernel {

inline constexpr char kPossibleCpus[] = "/sys/devices/system/cpu/possible";
inline constexpr char kOnlineCpus[] = "/sys/devices/system/cpu/online";

// possible_cpu_count is how many CPUs this machine can ever have online. The first answer is kept.
Result<unsigned> possible_cpu_count();

// read_cpu_mask reads one of these files. If it cannot, it warns with the reason and fails: with
// the error of reading, or with EINVAL for a text that is no mask. try_cpu_mask is the same without
// a message.
Result<CpuMask> read_cpu_mask(const char* path);
Result<CpuMask> try_cpu_mask(const char* path);

} // namespace ringside::kernel
