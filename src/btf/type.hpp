// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Type: one type of a BTF, where it lies. It gives what its words say; whether a word means
// anything for this kind is the caller's to know.
#pragma once

#include <cstdint>

#include "btf/kinds.hpp"

namespace ringside::btf {

// What follows the head, for the kinds that have it.
struct Dimension {
  std::uint32_t element, index, count;
};
struct Member {
  std::uint32_t name, type, bit_offset, bit_size; // a bit size of 0: no bit field
};
struct Enumerator {
  std::uint32_t name;
  std::uint64_t value; // with the sign carried up
};
struct Parameter {
  std::uint32_t name, type;
};
struct Variable {
  std::uint32_t type, offset, size;
};

// Type is as good as a pointer: it lasts until its BTF is changed or freed.
class Type {
public:
  // Without an argument it is void.
  Type() = default;
  explicit Type(const std::uint32_t* words) : words_(words) {}

  [[nodiscard]] const std::uint32_t* words() const { return words_; }

  [[nodiscard]] std::uint32_t name() const { return words_[kNameWord]; }
  [[nodiscard]] std::uint32_t info() const { return words_[kInfoWord]; }
  [[nodiscard]] Kind kind() const { return kind_of(info()); }
  [[nodiscard]] bool flag() const { return flag_of(info()); }
  // elements is the vlen: how many members, enumerators, parameters or variables. For FUNC it is
  // the linkage.
  [[nodiscard]] std::uint32_t elements() const { return elements_of(info()); }
  // The third word is a size or an id.
  [[nodiscard]] std::uint32_t size() const { return words_[kTargetWord]; }
  [[nodiscard]] std::uint32_t target() const { return words_[kTargetWord]; }

  [[nodiscard]] bool is(Kind kind) const { return this->kind() == kind; }
  [[nodiscard]] bool is_composite() const { return is(kStruct) || is(kUnion); }
  [[nodiscard]] bool is_enum() const { return is(kEnum) || is(kEnum64); }
  // is_modifier: CONST, VOLATILE, RESTRICT or TYPE_TAG.
  [[nodiscard]] bool is_modifier() const {
    return is(kConst) || is(kVolatile) || is(kRestrict) || is(kTypeTag);
  }

  // extra is the word behind the head: an INT's encoding, a VAR's linkage, a DECL_TAG's component.
  [[nodiscard]] std::uint32_t extra() const { return words_[kHeadWords]; }
  [[nodiscard]] std::uint32_t int_encoding() const { return extra() >> 24 & 0xf; }
  [[nodiscard]] std::uint32_t int_offset() const { return extra() >> 16 & 0xff; }
  [[nodiscard]] std::uint32_t int_bits() const { return extra() & 0xff; }

  [[nodiscard]] Dimension array() const {
    return {words_[kHeadWords], words_[kHeadWords + 1], words_[kHeadWords + 2]};
  }
  // The element `index`, which must be below elements().
  [[nodiscard]] Member member(std::uint32_t index) const {
    const std::uint32_t* const word = element_of<kStruct>(index);
    if (!flag())
      return {word[0], word[1], word[2], 0};
    return {word[0], word[1], word[2] & 0xffffff, word[2] >> 24};
  }
  [[nodiscard]] Enumerator enumerator(std::uint32_t index) const {
    if (is(kEnum64)) {
      const std::uint32_t* const word = element_of<kEnum64>(index);
      return {word[0], std::uint64_t{word[2]} << 32 | word[1]};
    }
    const std::uint32_t* const word = element_of<kEnum>(index);
    if (flag())
      return {word[0], static_cast<std::uint64_t>(static_cast<std::int32_t>(word[1]))};
    return {word[0], word[1]};
  }
  [[nodiscard]] Parameter parameter(std::uint32_t index) const {
    const std::uint32_t* const word = element_of<kFuncProto>(index);
    return {word[0], word[1]};
  }
  [[nodiscard]] Variable variable(std::uint32_t index) const {
    const std::uint32_t* const word = element_of<kDatasec>(index);
    return {word[0], word[1], word[2]};
  }

  // element is the words of one, whatever the kind; which must be known.
  [[nodiscard]] const std::uint32_t* element(std::uint32_t index) const {
    const KindLine& line = kKinds[kind()];
    return &words_[kHeadWords + line.extra_words + std::size_t{line.element_words} * index];
  }

private:
  // element_of is element, of a kind that the compiler knows. A UNION has what a STRUCT has.
  template <Kind kKind>
  [[nodiscard]] const std::uint32_t* element_of(std::uint32_t index) const {
    constexpr std::size_t kBegin = kHeadWords + kKinds[kKind].extra_words;
    return &words_[kBegin + std::size_t{kKinds[kKind].element_words} * index];
  }

  // As long as the longest type without elements.
  static constexpr std::uint32_t kVoidWords[kHeadWords + 3] = {};

  const std::uint32_t* words_ = kVoidWords;
};

} // namespace ringside::btf
