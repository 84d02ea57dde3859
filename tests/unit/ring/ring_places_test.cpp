// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// places_online: rings are packed.
#include "ring/ring_places.hpp"

#include <catch2/catch.hpp>

namespace ringside::test {

TEST_CASE("CPUs that are offline leave no gap among the rings") {
  const auto online = kernel::CpuMask::parse("0,2-3,9");
  REQUIRE(online);
  const auto places = places_online(4, *online);
  REQUIRE(places);
  REQUIRE(places->size() == 3);
  const int cpus[] = {0, 2, 3};
  for (std::size_t index = 0; index < places->size(); ++index) {
    CHECK((*places)[index].cpu == cpus[index]);
    CHECK((*places)[index].key == static_cast<std::uint32_t>(cpus[index]));
  }
}

} // namespace ringside::test
