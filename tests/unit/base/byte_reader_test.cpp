// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ByteReader and ByteWriter: both byte orders, bounds, and the failure that stays.
#include "base/byte_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>

#include <catch2/catch.hpp>

#include "base/byte_writer.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

} // namespace

TEST_CASE("numbers are read in the order of the file") {
  const auto bytes = bytes_of("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f");
  ByteReader little(bytes, ByteOrder::little);
  CHECK(little.u8() == 0x01);
  CHECK(little.u16() == 0x0302);
  CHECK(little.u32() == 0x07060504);
  CHECK(little.u64() == 0x0f0e0d0c0b0a0908);
  CHECK(little.left() == 0);
  ByteReader big(bytes, ByteOrder::big);
  CHECK(big.u8() == 0x01);
  CHECK(big.u16() == 0x0203);
  CHECK(big.u32() == 0x04050607);
  CHECK(big.u64() == 0x08090a0b0c0d0e0f);
  CHECK_FALSE(big.failed());
}

TEST_CASE("a read that does not fit fails for good, and says where it began") {
  ByteReader reader(bytes_of("abcdefg"));
  reader.skip(4);
  CHECK(reader.u32() == 0);
  CHECK(reader.failed());
  CHECK(reader.position() == 4);
  CHECK(reader.u8() == 0);
  CHECK(reader.left() == 0);
  reader.seek(0);
  CHECK(reader.u8() == 0);
  CHECK(reader.position() == 4);
}

TEST_CASE("sizes and offsets of any value are compared without overflow") {
  const auto size = GENERATE(std::uint64_t{8}, UINT64_MAX, UINT64_MAX - 3, std::uint64_t{1} << 32);
  ByteReader reader(bytes_of("abcdefg"));
  reader.skip(3);
  SECTION("bytes") {
    CHECK(reader.bytes(size).empty());
    CHECK(reader.failed());
  }
  SECTION("seek") {
    reader.seek(size);
    CHECK(reader.failed());
  }
  SECTION("part") {
    CHECK(reader.part(3, size).failed());
    CHECK(reader.failed());
  }
}

TEST_CASE("words are read in place, and written in either order") {
  constexpr std::uint32_t kWords[] = {1, 0x01020304, UINT32_MAX};
  ByteWriter native;
  native.reserve(sizeof(kWords));
  native.words(kWords);
  const std::byte* const begin = native.view().data();
  ByteReader reader(native.view());
  const auto words = reader.words(std::size(kWords));
  CHECK(reinterpret_cast<const std::byte*>(words.data()) == begin);
  CHECK(std::equal(words.begin(), words.end(), std::begin(kWords), std::end(kWords)));
  CHECK(reader.words(1).empty());
  CHECK(reader.failed());

  const auto foreign = kNativeOrder == ByteOrder::little ? ByteOrder::big : ByteOrder::little;
  ByteWriter swapped(foreign);
  swapped.u8(0);
  swapped.words(kWords);
  ByteReader back(swapped.view(), foreign);
  back.skip(1);
  for (const std::uint32_t word : kWords)
    CHECK(back.u32() == word);
}

TEST_CASE("a text ends at its NUL, and must have one") {
  ByteReader reader(bytes_of(std::string_view("ab\0\0cd", 6)));
  CHECK(reader.text() == "ab");
  CHECK(reader.text().empty());
  CHECK_FALSE(reader.failed());
  CHECK(reader.text().empty());
  CHECK(reader.failed());
  CHECK(reader.position() == 4);
}

TEST_CASE("a part knows nothing of the bytes around it") {
  ByteReader reader(bytes_of("abcdefgh"));
  reader.skip(1);
  ByteReader part = reader.part(2, 3);
  CHECK(part.left() == 3);
  CHECK(part.u8() == 'c');
  part.align(4);
  CHECK(part.failed());
  CHECK(reader.u8() == 'b');
  CHECK_FALSE(reader.failed());
}

TEST_CASE("what is written is read again, in both orders") {
  const auto order = GENERATE(ByteOrder::little, ByteOrder::big);
  ByteWriter writer(order);
  writer.u8(1);
  writer.align(4);
  writer.u32(0);
  writer.u16(0x1234);
  writer.text("name");
  writer.word(true, UINT64_MAX);
  writer.word(false, 5);
  writer.patch_u32(4, 0xdeadbeef);
  REQUIRE_FALSE(writer.failed());

  ByteReader reader(writer.view(), order);
  CHECK(reader.u8() == 1);
  reader.align(4);
  CHECK(reader.u32() == 0xdeadbeef);
  CHECK(reader.u16() == 0x1234);
  CHECK(reader.text() == "name");
  CHECK(reader.word(true) == UINT64_MAX);
  CHECK(reader.word(false) == 5);
  CHECK(reader.left() == 0);
}

TEST_CASE("a writer without memory has failed for good, and leaves nothing behind") {
  sim_reset(1);
  {
    ByteWriter writer;
    writer.u32(1);
    writer.zeros(SIZE_MAX);
    writer.patch_u32(0, 2);
    writer.u32(3);
    CHECK(writer.failed());
    CHECK(writer.take().error() == Errno(ENOMEM));
  }
  CHECK(sim_live().bytes == 0);
}

} // namespace ringside::test
