// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Strings: texts at any offset, and the bound on all of them together.
#include "elf/strings.hpp"

#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "elf_image.hpp"

namespace ringside::test {

TEST_CASE("a text is what stands before the next NUL") {
  const std::string table("\0first\0second\0no end", 20);
  elf::Strings strings(as_bytes(table), 1000);
  CHECK(strings.size() == 20);
  CHECK(*strings.text_at(0) == "");
  CHECK(*strings.text_at(1) == "first");
  CHECK(*strings.text_at(3) == "rst");
  CHECK(*strings.text_at(7) == "second");
  for (const std::uint64_t offset :
       {std::uint64_t{14}, std::uint64_t{19}, std::uint64_t{20}, std::uint64_t{21}, UINT64_MAX})
    CHECK_FALSE(strings.text_at(offset));
  CHECK_FALSE(elf::Strings().text_at(0));
}

TEST_CASE("a text is compared with its end, or with another one") {
  const std::string table("\0first\0second@V1\0no end", 23);
  const elf::Strings strings(as_bytes(table), 0);
  CHECK(strings.is_text(0, ""));
  CHECK(strings.is_text(1, "first"));
  CHECK(strings.is_text(2, "irst"));
  CHECK_FALSE(strings.is_text(1, "firs"));
  CHECK_FALSE(strings.is_text(1, "firsts"));
  CHECK_FALSE(strings.is_text(1, "fisrt"));
  CHECK_FALSE(strings.is_text(7, "second"));
  CHECK(strings.is_text(7, "second", '@'));
  CHECK(strings.is_text(1, "first", '@'));
  CHECK_FALSE(strings.is_text(17, "no end"));
  CHECK_FALSE(strings.is_text(23, ""));
  CHECK_FALSE(strings.is_text(UINT64_MAX, ""));
}

TEST_CASE("all texts together end at their bound") {
  const std::string table = std::string(100, 't') + '\0';
  elf::Strings strings(as_bytes(table), 250);
  CHECK(strings.text_at(0));
  CHECK(strings.text_at(0));
  CHECK_FALSE(strings.text_at(0));
  CHECK(strings.text_at(50)->size() == 50);
  CHECK_FALSE(strings.text_at(99));
  CHECK(strings.text_at(100));
}

} // namespace ringside::test
