// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// inflate_gzip: each kind of block, each part of the frame, and each way to be damaged.
#include "kernel/inflate.hpp"

#include <cerrno>
#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "bit_string.hpp"
#include "elf_image.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

// A slow sum, apart from the library's.
std::uint32_t crc32(const std::string& text) {
  std::uint32_t sum = UINT32_MAX;
  for (const unsigned char byte : text) {
    sum ^= byte;
    for (int bit = 0; bit < 8; ++bit)
      sum = sum >> 1 ^ ((sum & 1) != 0 ? 0xedb88320 : 0);
  }
  return ~sum;
}

// A gzip file of one member, whose deflated data hold `text`.
std::string gzip(const BitString& deflated, const std::string& text, char flags = 0,
                 const std::string& fields = "") {
  std::string file("\x1f\x8b\x08", 3);
  file.append(1, flags).append("TIME\0\3", 6).append(fields).append(deflated.bytes());
  return file + ElfNumbers().u32(crc32(text)).u32(text.size()).bytes();
}

std::string inflated(const std::string& file, std::size_t most = 1U << 20) {
  const auto result = kernel::inflate_gzip(as_bytes(file), most);
  REQUIRE(result);
  return {reinterpret_cast<const char*>(result->data()), result->size()};
}

void check_refused(const std::string& file, int error = EINVAL) {
  const auto result = kernel::inflate_gzip(as_bytes(file), 1U << 20);
  REQUIRE_FALSE(result);
  CHECK(result.error() == Errno(error));
}

BitString stored(const std::string& text) {
  return BitString().number(1, 1).number(0, 2).bytes(
      ElfNumbers().u16(text.size()).u16(~text.size()).text(text).bytes());
}

// A last block with the fixed codes. Literals up to 143 have 8 bits from 48 on, symbols from 256 on
// 7 bits.
BitString fixed_block() {
  return BitString().number(1, 1).number(1, 2);
}
BitString& add_literals(BitString& block, const std::string& text) {
  for (const char letter : text) {
    std::string code;
    for (int bit = 7; bit >= 0; --bit)
      code.push_back((letter + 48) >> bit & 1 ? '1' : '0');
    block.code(code);
  }
  return block;
}
constexpr const char* kEnd = "0000000";
constexpr const char* kLengthThree = "0000001";

// The head of a last block with its own codes: how many codes there are of each kind.
BitString dynamic_block(unsigned literals, unsigned distances, unsigned lengths) {
  return BitString()
      .number(1, 1)
      .number(2, 2)
      .number(literals - 257, 5)
      .number(distances - 1, 5)
      .number(lengths - 4, 4);
}

} // namespace

TEST_CASE("blocks without compression hold their bytes") {
  CHECK(inflated(gzip(stored(""), "")).empty());
  CHECK(inflated(gzip(stored("some text"), "some text")) == "some text");
  const std::string large(65535, 'x');
  CHECK(inflated(gzip(stored(large), large)) == large);
}

TEST_CASE("blocks of the fixed codes repeat what stands before") {
  BitString block = fixed_block();
  add_literals(block, "abc");
  block.code(kLengthThree).code("00010");            // 3 back, 3 long
  block.code("0001001").number(1, 1).code("00000");  // 1 back, 12 long
  block.code("11000101").code("00100").number(0, 1); // 5 back, 258 long
  add_literals(block, "z").code(kEnd);
  std::string text = "abcabc" + std::string(12, 'c');
  for (int index = 0; index < 258; ++index)
    text.push_back(text[text.size() - 5]);
  text += 'z';
  CHECK(inflated(gzip(block, text)) == text);
}

TEST_CASE("blocks bring their own codes") {
  // Lengths of 1 bit for the code lengths 0 and 1; 'a' and the end of the block have 1 bit.
  BitString block = dynamic_block(257, 1, 18);
  const unsigned order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1};
  for (const unsigned length : order)
    block.number(length == 0 ? 1 : length == 1 ? 2 : length == 18 ? 2 : 0, 3);
  // Codes: 0 is "0", 1 is "10", 18 is "11".
  block.code("11").number(97 - 11, 7).code("10"); // 97 zeros, then 'a'
  block.code("11").number(127, 7).code("11").number(158 - 138 - 11, 7).code("10");
  block.code("0");    // no distance
  block.code("0001"); // "aaa", the end
  CHECK(inflated(gzip(block, "aaa")) == "aaa");
}

TEST_CASE("several blocks and several members follow each other") {
  BitString blocks =
      BitString().number(0, 1).number(0, 2).bytes(ElfNumbers().u16(3).u16(~3U).text("abc").bytes());
  blocks.number(1, 1).number(1, 2).code(kLengthThree).code("00010").code(kEnd);
  const std::string first = gzip(blocks, "abcabc");
  CHECK(inflated(first) == "abcabc");
  CHECK(inflated(first + gzip(stored("!"), "!") + first) == "abcabc!abcabc");
}

TEST_CASE("the fields of a frame are skipped") {
  CHECK(inflated(gzip(stored("t"), "t", 4, std::string("\3\0ext", 5))) == "t");
  CHECK(inflated(gzip(stored("t"), "t", 8, std::string("name\0", 5))) == "t");
  CHECK(inflated(gzip(stored("t"), "t", 16, std::string("comment\0", 8))) == "t");
  const std::string header("\x1f\x8b\x08\x02TIME\0\3", 10);
  CHECK(inflated(gzip(stored("t"), "t", 2, ElfNumbers().u16(crc32(header)).bytes())) == "t");
  check_refused(gzip(stored("t"), "t", 2, ElfNumbers().u16(crc32(header) + 1).bytes()));
  check_refused(gzip(stored("t"), "t", 32));
}

TEST_CASE("a frame that is damaged is refused") {
  const std::string file = gzip(stored("some text"), "some text");
  for (const std::size_t at : {0U, 1U, 2U, 15U, 24U, 27U, 28U, 31U}) {
    std::string damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    check_refused(damaged);
  }
  for (std::size_t size = 0; size < file.size(); ++size)
    check_refused(file.substr(0, size));
  check_refused(file + "garbage");
}

TEST_CASE("blocks that are damaged are refused") {
  BitString block;
  SECTION("of no type") {
    block.number(1, 1).number(3, 2);
  }
  SECTION("lengths that differ") {
    block.number(1, 1).number(0, 2).bytes(ElfNumbers().u16(1).u16(1).text("x").bytes());
  }
  SECTION("a length that stands for nothing") {
    block = add_literals(block = fixed_block(), "aaa").code("11000110").code("00000");
  }
  SECTION("a distance that stands for nothing") {
    block = add_literals(block = fixed_block(), "aaa").code(kLengthThree).code("11110");
  }
  SECTION("a distance before the beginning") {
    block = add_literals(block = fixed_block(), "aa").code(kLengthThree).code("00010");
  }
  SECTION("too many lengths") {
    block = dynamic_block(287, 1, 4);
  }
  SECTION("too many distances") {
    block = dynamic_block(257, 31, 4);
  }
  SECTION("too many codes for lengths") {
    block = dynamic_block(257, 1, 4).number(1, 3).number(1, 3).number(1, 3).number(1, 3);
  }
  SECTION("too few codes for lengths") {
    block = dynamic_block(257, 1, 4).number(2, 3).number(0, 3).number(0, 3).number(0, 3);
  }
  SECTION("nothing to repeat") {
    block = dynamic_block(257, 1, 4).number(1, 3).number(0, 3).number(0, 3).number(1, 3).code("1");
  }
  SECTION("a repetition beyond the end") {
    block = dynamic_block(257, 1, 4).number(0, 3).number(0, 3).number(1, 3).number(1, 3);
    block.code("1").number(127, 7).code("1").number(127, 7);
  }
  SECTION("a block that cannot end") {
    block = dynamic_block(257, 1, 4).number(0, 3).number(0, 3).number(1, 3).number(1, 3);
    block.code("1").number(127, 7).code("1").number(109, 7);
  }
  // Enough zeros that the end of the data is not what is wrong.
  check_refused(gzip(block.bytes(std::string(300, '\0')), ""));
}

TEST_CASE("more than is wanted is E2BIG") {
  const std::string text(1000, 't');
  const std::string file = gzip(stored(text), text);
  CHECK(inflated(file, 1000) == text);
  CHECK(kernel::inflate_gzip(as_bytes(file), 999).error() == Errno(E2BIG));
  CHECK(kernel::inflate_gzip(as_bytes(file + file), 1999).error() == Errno(E2BIG));
  BitString block = fixed_block();
  add_literals(block, "a").code("11000101").code("00000").code(kEnd);
  const std::string many(259, 'a');
  CHECK(inflated(gzip(block, many), 259) == many);
  CHECK(kernel::inflate_gzip(as_bytes(gzip(block, many)), 258).error() == Errno(E2BIG));
}

TEST_CASE("no memory is ENOMEM") {
  sim_reset(1);
  sim_fail("malloc", 1, ENOMEM);
  check_refused(gzip(stored("text"), "text"), ENOMEM);
  CHECK(sim_live().bytes == 0);
}

} // namespace ringside::test
