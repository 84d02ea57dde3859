// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// CpuMask: the list format and the bitmap behind it.
#include "kernel/cpu_mask.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>

#include "base/scan.hpp"

namespace ringside::kernel {
namespace {

struct Range {
  unsigned first = 0;
  unsigned last = 0;
};

// take_range removes "A" or "A-B" from the front of `text`.
bool take_range(std::string_view& text, Range& range) {
  const auto first = take_number(text, 10, CpuMask::kMaxCpu);
  if (!first)
    return false;
  const auto last = take_text(text, "-") ? take_number(text, 10, CpuMask::kMaxCpu) : first;
  if (!last)
    return false;
  range = {static_cast<unsigned>(*first), static_cast<unsigned>(*last)};
  return range.first <= range.last;
}

// for_each_range calls `visit` with each range; false where the text is not a list.
template <class Visit>
bool for_each_range(std::string_view text, Visit&& visit) {
  do {
    Range range;
    if (!take_range(text, range))
      return false;
    visit(range);
  } while (take_text(text, ","));
  take_text(text, "\n");
  return text.empty();
}

} // namespace

Result<CpuMask> CpuMask::parse(std::string_view text) {
  unsigned highest = 0;
  const auto raise = [&](Range range) { highest = std::max(highest, range.last); };
  if (!for_each_range(text, raise))
    return Errno(EINVAL);

  auto words = Array<std::uint64_t>::of_size(highest / kBits + 1);
  if (!words)
    return words.error();
  std::fill(words->begin(), words->end(), 0);
  for_each_range(text, [&](Range range) {
    for (unsigned cpu = range.first; cpu <= range.last; ++cpu)
      (*words)[cpu / kBits] |= std::uint64_t{1} << (cpu % kBits);
  });
  CpuMask mask;
  mask.words_ = std::move(*words);
  return mask;
}

unsigned CpuMask::count() const {
  unsigned count = 0;
  for (const std::uint64_t word : words_)
    count += static_cast<unsigned>(std::popcount(word));
  return count;
}

} // namespace ringside::kernel
