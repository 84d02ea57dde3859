// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// read_cpu_mask: masks of any length, and masks that cannot be read.
#include "kernel/cpus.hpp"

#include <cerrno>
#include <string>

#include <catch2/catch.hpp>

#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::kernel::test {

using ringside::test::Messages;

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

} // namespace ringside::kernel::test
