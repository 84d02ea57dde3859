// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Numbers for some of many offsets.
#include "btf/offset_table.hpp"

#include <iterator>

#include <catch2/catch.hpp>

namespace ringside::test {

using btf::OffsetTable;

TEST_CASE("each offset that was named has a number of its own") {
  constexpr std::uint32_t kOffsets[] = {0, 1, 63, 64, 65, 127, 128, 999};
  auto table = OffsetTable::of(1000);
  REQUIRE(table);
  for (const std::uint32_t offset : kOffsets)
    table->name(offset);
  table->name(64); // again
  REQUIRE(table->end_names());
  CHECK(table->count() == std::size(kOffsets));
  for (const std::uint32_t offset : kOffsets) {
    CHECK(table->number(offset) == OffsetTable::kNone);
    table->number(offset) = offset * 2;
  }
  for (const std::uint32_t offset : kOffsets)
    CHECK(table->number(offset) == offset * 2);
}

} // namespace ringside::test
