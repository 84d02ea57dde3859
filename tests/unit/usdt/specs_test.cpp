// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// write_spec: both layouts in both byte orders, byte for byte.
#include "usdt/specs.hpp"

#include <cerrno>
#include <cstdio>
#include <string>

#include <catch2/catch.hpp>

#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using usdt::ArgumentKind;
using usdt::Arguments;

constexpr std::size_t kOlder = 208;
constexpr std::size_t kNewer = 304;

Arguments some_arguments() {
  Arguments arguments;
  // -4@-20(%rbp), 8@8(%rax,%rbx,4), 2@$-1 of x86-64
  arguments.list[0] = {.kind = ArgumentKind::in_memory,
                       .size = 4,
                       .is_signed = true,
                       .value = static_cast<std::uint64_t>(-20),
                       .register_offset = 32};
  arguments.list[1] = {.kind = ArgumentKind::indexed,
                       .size = 8,
                       .value = 8,
                       .register_offset = 80,
                       .index_offset = 40,
                       .index_shift = 2};
  arguments.list[2] = {.kind = ArgumentKind::constant, .size = 2, .value = UINT64_MAX};
  arguments.count = 3;
  return arguments;
}

// Some bytes of a spec in hexadecimal.
std::string hex(const Vector<std::byte>& spec, std::size_t offset, std::size_t size) {
  std::string text;
  for (std::size_t at = offset; at < offset + size; ++at) {
    char byte[3];
    std::snprintf(byte, sizeof(byte), "%02x", std::to_integer<unsigned>(spec[at]));
    text += byte;
  }
  return text;
}

} // namespace

TEST_CASE("the newer layout is written as stock 1.7.0 writes it") {
  const auto layout = usdt::spec_layout(kNewer, ByteOrder::little);
  REQUIRE(layout);
  const auto spec =
      usdt::write_spec(*layout, some_arguments(), 0x1122334455667788, ByteOrder::little);
  REQUIRE(spec);
  REQUIRE(spec->size() == kNewer);
  CHECK(hex(*spec, 0, 24) == "ecffffffffffffff"
                             "020000000000"
                             "2000"
                             "01"
                             "20"
                             "000000000000");
  CHECK(hex(*spec, 24, 24) == "0800000000000000"
                              "030028200000"
                              "5000"
                              "00"
                              "00"
                              "000000000000");
  CHECK(hex(*spec, 48, 24) == "ffffffffffffffff"
                              "000000000000"
                              "0000"
                              "00"
                              "30"
                              "000000000000");
  CHECK(hex(*spec, 72, 216) == std::string(432, '0'));
  CHECK(hex(*spec, 288, 16) == "8877665544332211"
                               "0300"
                               "000000000000");
}

TEST_CASE("the older layout is written as stock 1.1.2 writes it") {
  const auto layout = usdt::spec_layout(kOlder, ByteOrder::little);
  REQUIRE(layout);
  Arguments arguments = some_arguments();
  arguments.list[1] = {.kind = ArgumentKind::in_register, .size = 8, .register_offset = 80};
  const auto spec = usdt::write_spec(*layout, arguments, 7, ByteOrder::little);
  REQUIRE(spec);
  REQUIRE(spec->size() == kOlder);
  CHECK(hex(*spec, 0, 16) == "ecffffffffffffff"
                             "02000000"
                             "2000"
                             "01"
                             "20");
  CHECK(hex(*spec, 16, 16) == "0000000000000000"
                              "01000000"
                              "5000"
                              "00"
                              "00");
  CHECK(hex(*spec, 32, 16) == "ffffffffffffffff"
                              "00000000"
                              "0000"
                              "00"
                              "30");
  CHECK(hex(*spec, 192, 16) == "0700000000000000"
                               "0300"
                               "000000000000");
}

TEST_CASE("big-endian layouts have their bit fields from the other end") {
  const auto newer = usdt::spec_layout(kNewer, ByteOrder::big);
  const auto spec = usdt::write_spec(*newer, some_arguments(), 7, ByteOrder::big);
  REQUIRE(spec);
  CHECK(hex(*spec, 0, 24) == "ffffffffffffffec"
                             "000000000200"
                             "0020"
                             "01"
                             "20"
                             "000000000000");
  CHECK(hex(*spec, 24, 24) == "0000000000000008"
                              "000002820300"
                              "0050"
                              "00"
                              "00"
                              "000000000000");
  CHECK(hex(*spec, 288, 16) == "0000000000000007"
                               "0003"
                               "000000000000");
  Arguments arguments = some_arguments();
  arguments.count = 1;
  const auto older =
      usdt::write_spec(*usdt::spec_layout(kOlder, ByteOrder::big), arguments, 7, ByteOrder::big);
  REQUIRE(older);
  CHECK(hex(*older, 0, 16) == "ffffffffffffffec"
                              "00000002"
                              "0020"
                              "01"
                              "20");
}

TEST_CASE("an index does not fit into the older layout") {
  CHECK(usdt::write_spec(*usdt::spec_layout(kOlder), some_arguments(), 0).error() == Errno(EINVAL));
}

TEST_CASE("values of other sizes have no layout") {
  for (const std::size_t size : {0U, 204U, 207U, 209U, 303U, 305U})
    CHECK_FALSE(usdt::spec_layout(size));
}

TEST_CASE("writing a spec fails where there is no memory") {
  sim_reset(1);
  sim_fail("malloc", 1, ENOMEM);
  CHECK(usdt::write_spec(*usdt::spec_layout(kNewer), some_arguments(), 0).error() == Errno(ENOMEM));
}

} // namespace ringside::test
