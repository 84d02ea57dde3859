// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// FileMapping: a text of /proc/PID/maps, good and bad.
#include "usdt/mappings.hpp"

#include <cerrno>
#include <string>

#include <catch2/catch.hpp>

#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using usdt::FileMapping;
using usdt::parse_mappings;

constexpr const char* kMaps =
    "55d0c0000000-55d0c0002000 r--p 00000000 fe:00 1234                       /usr/bin/app\n"
    "55d0c0002000-55d0c0008000 r-xp 00002000 fe:00 1234                       /usr/bin/app\n"
    "55d0c0008000-55d0c000a000 rw-p 00008000 fe:00 1234                       /usr/bin/app\n"
    "55d0c1000000-55d0c1021000 rw-p 00000000 00:00 0                          [heap]\n"
    "7f0000000000-7f0000004000 r-xp 00001000 fe:00 77                         /a b/lib.so\n"
    "7f0000010000-7f0000014000 r-xp 00009000 fe:00 77                         /a b/lib.so\n"
    "7f0000020000-7f0000024000 r-xp 00000000 00:00 0 \n"
    "7f0000030000-7f0000034000 r-xp 00000000 fe:00 9                /usr/bin/app (deleted)";

} // namespace

TEST_CASE("the executable mappings of a file are found by its path") {
  const auto app = parse_mappings(kMaps, "/usr/bin/app");
  REQUIRE(app);
  REQUIRE(app->size() == 1);
  CHECK((*app)[0] == FileMapping{0x55d0c0002000, 0x55d0c0008000, 0x2000});
  const auto library = parse_mappings(kMaps, "/a b/lib.so");
  REQUIRE(library);
  REQUIRE(library->size() == 2);
  CHECK((*library)[1] == FileMapping{0x7f0000010000, 0x7f0000014000, 0x9000});
  CHECK(parse_mappings(kMaps, "/usr/bin/ap")->empty());
  CHECK(parse_mappings("", "/usr/bin/app")->empty());
}

TEST_CASE("lines of another form are skipped") {
  for (const char* const line :
       {"x-y r-xp 0 0:0 0 /x", "1000 r-xp 0 0:0 0 /x", "1000-2000", "1000-2000 r-xp", "\n\n",
        "1000-2000 r-xp z 0:0 0 /x", "1000-2000 r-xp 0 /x", "1000-2000 rw-p 0 0:0 0 /x",
        "10000000000000000-2000 r-xp 0 0:0 0 /x"})
    CHECK(parse_mappings(line, "/x")->empty());
  CHECK(parse_mappings("junk\n1000-2000 r-xp 0 0:0 0 /x", "/x")->size() == 1);
}

TEST_CASE("an offset has an address in the mapping that covers it") {
  const auto library = parse_mappings(kMaps, "/a b/lib.so");
  const std::span<const FileMapping> mappings(library->data(), library->size());
  CHECK(usdt::address_of(mappings, 0x1000) == 0x7f0000000000);
  CHECK(usdt::address_of(mappings, 0x4fff) == 0x7f0000003fff);
  CHECK(usdt::address_of(mappings, 0x9010) == 0x7f0000010010);
  for (const std::uint64_t offset :
       {std::uint64_t{0xfff}, std::uint64_t{0x5000}, std::uint64_t{0xd000}, UINT64_MAX})
    CHECK_FALSE(usdt::address_of(mappings, offset));
  CHECK_FALSE(usdt::address_of({}, 0));
}

TEST_CASE("mappings need memory") {
  sim_reset(1);
  sim_fail("malloc", 1, ENOMEM);
  CHECK(parse_mappings(kMaps, "/usr/bin/app").error() == Errno(ENOMEM));
}

} // namespace ringside::test
