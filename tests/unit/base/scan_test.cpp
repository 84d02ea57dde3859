// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// scan: what is read, and what stays of the text.
#include "base/scan.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

namespace ringside::test {

TEST_CASE("a number is read up to the first character that is no digit of its base") {
  std::string_view text = "18446744073709551615x";
  CHECK(take_number(text) == UINT64_MAX);
  CHECK(text == "x");
  text = "fFg";
  CHECK(take_number(text, 16) == 0xff);
  CHECK(text == "g");
  text = "779";
  CHECK(take_number(text, 8) == 077);
  CHECK(text == "9");
}

TEST_CASE("a number that is not there, or too large, leaves the text as it was") {
  for (const std::string whole : {"", "x1", "18446744073709551616", "99999999999999999999999"}) {
    std::string_view text = whole;
    CHECK_FALSE(take_number(text));
    CHECK(text == whole);
  }
  std::string_view text = "11";
  CHECK_FALSE(take_number(text, 10, 10));
  CHECK(text == "11");
  CHECK(take_number(text, 10, 11) == 11);
}

TEST_CASE("a signed number reaches from the least to the most") {
  std::string_view text = "-9223372036854775808 9223372036854775807";
  CHECK(take_signed(text) == INT64_MIN);
  skip_blanks(text);
  CHECK(take_signed(text) == INT64_MAX);
  for (const std::string whole : {"-", "--1", "-9223372036854775809", "9223372036854775808"}) {
    text = whole;
    CHECK_FALSE(take_signed(text));
    CHECK(text == whole);
  }
}

TEST_CASE("words and lines end where the text ends") {
  std::string_view text = "one  two\nthree";
  std::string_view line = take_line(text);
  CHECK(take_word(line) == "one");
  CHECK(take_word(line) == "two");
  CHECK(take_word(line).empty());
  CHECK(take_line(text) == "three");
  CHECK(text.empty());
  CHECK(take_line(text).empty());
}

TEST_CASE("a prefix is removed only as a whole") {
  std::string_view text = "kprobe/x";
  CHECK_FALSE(take_text(text, "kprobes"));
  CHECK(take_text(text, "kprobe/"));
  CHECK(text == "x");
}

} // namespace ringside::test
