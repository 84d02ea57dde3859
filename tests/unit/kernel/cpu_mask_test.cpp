// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// CpuMask: the kernel's list format, and what is none.
#include "kernel/cpu_mask.hpp"

#include <cerrno>
#include <string>

#include <catch2/catch.hpp>

#include "sim/sim_control.h"

namespace ringside::kernel::test {

TEST_CASE("a mask holds the CPUs of its list") {
  struct Case {
    const char* text;
    unsigned count;
    unsigned in;
    unsigned out;
  };
  const auto [text, count, in, out] = GENERATE(
      Case{"0", 1, 0, 1}, Case{"0-3\n", 4, 3, 4}, Case{"0-3,8,10-11", 7, 8, 9},
      Case{"63-64", 2, 64, 62}, Case{"5", 1, 5, 0}, Case{"0-1,1-2", 3, 2, 3}, Case{"3,1", 2, 1, 2},
      Case{"65535", 1, 65535, 65534}, Case{"0-65535", 65536, 40000, 65536});
  CAPTURE(text);
  const auto mask = CpuMask::parse(text);
  REQUIRE(mask);
  CHECK(mask->count() == count);
  CHECK(mask->contains(in));
  CHECK_FALSE(mask->contains(out));
}

TEST_CASE("a text that is no list of CPUs is refused") {
  const auto* text = GENERATE("", "\n", "a", "0-", "-1", "3-1", "0,", ",0", "0 1", "0\n\n", "0x1",
                              "65536", "0-65536", "99999999999999999999", "1-2-3", " 0", "0\r\n");
  CAPTURE(text);
  const auto mask = CpuMask::parse(text);
  REQUIRE_FALSE(mask);
  CHECK(mask.error() == Errno(EINVAL));
}

TEST_CASE("a text with a NUL inside is refused") {
  using std::string_literals::operator""s;
  CHECK_FALSE(CpuMask::parse("0\0001"s));
}

TEST_CASE("a mask that finds no memory says so") {
  sim_reset(1);
  sim_fail("malloc", 1, ENOMEM);
  const auto mask = CpuMask::parse("0-3");
  REQUIRE_FALSE(mask);
  CHECK(mask.error() == Errno(ENOMEM));
}

TEST_CASE("an empty mask contains no CPU") {
  const CpuMask mask;
  CHECK(mask.count() == 0);
  CHECK_FALSE(mask.contains(0));
}

} // namespace ringside::kernel::test
