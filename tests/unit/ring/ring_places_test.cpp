// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// places_online and read_cpu_mask: packed rings, and masks that cannot be read.
#include "ring/ring_places.hpp"

#include <cerrno>

#include <catch2/catch.hpp>

#include "messages.hpp"
#include "sim_control.h"

namespace ringside::test {

TEST_CASE("CPUs that are offline leave no gap among the rings") {
  const auto online = CpuMask::parse("0,2-3,9");
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

TEST_CASE("a mask file that cannot be read or makes no sense is named in one message") {
  struct Case {
    const char* text;
    int error;
  };
  const auto [text, error] =
      GENERATE(Case{nullptr, ENOENT}, Case{"", EINVAL}, Case{"0-x\n", EINVAL});
  sim_reset(2);
  sim_set_file("/sys/devices/system/cpu/online", text);
  Messages messages;
  const auto mask = read_cpu_mask("/sys/devices/system/cpu/online");
  REQUIRE_FALSE(mask);
  CHECK(mask.error() == Errno(error));
  CHECK(messages.warnings() == 1);
  CHECK_THAT(messages.last(), Catch::Contains("/sys/devices/system/cpu/online"));
}

TEST_CASE("a mask file may be as long as the largest page") {
  std::string text = "0";
  for (unsigned cpu = 2; text.size() < 20000; cpu += 2)
    text.append(",").append(std::to_string(cpu));
  sim_reset(2);
  sim_set_file("/mask", text.c_str());
  const auto mask = read_cpu_mask("/mask");
  REQUIRE(mask);
  CHECK(mask->count() > 3000);
}

} // namespace ringside::test
