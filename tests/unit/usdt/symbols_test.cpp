// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// SymbolAddresses: which symbol of a name a probe's argument means.
#include "usdt/symbols.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "elf_symbols_image.hpp"

namespace ringside::test {
namespace {

struct OpenedSymbols {
  std::string bytes;
  Result<elf::File> file;

  OpenedSymbols(std::vector<ImageSymbol> dynamic, const std::vector<ImageSymbol>& fixed)
      : bytes(SymbolsImage(true, ByteOrder::little, std::move(dynamic), fixed, HashKind::gnu)
                  .image.bytes()),
        file(elf::File::open(ByteSource(as_bytes(bytes)), "x")) {
    REQUIRE(file);
  }
};

Result<std::uint64_t> address(const OpenedSymbols& symbols, const char* name) {
  return usdt::SymbolAddresses(*symbols.file).address(name);
}

} // namespace

TEST_CASE("symbols are looked for in .symtab, then among the dynamic ones") {
  const OpenedSymbols symbols({{.name = "both", .value = 1}, {.name = "shared", .value = 2}},
                              {{.name = "both", .value = 3, .type = STT_OBJECT}});
  CHECK(*address(symbols, "both") == 3);
  CHECK(*address(symbols, "shared") == 2);
  CHECK(address(symbols, "none").error() == Errno(ENOENT));
}

TEST_CASE("symbols of other files and of threads have no address") {
  const OpenedSymbols symbols(
      {}, {{.name = "imported", .section = 0}, {.name = "own", .value = 8, .type = STT_TLS}});
  CHECK(address(symbols, "imported").error() == Errno(ENOENT));
  CHECK(address(symbols, "own").error() == Errno(ENOENT));
}

TEST_CASE("several symbols of a name must be at one address") {
  const OpenedSymbols symbols({}, {{.name = "same", .value = 8},
                                   {.name = "same", .value = 8},
                                   {.name = "twice", .value = 8, .binding = STB_LOCAL},
                                   {.name = "twice", .value = 9, .binding = STB_LOCAL}});
  CHECK(*address(symbols, "same") == 8);
  CHECK(address(symbols, "twice").error() == Errno(EEXIST));
}

TEST_CASE("a symbol is looked for once, as long as few others are") {
  std::vector<ImageSymbol> fixed;
  for (unsigned number = 0; number < 20; ++number)
    fixed.push_back({.name = "s" + std::to_string(number), .value = number});
  OpenedSymbols opened({}, fixed);
  usdt::SymbolAddresses symbols(*opened.file);
  for (const ImageSymbol& symbol : fixed) {
    CHECK(*symbols.address(symbol.name) == symbol.value);
    CHECK(*symbols.address(symbol.name) == symbol.value);
  }
  CHECK(symbols.address("none").error() == Errno(ENOENT));
  // What is in the file now is not seen, but for a symbol that was forgotten.
  std::fill(opened.bytes.begin() + 64, opened.bytes.end(), '\0');
  CHECK(*symbols.address("s19") == 19);
  CHECK(symbols.address("none").error() == Errno(ENOENT));
  CHECK_FALSE(symbols.address("s1"));
}

TEST_CASE("it is known whether a symbol was asked for") {
  const OpenedSymbols opened({}, {{.name = "one", .value = 0x30}});
  usdt::SymbolAddresses symbols(*opened.file);
  const usdt::SymbolPlaces places = symbols.seen_from(0x10, true);
  CHECK(places.fixed());
  CHECK_FALSE(symbols.were_asked());
  CHECK(*places.distance("one") == 0x20);
  CHECK(symbols.were_asked());
  symbols.begin();
  CHECK_FALSE(symbols.were_asked());
}

} // namespace ringside::test
