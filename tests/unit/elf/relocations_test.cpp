// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Relocations: both kinds of entries, in either class and byte order.
#include "elf/relocations.hpp"

#include <string>

#include <catch2/catch.hpp>
#include <elf.h>

#include "elf_image.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

std::string file_of(bool wide, ByteOrder order, std::uint32_t type, const std::string& entries,
                    std::uint64_t entry_size) {
  ElfImage image{.wide = wide, .order = order};
  image.sections = {
      {.name = ".relxdp", .type = type, .content = entries, .entry_size = entry_size}};
  return image.bytes();
}

} // namespace

TEST_CASE("relocations of either kind, class and byte order read the same") {
  const bool wide = GENERATE(true, false);
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  const bool with_addends = GENERATE(false, true);
  ElfNumbers numbers(wide, order);
  for (const std::uint64_t number : {5U, 7U}) {
    numbers.word(number * 8);
    numbers.word(wide ? number << 32 | 10 : number << 8 | 10);
    if (with_addends)
      numbers.word(static_cast<std::uint64_t>(-2));
  }
  const std::string bytes = file_of(wide, order, with_addends ? SHT_RELA : SHT_REL, numbers.bytes(),
                                    (wide ? 8U : 4U) * (with_addends ? 3 : 2));
  const auto file = elf::File::open(ByteSource(as_bytes(bytes)), "x.o");
  REQUIRE(file);
  const auto relocations = elf::Relocations::read(*file, file->sections()[1]);
  REQUIRE(relocations);
  REQUIRE(relocations->size() == 2);
  const elf::Relocation second = (*relocations)[1];
  CHECK(second.offset == 56);
  CHECK(second.symbol == 7);
  CHECK(second.type == 10);
  CHECK(second.addend == (with_addends ? -2 : 0));
}

TEST_CASE("relocations that are not in order are refused") {
  std::string bytes;
  std::string expected;
  SECTION("type") {
    bytes = file_of(true, ByteOrder::little, SHT_PROGBITS, "", 16);
    expected = "it has no relocations: its type is 1";
  }
  SECTION("size of entries") {
    bytes = file_of(true, ByteOrder::little, SHT_REL, std::string(48, 'r'), 24);
    expected = "its 0x30 bytes have entries of 24 bytes, where a relocation has 16";
  }
  SECTION("part of an entry") {
    bytes = file_of(true, ByteOrder::little, SHT_RELA, std::string(47, 'r'), 24);
    expected = "its 0x2f bytes have entries of 24 bytes, where a relocation has 24";
  }
  const Messages messages;
  const auto file = elf::File::open(ByteSource(as_bytes(bytes)), "x.o");
  REQUIRE(file);
  CHECK(elf::Relocations::read(*file, file->sections()[1]).error() == kErrnoFormat);
  CHECK(messages.last() == "x.o: section '.relxdp': " + expected + "\n");
}

} // namespace ringside::test
