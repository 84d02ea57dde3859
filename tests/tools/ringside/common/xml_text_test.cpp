// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What may stand between tags.
#include "common/xml_text.hpp"

#include <catch2/catch.hpp>

namespace ringside::tool {
namespace {

constexpr const char* kReplaced = "\xEF\xBF\xBD";

std::string replaced(std::size_t count) {
  std::string text;
  while (count-- > 0)
    text += kReplaced;
  return text;
}

TEST_CASE("characters that mean something to XML are escaped") {
  CHECK(xml_text("a<b>&\"c\"\n\td") == "a&lt;b&gt;&amp;&quot;c&quot;\n\td");
  CHECK(xml_text("").empty());
}

TEST_CASE("text beyond ASCII stays") {
  for (const char* text :
       {"Größe", "路径", "ключ", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xEF\xBF\xBD", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    CHECK(xml_text(text) == text);
}

TEST_CASE("bytes that are no character, or none that XML takes, are replaced") {
  struct Bad {
    const char* bytes;
    std::size_t count;
  };
  for (const Bad& bad :
       {Bad{"\x01", 1}, Bad{"\x1b", 1}, Bad{"\x7f", 1}, Bad{"\r", 1}, Bad{"\x80", 1},
        Bad{"\xFF", 1}, Bad{"\xC3", 1}, Bad{"\xE2\x82", 2}, Bad{"\xF0\x9F\x98", 3},
        Bad{"\xC0\x80", 2}, Bad{"\xC1\xBF", 2}, Bad{"\xE0\x9F\xBF", 3}, Bad{"\xED\xA0\x80", 3},
        Bad{"\xED\xBF\xBF", 3}, Bad{"\xEF\xBF\xBE", 3}, Bad{"\xEF\xBF\xBF", 3},
        Bad{"\xF0\x8F\xBF\xBF", 4}, Bad{"\xF4\x90\x80\x80", 4}, Bad{"\xF8\x88\x80\x80\x80", 5}}) {
    INFO(bad.bytes);
    CHECK(xml_text(bad.bytes) == replaced(bad.count));
    // What stands beside it stays.
    CHECK(xml_text(std::string("ü<") + bad.bytes + "z") == "ü&lt;" + replaced(bad.count) + "z");
  }
  CHECK(xml_text("\xC3z") == replaced(1) + "z");
  CHECK(xml_text(std::string_view("\0", 1)) == replaced(1));
}

} // namespace
} // namespace ringside::tool
