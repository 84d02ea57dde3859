// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Versions: indices, hidden symbols, definitions, and files without them.
#include "elf/versions.hpp"

#include <cstddef>
#include <string>

#include <catch2/catch.hpp>
#include <elf.h>

#include "elf_symbols_image.hpp"
#include "messages.hpp"

namespace ringside::test {
namespace {

SymbolsImage image_of(bool wide, ByteOrder order) {
  SymbolsImage image(wide, order,
                     {{.name = "realpath", .value = 1, .version = 2 | 0x8000},
                      {.name = "realpath", .value = 2, .version = 3},
                      {.name = "puts", .value = 3, .version = 1}},
                     {}, HashKind::none);
  image.add_versions({"GLIBC_2.2.5", "GLIBC_2.3"});
  return image;
}

} // namespace

TEST_CASE("a symbol has the version that its file says") {
  const bool wide = GENERATE(true, false);
  const ByteOrder order = GENERATE(ByteOrder::little, ByteOrder::big);
  const SymbolsImage image = image_of(wide, order);
  const std::string bytes = image.image.bytes();
  const auto file = elf::File::open(ByteSource(as_bytes(bytes)), "x.so");
  REQUIRE(file);
  auto versions = elf::Versions::open(*file, *file->find(".dynsym"));
  REQUIRE(versions);
  for (std::size_t index = 1; index <= 3; ++index) {
    const auto version = versions->of(index);
    REQUIRE(version);
    const std::uint16_t expected = image.dynamic()[index - 1].version;
    CHECK(version->index == (expected & 0x7fff));
    CHECK(version->hidden == (expected > 0x7fff));
  }
  CHECK(*versions->defined("GLIBC_2.2.5") == 2);
  CHECK(*versions->defined("GLIBC_2.3") == 3);
  CHECK(*versions->defined("libx.so.1") == 1);
  CHECK(*versions->defined("GLIBC_2.") == VER_NDX_LOCAL);
  CHECK(*versions->defined("") == VER_NDX_LOCAL);
}

TEST_CASE("a file without versions has symbols of none") {
  SymbolsImage image = image_of(true, ByteOrder::little);
  SECTION("no definitions") {
    image.image.sections.pop_back();
  }
  SECTION("of another table") {
    image.image.sections[image.image.sections.size() - 2].link = SymbolsImage::kStatic;
  }
  const std::string bytes = image.image.bytes();
  const auto file = elf::File::open(ByteSource(as_bytes(bytes)), "x.so");
  REQUIRE(file);
  auto versions = elf::Versions::open(*file, *file->find(".dynsym"));
  REQUIRE(versions);
  CHECK(versions->of(1)->index == VER_NDX_GLOBAL);
  CHECK_FALSE(versions->of(1)->hidden);
  CHECK(*versions->defined("GLIBC_2.3") == VER_NDX_LOCAL);
}

TEST_CASE("definitions that are damaged are refused") {
  SymbolsImage image = image_of(true, ByteOrder::little);
  std::string& definitions = image.image.sections.back().content;
  SECTION("cut") {
    definitions.resize(60);
  }
  SECTION("empty") {
    definitions.clear();
  }
  SECTION("the next one overlaps") {
    definitions.replace(16, 4, std::string("\x01\0\0\0", 4));
  }
  SECTION("the next one is beyond the end") {
    definitions.replace(16, 4, 4, '\xff');
  }
  SECTION("the name is beyond the end") {
    definitions.replace(12, 4, 4, '\xff');
  }
  const std::string bytes = image.image.bytes();
  const auto file = elf::File::open(ByteSource(as_bytes(bytes)), "x.so");
  REQUIRE(file);
  auto versions = elf::Versions::open(*file, *file->find(".dynsym"));
  REQUIRE(versions);
  const Messages messages;
  CHECK(versions->defined("GLIBC_2.3").error() == kErrnoFormat);
  CHECK(messages.warnings() == 1);
  CHECK(messages.last().find("is damaged") != std::string::npos);
}

TEST_CASE("sections of versions that are not in the file are refused") {
  const SymbolsImage image = image_of(true, ByteOrder::little);
  const std::size_t section = image.image.sections.size() - GENERATE(0U, 1U);
  std::string bytes = image.image.bytes();
  bytes.replace(image.image.section_headers() + section * 64 + offsetof(Elf64_Shdr, sh_offset), 8,
                8, '\x7f');
  const auto file = elf::File::open(ByteSource(as_bytes(bytes)), "x.so");
  REQUIRE(file);
  const Messages messages;
  CHECK(elf::Versions::open(*file, *file->find(".dynsym")).error() == kErrnoFormat);
  CHECK(messages.warnings() == 1);
}

} // namespace ringside::test
