// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// xml_text: what means something to XML, and what it may not hold.
#include <catch2/catch.hpp>

#include "common/xml_text.hpp"

namespace ringside::tool {

TEST_CASE("what XML would take for its own is written otherwise") {
  CHECK(xml_text("<a href=\"x\">&</a>") == "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;");
}

TEST_CASE("what XML may not hold is replaced, and lines stay lines") {
  using namespace std::string_view_literals;
  CHECK(xml_text("\x01\x7f\xff\0z\n"sv) == "????z\n");
}

} // namespace ringside::tool
