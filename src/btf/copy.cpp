// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Copying types from one Btf into another.
#include <cerrno>

#include "base/failure.hpp"
#include "btf/change.hpp"
#include "btf/edit.hpp"

namespace ringside::btf {
namespace {

constexpr Subject kCopySubject("BTF");

Errno unknown_kind(Kind kind) {
  return fail(kCopySubject, Errno(EINVAL),
              "a type of kind %u, which is not known, cannot be copied", kind);
}

} // namespace

Result<void> move_strings(Change& change, std::uint32_t* type, const Btf& from,
                          std::uint32_t first) {
  Result<void> moved;
  each_string(type, [&](std::uint32_t& offset) {
    if (!moved || offset == 0 || offset < first)
      return;
    const char* const text = from.string(offset);
    if (text == nullptr) {
      moved = fail(kCopySubject, Errno(EINVAL), "the source of a copy has no string at %u", offset);
      return;
    }
    const auto added = change.string(text);
    if (added)
      offset = *added;
    else
      moved = added.error();
  });
  return moved;
}

Result<std::uint32_t> add_string(Btf& btf, const char* text) {
  Change change(btf);
  if (const auto begun = change.begin(); !begun)
    return begun.error();
  return change.string(text);
}

Result<std::uint32_t> add_copy(Btf& btf, const Btf& from, Type type) {
  if (!is_known(type.kind()))
    return unknown_kind(type.kind());
  Change change(btf);
  if (const auto begun = change.begin(); !begun)
    return begun.error();
  const auto id = change.append({type.words(), words_of(type.info())});
  if (!id)
    return id;
  const auto moved = move_strings(change, change.words(*id), from, 0);
  if (!moved) {
    change.remove_from(*id);
    return moved.error();
  }
  return id;
}

Result<std::uint32_t> add_all(Btf& btf, const Btf& from) {
  if (from.base() != nullptr && from.base() != btf.base())
    return fail(kCopySubject, Errno(EOPNOTSUPP),
                "types of a split BTF can only be added to one with the same base");
  const std::uint32_t first = btf.end_id();
  const std::uint32_t shift = first - from.first_id();
  const std::uint32_t count = from.end_id() - from.first_id();
  for (std::uint32_t index = 0; index < count; ++index)
    if (const Kind kind = from.data().type(index).kind(); !is_known(kind))
      return unknown_kind(kind);

  Change change(btf);
  if (const auto begun = change.begin(); !begun)
    return begun.error();
  if (const auto added = change.append_all(from.data()); !added)
    return added.error();
  for (std::uint32_t id = first; id != first + count; ++id) {
    std::uint32_t* const type = change.words(id);
    each_id(type, [&](std::uint32_t& other) {
      if (other >= from.first_id())
        other += shift;
    });
    if (const auto moved = move_strings(change, type, from, from.first_string()); !moved) {
      change.remove_from(first);
      return moved.error();
    }
  }
  return first;
}

} // namespace ringside::btf
