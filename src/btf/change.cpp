// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Change: from what was read to what can grow, and growing it.
#include "btf/change.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "base/failure.hpp"

namespace ringside::btf {
namespace {

constexpr Subject kChangeSubject("BTF");

[[gnu::noinline]] Errno no_room_for_string(Errno error) {
  return fail(kChangeSubject, error,
              "there is no memory for one more string, or they are more than 2 GiB");
}

[[gnu::noinline]] Errno no_room_for_types(std::size_t words) {
  return fail(kChangeSubject, Errno(ENOMEM),
              "there is no memory for %zu bytes of types, or they are more "
              "than 4 GiB",
              words * sizeof(std::uint32_t));
}

} // namespace

Result<void> Change::check_header() const {
  if (btf_.image_ != nullptr && btf_.image_->has_unknown_header())
    return fail(kChangeSubject, Errno(EOPNOTSUPP),
                "its header of %u bytes has a part that is not known, so it cannot be changed",
                btf_.header_.size);
  return {};
}

Result<void> Change::begin_replacing(bool strings_too) {
  return leave_image(false, !strings_too);
}

// leave_image turns what was read into what can grow, with copies of types and strings if wanted.
Result<void> Change::leave_image(bool types, bool strings) {
  if (btf_.image_ == nullptr)
    return {};
  if (const auto known = check_header(); !known)
    return known;
  auto edited = copy(types, strings);
  if (!edited)
    return no_memory(kChangeSubject, "a copy that can be changed");
  image_before_ = std::move(btf_.owned_image_);
  btf_.image_ = nullptr;
  btf_.edited_ = std::move(*edited);
  if (types && strings)
    btf_.show_edited();
  return {};
}

Result<Btf::Edited> Change::copy(bool types, bool strings) const {
  Btf::Edited edited;
  if (const auto copied = edited.layout.append_all(btf_.layout_.bytes()); !copied)
    return copied.error();
  if (types) {
    if (const auto copied = edited.words.append_all(btf_.data_.words); !copied)
      return copied.error();
    if (const auto copied = edited.starts.append_all(btf_.data_.starts); !copied)
      return copied.error();
  }
  if (strings) {
    auto copied = StringSet::of(btf_.data_.strings);
    if (!copied)
      return copied.error();
    edited.strings = std::move(*copied);
  }
  return edited;
}

void Change::replace_types(Vector<std::uint32_t> words, Vector<std::uint32_t> starts) {
  btf_.edited_.words = std::move(words);
  btf_.edited_.starts = std::move(starts);
  btf_.show_edited();
}

void Change::replace_strings(StringSet strings) {
  btf_.edited_.strings = std::move(strings);
  btf_.strings_are_unique_ = true;
  btf_.show_edited();
}

// The base may have strings that the Btf has as well.
void Change::replace_base(const Btf& base) {
  btf_.place_ = {&base, base.end_id(), base.end_string()};
  btf_.strings_are_unique_ = false;
}

Result<std::uint32_t> Change::string(const char* text) {
  if (text == nullptr || text[0] == '\0')
    return 0U;
  const Place& place = btf_.place_;
  if (place.base != nullptr)
    if (const auto offset = place.base->find_string(text, place.first_string))
      return *offset;
  StringSet& strings = btf_.edited_.strings;
  const auto offset = strings.add(text, kMaxStrings - place.first_string);
  // What failed half way may have moved them.
  btf_.data_.strings = strings.view();
  if (!offset)
    return no_room_for_string(offset.error());
  return place.first_string + *offset;
}

Result<void> Change::expect_strings(std::size_t count, std::size_t size) {
  StringSet& strings = btf_.edited_.strings;
  if (strings.view().size() > 1)
    return {};
  const auto room = strings.reserve(count, size);
  btf_.data_.strings = strings.view();
  return room ? room : no_memory(kChangeSubject, "the strings of a copy");
}

bool Change::fits(std::size_t words) const {
  return words <= UINT32_MAX / sizeof(std::uint32_t) - btf_.edited_.words.size();
}

// add_words adds words without values at the end, and returns them, or adds none.
[[gnu::always_inline]] inline Result<std::uint32_t*> Change::add_words(std::size_t count) {
  Vector<std::uint32_t>& all = btf_.edited_.words;
  const std::size_t before = all.size();
  if (!fits(count) || !all.append_unset(count))
    return no_room_for_types(before + count);
  return all.data() + before;
}

// begin_type is the id of a type whose words were added from `start` on. If it fails they go.
Result<std::uint32_t> Change::begin_type(std::size_t start) {
  Btf::Edited& edited = btf_.edited_;
  const auto begun = edited.starts.append(static_cast<std::uint32_t>(start));
  const std::size_t size = edited.words.size();
  if (!begun)
    edited.words.truncate(start);
  btf_.data_.words = edited.words;
  btf_.data_.starts = edited.starts;
  if (!begun)
    return no_room_for_types(size);
  return btf_.end_id() - 1;
}

Result<std::uint32_t> Change::append(std::span<const std::uint32_t> words) {
  const std::size_t start = btf_.edited_.words.size();
  const auto added = add_words(words.size());
  if (!added)
    return added.error();
  std::copy(words.begin(), words.end(), *added);
  return begin_type(start);
}

Result<std::uint32_t> Change::append_copy(std::span<const std::uint32_t> words) {
  const std::size_t start = btf_.edited_.words.size();
  if (!fits(words.size()) || !btf_.edited_.words.append_all(words))
    return no_room_for_types(start + words.size());
  return begin_type(start);
}

// add_element adds words without values to the last type, as one element.
Result<std::uint32_t*> Change::add_element(std::size_t count) {
  Btf::Edited& edited = btf_.edited_;
  const std::size_t info_at = edited.starts.back() + kInfoWord;
  if (const std::uint32_t info = edited.words[info_at]; elements_of(info) == kMaxElements)
    return fail(kChangeSubject, Errno(ENOSPC),
                "the last type, a %s, has %u elements, which is all it can",
                kind_name(kind_of(info)), kMaxElements);
  const auto added = add_words(count);
  if (!added)
    return added;
  ++edited.words[info_at];
  btf_.data_.words = edited.words;
  return added;
}

Result<void> Change::append_all(const Data& types) {
  Btf::Edited& edited = btf_.edited_;
  const auto start = static_cast<std::uint32_t>(edited.words.size());
  const std::size_t count = edited.starts.size();
  // These may be the types of this Btf, and then their words end elsewhere with each step.
  const std::span<const std::uint32_t> words = types.words;
  if (!edited.starts.append_all(types.starts))
    return no_room_for_types(start + words.size());
  if (!fits(words.size()) || !edited.words.append_all(words)) {
    edited.starts.truncate(count);
    btf_.show_edited();
    return no_room_for_types(start + words.size());
  }
  for (std::size_t index = count; index < edited.starts.size(); ++index)
    edited.starts[index] += start;
  btf_.show_edited();
  return {};
}

// Data shows words as const to those who read them. These are the Btf's own, and no object is
// const: words that can grow, or those of an image that no other Btf has.
std::uint32_t* Change::words(std::uint32_t id) {
  const Data& data = btf_.data_;
  return const_cast<std::uint32_t*>(data.words.data()) + data.starts[id - btf_.place_.first_id];
}

void Change::remove_from(std::uint32_t id) {
  Btf::Edited& edited = btf_.edited_;
  const std::size_t index = id - btf_.place_.first_id;
  if (index == edited.starts.size())
    return;
  edited.words.truncate(edited.starts[index]);
  edited.starts.truncate(index);
  btf_.show_edited();
}

} // namespace ringside::btf
