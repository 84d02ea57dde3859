// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The number of possible CPUs, kept after the first successful read.
#include "abi/util/possible_cpus.hpp"

#include <bpf/libbpf.h>

#include "abi/boundary/entry.hpp"
#include "base/cached.hpp"
#include "ring/ring_places.hpp"

namespace ringside {

Result<unsigned> possible_cpu_count() {
  static Cached<cached_fact("possible CPUs")> count;
  return count.get([]() -> Result<std::uint32_t> {
    const auto mask = read_cpu_mask(kPossibleCpus);
    if (!mask)
      return mask.error();
    return mask->count();
  });
}

} // namespace ringside

extern "C" LIBBPF_API int libbpf_num_possible_cpus(void) {
  const ringside::Entry entry;
  const auto count = ringside::possible_cpu_count();
  return count ? entry.give(static_cast<int>(*count)) : entry.fail(count.error());
}
