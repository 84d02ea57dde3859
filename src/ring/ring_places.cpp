// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which CPUs get a ring: the choice.
#include "ring/ring_places.hpp"

namespace ringside {

Result<Array<RingPlace>> places_online(unsigned cpu_count, const kernel::CpuMask& online) {
  unsigned count = 0;
  for (unsigned cpu = 0; cpu < cpu_count; ++cpu)
    count += online.contains(cpu) ? 1 : 0;

  auto places = Array<RingPlace>::of_size(count);
  if (!places)
    return places.error();
  std::size_t next = 0;
  for (unsigned cpu = 0; cpu < cpu_count; ++cpu) {
    if (online.contains(cpu))
      (*places)[next++] = {static_cast<int>(cpu), cpu};
  }
  return places;
}

} // namespace ringside
