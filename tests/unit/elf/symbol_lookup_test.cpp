// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// find_symbols: by each kind of hash table and by none, and with hash tables that lie.
#include "elf/symbol_lookup.hpp"

#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <elf.h>

#include "elf_symbols_image.hpp"
#include "messages.hpp"
#include "read_file.hpp"
#include "sim/sim_control.h"

namespace ringside::test {
namespace {

using elf::File;
using elf::find_symbols;
using elf::NameEnd;

// The values of the symbols that are found, as a text.
std::string values_of(const Result<Vector<elf::FoundSymbol>>& found) {
  REQUIRE(found);
  std::string text;
  for (const elf::FoundSymbol& symbol : *found)
    text += std::to_string(symbol.symbol.value) + ' ';
  return text;
}

std::vector<ImageSymbol> many_symbols() {
  std::vector<ImageSymbol> symbols;
  for (std::uint64_t number = 1; number <= 500; ++number)
    symbols.push_back({.name = "function_" + std::to_string(number), .value = number});
  symbols.push_back({.name = "twice", .value = 1001});
  symbols.push_back({.name = "imported", .value = 1002, .section = 0});
  symbols.push_back({.name = "twice", .value = 1003, .type = STT_GNU_IFUNC});
  symbols.push_back({.name = std::string(1000, 'l'), .value = 1004});
  return symbols;
}

} // namespace

TEST_CASE("a symbol is found by any hash table and by none") {
  const bool wide = GENERATE(true, false);
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  const HashKind hash =
      GENERATE(HashKind::none, HashKind::gnu, HashKind::sysv, HashKind::sysv_wide);
  const SymbolsImage image(wide, order, many_symbols(), {}, hash);
  const std::string bytes = image.image.bytes();
  const auto file = File::open(ByteSource(as_bytes(bytes)), "x.so");
  REQUIRE(file);
  const elf::Section& table = *file->find(".dynsym");
  for (std::uint64_t number = 1; number <= 500; ++number) {
    const auto found = find_symbols(*file, table, "function_" + std::to_string(number));
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    REQUIRE((*found)[0].symbol.value == number);
    REQUIRE(image.dynamic()[(*found)[0].index - 1].value == number);
  }
  CHECK(values_of(find_symbols(*file, table, "twice")) == "1001 1003 ");
  CHECK(values_of(find_symbols(*file, table, std::string(1000, 'l'))) == "1004 ");
  CHECK(values_of(find_symbols(*file, table, "function_501")).empty());
  CHECK(values_of(find_symbols(*file, table, "function")).empty());
  CHECK(values_of(find_symbols(*file, table, "imported")) ==
        (hash == HashKind::gnu ? "" : "1002 "));
}

TEST_CASE("a name of .symtab can end where its version begins") {
  const SymbolsImage image(true, ByteOrder::little, {},
                           {{.name = "f", .value = 1},
                            {.name = "f@V1", .value = 2},
                            {.name = "f@@V2", .value = 3},
                            {.name = "g@V1", .value = 4},
                            {.name = "ff", .value = 5}},
                           HashKind::none);
  const std::string bytes = image.image.bytes();
  const auto file = File::open(ByteSource(as_bytes(bytes)), "x.so");
  REQUIRE(file);
  const elf::Section& table = *file->find(".symtab");
  CHECK(values_of(find_symbols(*file, table, "f", NameEnd::before_version)) == "1 2 3 ");
  CHECK(values_of(find_symbols(*file, table, "f")) == "1 ");
  CHECK(values_of(find_symbols(*file, table, "f@@V2")) == "3 ");
}

TEST_CASE("a look-up by hash reads little of the file") {
  const HashKind hash = GENERATE(HashKind::gnu, HashKind::sysv);
  ReadFile read{SymbolsImage(true, ByteOrder::little, many_symbols(), {}, hash).image.bytes()};
  const auto file = File::open(read.source(), "x.so");
  REQUIRE(file);
  read.read = 0;
  CHECK(values_of(find_symbols(*file, *file->find(".dynsym"), "function_77")) == "77 ");
  CHECK(read.read < 4096);
  read.read = 0;
  CHECK(values_of(find_symbols(*file, *file->find(".dynsym"), "absent")).empty());
  CHECK(read.read < 4096);
}

TEST_CASE("a hash table that is not in order is ignored") {
  SymbolsImage image(true, ByteOrder::little, many_symbols(), {}, HashKind::gnu);
  ImageSection& table = image.image.sections.back();
  SECTION("empty") {
    table.content.clear();
  }
  SECTION("no buckets") {
    table.content.replace(0, 4, 4, '\0');
  }
  SECTION("no filter") {
    table.content.replace(8, 4, 4, '\0');
  }
  SECTION("a shift that C does not define") {
    table.content.replace(12, 4, 4, '\x20');
  }
  SECTION("cut") {
    table.content.resize(table.content.size() - 300 * 4);
  }
  SECTION("chains that begin before the first symbol") {
    table.content.replace(4, 4, 4, '\x7f');
  }
  SECTION("buckets beyond the table") {
    table.content.replace(0, 4, 4, '\xff');
  }
  SECTION(".hash that goes round") {
    table.type = SHT_HASH;
    table.content.clear();
    table.content = image.image.numbers().u32(1).u32(3).u32(1).u32(0).u32(2).u32(1).bytes();
  }
  SECTION(".hash beyond the symbols") {
    table.type = SHT_HASH;
    table.content = image.image.numbers().u32(1).u32(3).u32(0x7fffffff).u32(0).bytes();
  }
  const std::string bytes = image.image.bytes();
  const auto file = File::open(ByteSource(as_bytes(bytes)), "x.so");
  REQUIRE(file);
  const Messages messages;
  for (const int number : {1, 250, 500})
    CHECK(values_of(
              find_symbols(*file, *file->find(".dynsym"), "function_" + std::to_string(number))) ==
          std::to_string(number) + ' ');
  CHECK(messages.warnings() == 0);
}

TEST_CASE("each read and each allocation of a look-up may fail") {
  ReadFile read{
      SymbolsImage(true, ByteOrder::little, many_symbols(), {}, HashKind::gnu).image.bytes()};
  const auto file = File::open(read.source(), "x.so");
  REQUIRE(file);
  SECTION("a read of the hash table: all symbols are looked at") {
    int nth = 0;
    do {
      read.reads = 0;
      read.fails_at = ++nth;
      CHECK(values_of(find_symbols(*file, *file->find(".dynsym"), "function_77")) == "77 ");
    } while (read.reads >= nth);
    CHECK(nth > 4);
  }
  SECTION("an allocation") {
    sim_reset(1);
    sim_fail_from("malloc", 1, ENOMEM);
    const Messages messages;
    const auto found = find_symbols(*file, *file->find(".dynsym"), "function_77");
    sim_reset(1);
    REQUIRE_FALSE(found);
    CHECK(found.error() == Errno(ENOMEM));
    CHECK(messages.last() == "x.so: section '.dynsym': there is no memory for its content\n");
  }
}

TEST_CASE("a table without strings is refused with one message") {
  SymbolsImage image(true, ByteOrder::little, many_symbols(), {}, HashKind::gnu);
  image.image.sections[1].link = 0;
  const std::string bytes = image.image.bytes();
  const auto file = File::open(ByteSource(as_bytes(bytes)), "x.so");
  REQUIRE(file);
  const Messages messages;
  CHECK(find_symbols(*file, *file->find(".dynsym"), "f").error() == kErrnoFormat);
  CHECK(messages.warnings() == 1);
}

} // namespace ringside::test
