// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The table of kinds: what stands where in a type, in 32-bit words. Whatever walks over types reads
// it here, so that a new kind is a new line. Format: the kernel's Documentation/bpf/btf.rst.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>

namespace ringside::btf {

// Kind is the number of a kind as it stands in a type. A file may have numbers above the last.
enum Kind : std::uint32_t {
  kVoid = 0,
  kInt = 1,
  kPtr = 2,
  kArray = 3,
  kStruct = 4,
  kUnion = 5,
  kEnum = 6,
  kFwd = 7,
  kTypedef = 8,
  kVolatile = 9,
  kConst = 10,
  kRestrict = 11,
  kFunc = 12,
  kFuncProto = 13,
  kVar = 14,
  kDatasec = 15,
  kFloat = 16,
  kDeclTag = 17,
  kTypeTag = 18,
  kEnum64 = 19,
};

// A type begins with three words: the offset of its name, the info word, and its size in bytes or
// the id of another type. The info word has the kind flag in bit 31, the kind in bits 24 to 30, and
// the number of elements that follow in bits 0 to 23. The system's macros know fewer bits.
inline constexpr std::size_t kNameWord = 0;
inline constexpr std::size_t kInfoWord = 1;
inline constexpr std::size_t kTargetWord = 2;
inline constexpr std::size_t kHeadWords = 3;
inline constexpr std::uint32_t kMaxElements = 0xffffff;
inline constexpr std::uint32_t kFlagBit = std::uint32_t{1} << 31;

constexpr Kind kind_of(std::uint32_t info) {
  return static_cast<Kind>(info >> 24 & 0x7f);
}
constexpr std::uint32_t elements_of(std::uint32_t info) {
  return info & kMaxElements;
}
constexpr bool flag_of(std::uint32_t info) {
  return (info & kFlagBit) != 0;
}
constexpr std::uint32_t info_of(Kind kind, std::uint32_t elements = 0, bool flag = false) {
  return (flag ? kFlagBit : 0) | kind << 24 | elements;
}

// KindLine says what follows the head of a type of one kind, and which words are ids of types and
// offsets of strings. The name in the head is a string for every kind. In an element no more than
// one word is an id and only the first can be a string.
struct KindLine {
  static constexpr std::uint8_t kNoId = 0xff;

  const char* name;
  std::uint8_t extra_words;   // once, behind the head
  std::uint8_t element_words; // for each element, behind those
  std::uint8_t ids;           // bit n: word n of the type is an id
  bool element_is_named;
  std::uint8_t element_id; // which word of an element is an id
};

inline constexpr std::uint8_t kTargetId = 1 << kTargetWord;

// In the order of the kinds' numbers. The target word of a FWD is not an id: the kernel wants a 0.
inline constexpr KindLine kKinds[] = {
    {"VOID", 0, 0, 0, false, KindLine::kNoId},
    {"INT", 1, 0, 0, false, KindLine::kNoId},
    {"PTR", 0, 0, kTargetId, false, KindLine::kNoId},
    {"ARRAY", 3, 0, 1 << 3 | 1 << 4, false, KindLine::kNoId},
    {"STRUCT", 0, 3, 0, true, 1},
    {"UNION", 0, 3, 0, true, 1},
    {"ENUM", 0, 2, 0, true, KindLine::kNoId},
    {"FWD", 0, 0, 0, false, KindLine::kNoId},
    {"TYPEDEF", 0, 0, kTargetId, false, KindLine::kNoId},
    {"VOLATILE", 0, 0, kTargetId, false, KindLine::kNoId},
    {"CONST", 0, 0, kTargetId, false, KindLine::kNoId},
    {"RESTRICT", 0, 0, kTargetId, false, KindLine::kNoId},
    {"FUNC", 0, 0, kTargetId, false, KindLine::kNoId},
    {"FUNC_PROTO", 0, 2, kTargetId, true, 1},
    {"VAR", 1, 0, kTargetId, false, KindLine::kNoId},
    {"DATASEC", 0, 3, 0, false, 0},
    {"FLOAT", 0, 0, 0, false, KindLine::kNoId},
    {"DECL_TAG", 1, 0, kTargetId, false, KindLine::kNoId},
    {"TYPE_TAG", 0, 0, kTargetId, false, KindLine::kNoId},
    {"ENUM64", 0, 3, 0, true, KindLine::kNoId},
};
inline constexpr std::uint32_t kKindCount = std::size(kKinds);

// is_known: the table has a line for the kind. Kind 0 is that of void, which is no type of a file.
constexpr bool is_known(Kind kind) {
  return kind != kVoid && kind < kKindCount;
}

// KindSet is some kinds that the table has lines for. Any may be asked for: a BTF with a layout may
// have others.
class KindSet {
public:
  constexpr KindSet(std::initializer_list<Kind> kinds) {
    for (const Kind kind : kinds)
      add(kind);
  }
  constexpr void add(Kind kind) { bits_ |= 1U << kind; }
  [[nodiscard]] constexpr bool has(Kind kind) const {
    return kind < kKindCount && (bits_ >> kind & 1) != 0;
  }

private:
  static_assert(kKindCount <= 32);

  std::uint32_t bits_ = 0;
};

// kind_name is for messages.
constexpr const char* kind_name(Kind kind) {
  return kind < kKindCount ? kKinds[kind].name : "type of an unknown kind";
}

// words_of is how many words a type with this info word takes. Its kind must be known.
constexpr std::size_t words_of(std::uint32_t info) {
  const KindLine& line = kKinds[kind_of(info)];
  return kHeadWords + line.extra_words + std::size_t{line.element_words} * elements_of(info);
}

// each_id calls visit(word) for each word of a type that is an id, in their order; each_string for
// each that is the offset of a string, the type's name first. Words is a pointer to the type's
// words, whose kind must be known.
template <class Words, class Visit>
void each_id(Words type, Visit visit) {
  const KindLine& line = kKinds[kind_of(type[kInfoWord])];
  if (line.ids == kTargetId)
    visit(type[kTargetWord]);
  else
    for (unsigned ids = line.ids; ids != 0; ids &= ids - 1)
      visit(type[std::countr_zero(ids)]);
  if (line.element_id == KindLine::kNoId)
    return;
  Words element = type + kHeadWords + line.extra_words;
  for (std::uint32_t left = elements_of(type[kInfoWord]); left != 0; --left) {
    visit(element[line.element_id]);
    element += line.element_words;
  }
}

template <class Words, class Visit>
void each_string(Words type, Visit visit) {
  const KindLine& line = kKinds[kind_of(type[kInfoWord])];
  visit(type[kNameWord]);
  if (!line.element_is_named)
    return;
  Words element = type + kHeadWords + line.extra_words;
  for (std::uint32_t left = elements_of(type[kInfoWord]); left != 0; --left) {
    visit(*element);
    element += line.element_words;
  }
}

// each_reference calls of_string and of_id for the same words in one walk, strings and ids mixed.
template <class Words, class OfString, class OfId>
void each_reference(Words type, OfString of_string, OfId of_id) {
  const std::uint32_t info = type[kInfoWord];
  const KindLine& line = kKinds[kind_of(info)];
  of_string(type[kNameWord]);
  if (line.ids == kTargetId)
    of_id(type[kTargetWord]);
  else
    for (unsigned ids = line.ids; ids != 0; ids &= ids - 1)
      of_id(type[std::countr_zero(ids)]);
  if (line.element_words == 0)
    return;
  const std::size_t step = line.element_words;
  const std::size_t id_word = line.element_id;
  Words element = type + kHeadWords + line.extra_words;
  const Words end = element + step * elements_of(info);
  // Each element costs what it has, so there is a loop for each form.
  if (line.element_is_named && id_word != KindLine::kNoId)
    for (; element != end; element += step) {
      of_string(*element);
      of_id(element[id_word]);
    }
  else if (line.element_is_named)
    for (; element != end; element += step)
      of_string(*element);
  else if (id_word != KindLine::kNoId)
    for (; element != end; element += step)
      of_id(element[id_word]);
}

// id_at is the id number `index` of a type, in the order of each_id, or null if it has no more.
template <class Words>
Words id_at(Words type, std::uint32_t index) {
  const KindLine& line = kKinds[kind_of(type[kInfoWord])];
  unsigned ids = line.ids;
  for (; ids != 0 && index != 0; --index)
    ids &= ids - 1;
  if (ids != 0)
    return type + std::countr_zero(ids);
  if (line.element_id == KindLine::kNoId || index >= elements_of(type[kInfoWord]))
    return nullptr;
  return type + kHeadWords + line.extra_words + line.element_words * std::size_t{index} +
         line.element_id;
}

} // namespace ringside::btf
