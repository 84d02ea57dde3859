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
      each_string(state.writable_words(id), visit);
  };
  const auto name = [&](std::uint32_t offset) {
    if (is_own(offset))
      offsets_.name(offset - btf_.first_string());
  };
  each(name);
  if (ext != nullptr)
    ext->each_string(name);
  if (const auto ended = offsets_.end_names(); !ended)
    return ended;
  if (const auto room = strings_.reserve(offsets_.count(), btf_.data().strings.size()); !room)
    return room;
  Result<void> added;
  const auto add_own = [&](std::uint32_t offset) {
    if (is_own(offset) && offsets_.number(offset - btf_.first_string()) == OffsetTable::kNone)
      if (const auto done = add(offset); !done)
        added = done;
  };
  each([&](std::uint32_t& offset) {
    add_own(offset);
    offset = moved(offset);
  });
  if (ext != nullptr)
    ext->each_string(add_own);
  return added;
}

Result<void> Strings::add(std::uint32_t offset) {
  std::uint32_t& moved = offsets_.number(offset - btf_.first_string());
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
