// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The number of possible CPUs, for programs.
#include <bpf/libbpf.h>

#include "abi/boundary/entry.hpp"
#include "kernel/cpus.hpp"

extern "C" LIBBPF_API int libbpf_num_possible_cpus(void) {
  const ringside::Entry entry;
  const auto count = ringside::kernel::possible_cpu_count();
  return count ? entry.give(static_cast<int>(*count)) : entry.fail(count.error());
}
