// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which CPUs get a ring, and in which slot of the map.
#pragma once

#include <cstdint>

#include "base/array.hpp"
#include "kernel/cpu_mask.hpp"
#include "ring/perf_ring.hpp"

namespace ringside {

// places_online gives each CPU below `cpu_count` that is online a ring, at the key that is its
// number. CPUs that are offline leave no gap in the result.
Result<Array<RingPlace>> places_online(unsigned cpu_count, const kernel::CpuMask& online);

} // namespace ringside
