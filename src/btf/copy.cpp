// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Copying types from one Btf into another.
#include <cerrno>

#include "base/failure.hpp"
#include "btf/change.hpp"
#include "btf/edit.hpp"
#include "btf/offset_table.hpp"

namespace ringside::btf {
namespace {

constexpr Subject kCopySubject("BTF");

Errno unknown_kind(Kind kind) {
  return fail(kCopySubject, Errno(EINVAL),
              "a type of kind %u, which is not known, cannot be copied", kind);
}

Errno no_string(std::uint32_t offset) {
  return fail(kCopySubject, Errno(EINVAL), "the source of a copy has no string at %u", offset);
}

} // namespace

Result<void> move_strings(Change& change, std::uint32_t* type, const Btf& from) {
  Result<void> moved;
  each_string(type, [&](std::uint32_t& offset) {
    if (!moved || offset == 0)
      return;
    const char* const text = from.string(offset);
    if (text == nullptr) {
      moved = no_string(offset);
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
  const auto id = change.append_copy({type.words(), words_of(type.info())});
  if (!id)
    return id;
  const auto moved = move_strings(change, change.words(*id), from);
  if (!moved) {
    change.remove_from(*id);
    return moved.error();
  }
  return id;
}

namespace {

// Moves is where the strings that the own types of one Btf use are in another, which gets each that
// it lacks once.
class Moves {
public:
  explicit Moves(const Btf& from) : from_(from) {}

  // init looks through all types. EINVAL: a type of a kind that is not known, or a string that is
  // not there; ENOMEM.
  Result<void> init() {
    auto offsets = OffsetTable::of(from_.data().strings.size());
    if (!offsets)
      return no_memory(kCopySubject, "where strings are");
    offsets_ = std::move(*offsets);
    for (const std::uint32_t start : from_.data().starts) {
      const std::uint32_t* const type = from_.data().words.data() + start;
      if (const Kind kind = kind_of(type[kInfoWord]); !is_known(kind))
        return unknown_kind(kind);
      std::uint32_t missing = 0;
      each_string(type, [&](std::uint32_t offset) {
        if (offset >= from_.end_string())
          missing = offset;
        else if (is_own(offset))
          offsets_.name(offset - from_.first_string());
      });
      if (missing != 0)
        return no_string(missing);
    }
    if (!offsets_.end_names())
      return no_memory(kCopySubject, "where strings are");
    return {};
  }

  // count and size are no less than those of the strings that will be added.
  [[nodiscard]] std::size_t count() const { return offsets_.count(); }
  [[nodiscard]] std::size_t size() const { return from_.data().strings.size(); }

  // move is where a string is in the BTF that changes. ENOMEM.
  Result<std::uint32_t> move(Change& change, std::uint32_t offset) {
    if (!is_own(offset))
      return offset;
    std::uint32_t& known = offsets_.number(offset - from_.first_string());
    if (known == OffsetTable::kNone) {
      const auto added = change.string(from_.string(offset));
      if (!added)
        return added;
      known = *added;
    }
    return known;
  }

private:
  // Two that are split from one base share its strings.
  [[nodiscard]] bool is_own(std::uint32_t offset) const {
    return offset != 0 && offset >= from_.first_string();
  }

  const Btf& from_;
  OffsetTable offsets_;
};

} // namespace

Result<std::uint32_t> add_all(Btf& btf, const Btf& from) {
  if (from.base() != nullptr && from.base() != btf.base())
    return fail(kCopySubject, Errno(EOPNOTSUPP),
                "types of a split BTF can only be added to one with the same base");
  const std::uint32_t first = btf.end_id();
  const std::uint32_t first_from = from.first_id();
  const std::uint32_t shift = first - first_from;
  const std::uint32_t count = from.end_id() - first_from;
  Moves moves(from);
  if (const auto begun = moves.init(); !begun)
    return begun.error();

  Change change(btf);
  if (const auto begun = change.begin(); !begun)
    return begun.error();
  if (count == 0)
    return first;
  if (const auto room = change.expect_strings(moves.count(), moves.size()); !room)
    return room.error();
  if (const auto added = change.append_all(from.data()); !added)
    return added.error();
  std::uint32_t* const words = change.words(first);
  const auto starts = btf.data().starts.last(count);
  Result<void> moved;
  const auto move_string = [&](std::uint32_t& offset) {
    const auto there = moves.move(change, offset);
    if (there)
      offset = *there;
    else
      moved = there.error();
  };
  const auto move_id = [&](std::uint32_t& id) {
    if (id >= first_from)
      id += shift;
  };
  for (const std::uint32_t start : starts)
    if (moved)
      each_reference(words + (start - starts.front()), move_string, move_id);
  if (!moved) {
    change.remove_from(first);
    return moved.error();
  }
  return first;
}

} // namespace ringside::btf
