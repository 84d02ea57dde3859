// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// HuffmanCode: which lengths make a code, and what its codes are. BitReader: bits and their end.
#include "kernel/huffman.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "bit_string.hpp"
#include "elf_image.hpp"

namespace ringside::test {
namespace {

using kernel::BitReader;
using kernel::HuffmanCode;

// The symbol that some bits stand for.
int symbol_of(const HuffmanCode& code, std::string_view bits) {
  const std::string bytes = BitString().code(bits).code("11").bytes();
  BitReader reader(as_bytes(bytes));
  const int symbol = code.next(reader);
  CHECK(reader.take(2) == 3);
  CHECK_FALSE(reader.failed());
  return symbol;
}

bool makes_code(const std::vector<std::uint8_t>& lengths) {
  return HuffmanCode().make(lengths);
}

} // namespace

TEST_CASE("codes follow from their lengths") {
  // The example of RFC 1951, section 3.2.2: symbols A to H.
  const std::uint8_t lengths[] = {3, 3, 3, 3, 3, 2, 4, 4};
  HuffmanCode code;
  REQUIRE(code.make(lengths));
  CHECK(symbol_of(code, "010") == 0);
  CHECK(symbol_of(code, "110") == 4);
  CHECK(symbol_of(code, "00") == 5);
  CHECK(symbol_of(code, "1110") == 6);
  CHECK(symbol_of(code, "1111") == 7);
}

TEST_CASE("codes of any length are read") {
  std::vector<std::uint8_t> lengths;
  for (std::uint8_t length = 1; length <= HuffmanCode::kMostBits; ++length)
    lengths.push_back(length);
  lengths.push_back(HuffmanCode::kMostBits);
  HuffmanCode code;
  REQUIRE(code.make(lengths));
  for (std::size_t symbol = 0; symbol < HuffmanCode::kMostBits; ++symbol)
    CHECK(symbol_of(code, std::string(symbol, '1') + '0') == static_cast<int>(symbol));
  CHECK(symbol_of(code, std::string(15, '1')) == 15);
}

TEST_CASE("a code that was made before leaves nothing behind") {
  const std::uint8_t first[] = {2, 2, 2, 2};
  const std::uint8_t second[] = {1, 0, 0, 1};
  HuffmanCode code;
  REQUIRE(code.make(first));
  REQUIRE(code.make(second));
  CHECK(symbol_of(code, "0") == 0);
  CHECK(symbol_of(code, "1") == 3);
}

TEST_CASE("too many codes or too few are refused") {
  CHECK_FALSE(makes_code({1, 1, 1}));
  CHECK_FALSE(makes_code({1, 2, 2, 15}));
  CHECK_FALSE(makes_code({2, 2, 2}));
  CHECK_FALSE(makes_code({2}));
  CHECK_FALSE(makes_code({15}));
  CHECK(makes_code({0, 1, 0}));
  CHECK(makes_code({0, 0}));
  CHECK(makes_code({}));
  CHECK(makes_code({1, 1}));
}

TEST_CASE("bits that are no code are -1") {
  const std::uint8_t one[] = {0, 1};
  HuffmanCode code;
  REQUIRE(code.make(one));
  CHECK(symbol_of(code, "0") == 1);
  const std::string bytes = "\x01";
  BitReader reader(as_bytes(bytes));
  CHECK(code.next(reader) == -1);
  const std::uint8_t none[] = {0, 0};
  REQUIRE(code.make(none));
  CHECK(code.next(reader) == -1);
}

TEST_CASE("bits are read from the lowest on, and end with the bytes") {
  const std::string bytes("\x35\xff\x00\x81", 4);
  BitReader reader(as_bytes(bytes));
  CHECK(reader.peek(8) == 0x35);
  CHECK(reader.take(3) == 5);
  CHECK(reader.position() == 1);
  CHECK(reader.take(5) == 6);
  CHECK(reader.take(4) == 15);
  CHECK(reader.position() == 2);
  reader.finish_byte();
  CHECK(reader.take(16) == 0x8100);
  CHECK(reader.position() == 4);
  CHECK(reader.peek(15) == 0);
  CHECK_FALSE(reader.failed());
  CHECK(reader.take(0) == 0);
  CHECK_FALSE(reader.failed());
  CHECK(reader.take(1) == 0);
  CHECK(reader.failed());
}

TEST_CASE("32 bits are read at any place") {
  const std::string bytes("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c", 12);
  BitReader reader(as_bytes(bytes));
  CHECK(reader.take(32) == 0x04030201);
  CHECK(reader.take(7) == 5);
  CHECK(reader.take(32) == (0x0908070605 >> 7 & 0xffffffff));
  CHECK(reader.position() == 9);
}

} // namespace ringside::test
