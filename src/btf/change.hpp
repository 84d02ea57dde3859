// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Change: one change of a Btf.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "btf/btf.hpp"

namespace ringside::btf {

// Change is a variable of a function that changes a Btf. Pointers into the Btf that the function
// was given stay good until the Change ends; then they are stale. What was changed shows at once.
// What fails has given a message, and has changed nothing.
class Change {
public:
  explicit Change(Btf& btf) : btf_(btf) {}
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;
  ~Change() {
    if (btf_.made_bytes_[0].get() != nullptr || btf_.made_bytes_[1].get() != nullptr)
      btf_.drop_made_bytes();
  }

  // begin comes before all else. EOPNOTSUPP: the header has a part that we do not know and could
  // not keep true; ENOMEM.
  Result<void> begin() { return btf_.image_ == nullptr ? Result<void>() : leave_image(true, true); }
  // begin_in_place is the same for a change that writes to words and does no more: it needs no copy
  // of what the Btf has read and shares with no other.
  Result<void> begin_in_place() { return btf_.owned_image_ != nullptr ? check_header() : begin(); }
  // begin_replacing is the same for a change that ends with replace_types, and with replace_strings
  // if strings_too. These cannot fail. Until then the Btf shows what it showed.
  Result<void> begin_replacing(bool strings_too);
  void replace_types(Vector<std::uint32_t> words, Vector<std::uint32_t> starts);
  void replace_strings(StringSet strings);
  // replace_base has the Btf go on behind another base. Its ids and names must be moved already.
  void replace_base(const Btf& base);

  // string is the offset of a text, in the base or the Btf itself, which adds it if it is not
  // there. Null is the empty string. ENOMEM, also at 2 GiB.
  Result<std::uint32_t> string(const char* text);

  // expect_strings makes room for as many strings, of as many bytes in all, where there are none
  // yet. Others grow as they do anyway: they may have what will be added. ENOMEM.
  Result<void> expect_strings(std::size_t count, std::size_t size);

  // append adds a type of these words and returns its id. Those of append_copy may be words of this
  // Btf. ENOMEM, also at 4 GiB.
  Result<std::uint32_t> append(std::span<const std::uint32_t> words);
  Result<std::uint32_t> append_copy(std::span<const std::uint32_t> words);
  // append_element adds words to the last type, whose number of elements grows by one.
  template <std::size_t Count>
  Result<void> append_element(const std::uint32_t (&words)[Count]) {
    const auto added = add_element(Count);
    if (!added)
      return added.error();
    std::copy_n(words, Count, *added);
    return {};
  }
  // append_all adds the own types of another Btf as they are.
  Result<void> append_all(const Data& types);

  // words is all own words from a type's on, to be written to.
  [[nodiscard]] std::uint32_t* words(std::uint32_t id);
  // element is the words of a member, enumerator, parameter or variable.
  [[nodiscard]] std::uint32_t* element(std::uint32_t id, std::uint32_t index) {
    std::uint32_t* const type = words(id);
    return type + (Type(type).element(index) - type);
  }
  // remove_from takes away the own types from an id on.
  void remove_from(std::uint32_t id);

private:
  [[nodiscard]] Result<void> check_header() const;
  [[nodiscard]] Result<Btf::Edited> copy(bool types, bool strings) const;
  Result<void> leave_image(bool types, bool strings);
  [[nodiscard]] bool fits(std::size_t words) const;
  Result<std::uint32_t*> add_words(std::size_t count);
  Result<std::uint32_t*> add_element(std::size_t count);
  Result<std::uint32_t> begin_type(std::size_t start);

  Btf& btf_;
  Owned<Image> image_before_;
};

// move_strings replaces the offsets of strings in a type by those of the same strings in the Btf
// that changes. EINVAL: `from` has no such string; ENOMEM.
Result<void> move_strings(Change& change, std::uint32_t* type, const Btf& from);

} // namespace ringside::btf
