// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Strings: which strings are used, and where they are now.
#include "btf/dedup/strings.hpp"

#include <cerrno>

namespace ringside::btf::dedup {

Result<void> Strings::collect(State& state, Ext* ext) {
  auto offsets = OffsetTable::of(btf_.data().strings.size());
  auto strings = StringSet::of(std::span("", btf_.base() == nullptr ? 1 : 0));
  if (!offsets || !strings)
    return Errno(ENOMEM);
  offsets_ = std::move(*offsets);
  strings_ = std::move(*strings);
  const auto each = [&](auto visit) {
    for (std::uint32_t id = state.first_id(); id < state.end_id(); ++id)
      each_string(state.own_words(id), visit);
    if (ext != nullptr)
      ext->each_string(visit);
  };
  each([&](std::uint32_t offset) {
    if (is_own(offset))
      offsets_.name(offset - btf_.first_string());
  });
  if (const auto ended = offsets_.end_names(); !ended)
    return ended;
  Result<void> added;
  each([&](std::uint32_t offset) {
    if (added && is_own(offset))
      added = add(offset);
  });
  if (!added)
    return added;
  for (std::uint32_t id = state.first_id(); id < state.end_id(); ++id)
    each_string(state.own_words(id), [&](std::uint32_t& offset) { offset = moved(offset); });
  return {};
}

Result<void> Strings::add(std::uint32_t offset) {
  std::uint32_t& moved = offsets_.number(offset - btf_.first_string());
  if (moved != OffsetTable::kNone)
    return {};
  const char* const text = btf_.string(offset);
  if (btf_.base() != nullptr)
    if (const auto found = btf_.base()->find_string(text, btf_.first_string())) {
      moved = *found;
      return {};
    }
  const auto added = strings_.add(text);
  if (!added)
    return added.error();
  moved = btf_.first_string() + *added;
  return {};
}

std::uint32_t Strings::moved(std::uint32_t offset) {
  return is_own(offset) ? offsets_.number(offset - btf_.first_string()) : offset;
}

} // namespace ringside::btf::dedup
