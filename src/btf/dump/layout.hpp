// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Layout: where a compiler would put the members of a struct, and what must stand between them so
// that it puts them where they are. Offsets and widths are in bits.
#pragma once

#include <cstdint>

namespace ringside::btf {

// Gap is what lies between a member and the next one, or the end of a struct.
struct Gap {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t alignment = 1; // of what comes behind it, in bytes
  bool between_bitfields = false;
};

// each_padding calls pad(type, bits) for each unnamed member that fills a gap: "long: 64;" or
// "int: 0;", which goes to the next place that is aligned for the type. A long has `long_bits`.
template <class Pad>
void each_padding(Gap gap, std::uint64_t long_bits, Pad pad) {
  struct Unit {
    const char* name;
    std::uint64_t bits;
  };
  const Unit units[] = {{"long", long_bits}, {"int", 32}, {"short", 16}, {"char", 8}};
  const auto up = [](std::uint64_t offset, std::uint64_t unit) {
    return (offset + unit - 1) / unit * unit;
  };
  if (gap.begin >= gap.end)
    return;
  const Unit* unit = units;
  while (up(gap.begin, unit->bits) > gap.end && unit != units + 3)
    ++unit;
  const std::uint64_t aligned = up(gap.begin, unit->bits);
  if (aligned > gap.begin && aligned <= gap.end) {
    if (gap.between_bitfields)
      pad(unit->name, aligned - gap.begin);
    else if (aligned == gap.end
                 ? up(gap.begin, 8 * (gap.alignment != 0 ? gap.alignment : 1)) != gap.end
                 : gap.end - aligned <= aligned - gap.begin)
      pad(unit->name, 0);
    gap.begin = aligned;
  }
  while (gap.begin < gap.end) {
    const std::uint64_t left = gap.end - gap.begin;
    if (left >= unit->bits) {
      pad(unit->name, unit->bits);
      gap.begin += unit->bits;
      continue;
    }
    const Unit* smallest = units + 3;
    while (smallest != units && smallest->bits < left)
      --smallest;
    pad(smallest->name, left);
    return;
  }
}

} // namespace ringside::btf
