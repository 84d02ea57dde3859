// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which CPUs get a ring, and in which slot of the map.
#pragma once

#include <cstdint>

#include "base/array.hpp"
#include "base/cpu_mask.hpp"
#include "ring/perf_ring.hpp"

namespace ringside {

// places_online gives each CPU below `cpu_count` that is online a ring, at the key that is its
// number. CPUs that are offline leave no gap in the result.
Result<Array<RingPlace>> places_online(unsigned cpu_count, const CpuMask& online);

inline constexpr char kPossibleCpus[] = "/sys/devices/system/cpu/possible";
inline constexpr char kOnlineCpus[] = "/sys/devices/system/cpu/online";

// possible_cpu_count is how many CPUs this machine can ever have online. The first answer is kept.
Result<unsigned> possible_cpu_count();

// read_cpu_mask reads one of these, and says in a message what is
// wrong with it if it cannot: the error of reading it, or EINVAL for a text that is no mask.
Result<CpuMask> read_cpu_mask(const char* path);

} // namespace ringside
