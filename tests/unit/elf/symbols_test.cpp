// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Symbols: what the entries of a symbol table say, in either class and byte order.
#include "elf/symbols.hpp"

#include <cstddef>
#include <string>

#include <catch2/catch.hpp>
#include <elf.h>

#include "elf_image.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

using elf::File;
using elf::Symbol;
using elf::Symbols;

ElfImage image_of(bool wide, ByteOrder order) {
  ElfImage image{.wide = wide, .order = order};
  ElfNumbers entries = image.numbers();
  entries.symbol(0, 0, 0, 0, 0, 0);
  entries.symbol(1, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), STV_HIDDEN, 4, 0x1234, 16);
  entries.symbol(7, ELF64_ST_INFO(STB_WEAK, STT_OBJECT), 0x60, SHN_ABS, UINT32_MAX, 8);
  entries.symbol(2, ELF64_ST_INFO(STB_LOCAL, STT_SECTION), STV_DEFAULT, SHN_XINDEX, 0, 0);
  image.sections = {
      {.name = ".symtab",
       .type = SHT_SYMTAB,
       .content = entries.bytes(),
       .link = 2,
       .info = 1,
       .entry_size = elf::symbol_size(wide)},
      {.name = ".strtab", .type = SHT_STRTAB, .content = {"\0first\0second\0no end", 20}},
      {.name = ".shndx",
       .type = SHT_SYMTAB_SHNDX,
       .content = image.numbers().u32(0).u32(9).u32(9).u32(70'000).bytes(),
       .link = 1},
  };
  return image;
}

Result<File> open(const std::string& bytes) {
  return File::open(ByteSource(as_bytes(bytes)), "x.o");
}

} // namespace

TEST_CASE("symbols of either class and byte order read the same") {
  const bool wide = GENERATE(true, false);
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  const std::string bytes = image_of(wide, order).bytes();
  const auto file = open(bytes);
  REQUIRE(file);
  auto symbols = Symbols::read(*file, file->sections()[1]);
  REQUIRE(symbols);
  REQUIRE(symbols->size() == 4);

  const Symbol first = (*symbols)[1];
  CHECK(*symbols->name(first) == "first");
  CHECK(first.type == STT_FUNC);
  CHECK(first.binding == STB_GLOBAL);
  CHECK(first.visibility == STV_HIDDEN);
  CHECK(first.section == 4);
  CHECK(first.value == 0x1234);
  CHECK(first.size == 16);

  const Symbol second = (*symbols)[2];
  CHECK(*symbols->name(second) == "second");
  CHECK(second.type == STT_OBJECT);
  CHECK(second.binding == STB_WEAK);
  CHECK(second.visibility == STV_DEFAULT);
  CHECK(second.section == elf::kAbsoluteSection);
  CHECK(second.value == UINT32_MAX);

  CHECK((*symbols)[0].section == elf::kUndefinedSection);
  CHECK(*symbols->name((*symbols)[0]) == "");
  CHECK((*symbols)[3].section == 70'000);
}

TEST_CASE("names are compared as a whole, or up to another end") {
  const std::string bytes = image_of(true, ByteOrder::little).bytes();
  const auto file = open(bytes);
  const auto symbols = Symbols::read(*file, file->sections()[1]);
  REQUIRE(symbols);
  CHECK(symbols->next_named(0, "first") == 1);
  CHECK(symbols->next_named(1, "first") == 1);
  CHECK(symbols->next_named(2, "first") == 4);
  CHECK(symbols->next_named(0, "firs") == 4);
  CHECK(symbols->next_named(0, "firs", 't') == 1);
  CHECK(symbols->next_named(0, "first2") == 4);
  CHECK(symbols->next_named(0, "irst") == 3);
  CHECK(symbols->next_named(0, "") == 0);
  CHECK(symbols->next_named(5, "") == 4);
}

TEST_CASE("a name that does not end in its table is none") {
  const std::string bytes = image_of(true, ByteOrder::little).bytes();
  const auto file = open(bytes);
  auto symbols = Symbols::read(*file, file->sections()[1]);
  REQUIRE(symbols);
  for (const std::uint32_t offset : {14U, 19U, 20U, 21U, UINT32_MAX})
    CHECK_FALSE(symbols->name({.name_offset = offset}));
}

TEST_CASE("names that overlap are given up to a multiple of the file's size") {
  ElfImage image = image_of(true, ByteOrder::little);
  image.sections[1].content = std::string(10'000, 'n') + '\0';
  const std::string bytes = image.bytes();
  const auto file = open(bytes);
  auto symbols = Symbols::read(*file, file->sections()[1]);
  REQUIRE(symbols);
  std::uint64_t read = 0;
  while (const auto name = symbols->name({.name_offset = 1}))
    read += name->size();
  CHECK(read <= file->most_read());
  CHECK(read + 10'000 > file->most_read());
}

TEST_CASE("an index that stands in no table is a missing section") {
  ElfImage image = image_of(true, ByteOrder::little);
  SECTION("no table") {
    image.sections.pop_back();
  }
  SECTION("a short table") {
    image.sections[2].content.resize(15);
  }
  SECTION("another table's") {
    image.sections[2].link = 2;
  }
  const std::string bytes = image.bytes();
  const auto file = open(bytes);
  const auto symbols = Symbols::read(*file, file->sections()[1]);
  REQUIRE(symbols);
  CHECK((*symbols)[3].section == elf::kMissingSection);
}

TEST_CASE("a symbol table that is not in order is refused") {
  ElfImage image = image_of(true, ByteOrder::little);
  std::string expected;
  SECTION("type") {
    image.sections[0].type = SHT_PROGBITS;
    expected = "it is no symbol table: its type is 1";
  }
  SECTION("no size of entries") {
    image.sections[0].entry_size = 0;
    expected = "its 0x60 bytes have entries of 0 bytes, where a symbol has 24";
  }
  SECTION("part of an entry") {
    image.sections[0].content.resize(95);
    expected = "its 0x5f bytes have entries of 24 bytes, where a symbol has 24";
  }
  SECTION("no strings") {
    image.sections[0].link = GENERATE(0U, 1U, 5U, UINT32_MAX);
    expected = "the names of symbols should be in section " +
               std::to_string(image.sections[0].link) + ", which is no table of strings";
  }
  const Messages messages;
  const std::string bytes = image.bytes();
  const auto file = open(bytes);
  REQUIRE(file);
  const auto symbols = Symbols::read(*file, file->sections()[1]);
  REQUIRE_FALSE(symbols);
  CHECK(symbols.error() == kErrnoFormat);
  CHECK(messages.last() == "x.o: section '.symtab': " + expected + "\n");
}

TEST_CASE("symbols whose bytes are not in the file are refused") {
  ElfImage image = image_of(true, ByteOrder::little);
  const std::size_t section = GENERATE(1U, 2U, 3U);
  std::string bytes = image.bytes();
  bytes.replace(image.section_headers() + section * 64 + offsetof(Elf64_Shdr, sh_offset), 8,
                std::string(8, '\x7f'));
  const Messages messages;
  const auto file = open(bytes);
  REQUIRE(file);
  const auto symbols = Symbols::read(*file, file->sections()[1]);
  REQUIRE_FALSE(symbols);
  CHECK(symbols.error() == kErrnoFormat);
  CHECK(messages.warnings() == 1);
}

} // namespace ringside::test
