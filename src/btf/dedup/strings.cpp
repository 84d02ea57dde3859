// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Strings: which strings are used, and where they are now.
#include "btf/dedup/strings.hpp"

#include <cerrno>

namespace ringside::btf::dedup {

Result<void> Strings::begin() {
  const std::size_t size = btf_.data().strings.size();
  auto offsets = OffsetTable::of(size);
  auto strings = StringSet::of(std::span("", btf_.base() == nullptr ? 1 : 0));
  if (!offsets || !strings)
    return Errno(ENOMEM);
  offsets_ = std::move(*offsets);
  strings_ = std::move(*strings);
  size_ = static_cast<std::uint32_t>(size);
  return {};
}

Result<void> Strings::collect(State& state, Ext* ext) {
  if (const auto ended = offsets_.end_names(); !ended)
    return ended;
  if (const auto room = strings_.reserve(offsets_.count(), size_); !room)
    return room;
  Result<void> added;
  const auto move = [&](std::uint32_t offset) {
    if (!is_own(offset))
      return offset;
    std::uint32_t& moved = offsets_.number(offset - first_);
    if (moved == OffsetTable::kNone)
      if (const auto done = add(offset, moved); !done)
        added = done;
    return moved;
  };
  state.each_own([&](std::uint32_t* type) {
    each_string(type, [&](std::uint32_t& offset) { offset = move(offset); });
  });
  if (ext != nullptr)
    ext->each_string([&](std::uint32_t offset) { move(offset); });
  return added;
}

Result<void> Strings::add(std::uint32_t offset, std::uint32_t& moved) {
  const char* const text = btf_.data().strings.data() + (offset - first_);
  if (btf_.base() != nullptr)
    if (const auto found = btf_.base()->find_string(text, first_)) {
      moved = *found;
      return {};
    }
  const auto added = strings_.add(text);
  if (!added)
    return added.error();
  moved = first_ + *added;
  return {};
}

} // namespace ringside::btf::dedup
