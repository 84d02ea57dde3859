// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Alignments: to how many bytes types are aligned.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"

namespace ringside::btf {

// has_target_alignment: a type is aligned as the type that alignment_target gives.
inline bool has_target_alignment(Type type) {
  return type.is_modifier() || type.is(kTypedef) || type.is(kArray);
}
inline std::uint32_t alignment_target(Type type) {
  return type.is(kArray) ? type.array().element : type.target();
}

// leaf_alignment is the alignment of a type that no other decides on; 0 if it has none.
inline std::uint32_t leaf_alignment(Type type, std::uint32_t pointer_size) {
  switch (type.kind()) {
  case kInt:
  case kFloat:
  case kEnum:
  case kEnum64:
    return std::min(pointer_size, type.size());
  case kPtr:
    return pointer_size;
  default:
    return 0;
  }
}

// Composite is how a STRUCT or UNION is aligned, and whether its members lie where a compiler would
// put them, as the alignments of its members become known in turn.
class Composite {
public:
  explicit Composite(Type type) : type_(type), end_(type.elements()) {}

  // next is the member whose type is asked for next; nothing once no more is wanted.
  [[nodiscard]] std::optional<Member> next() const {
    if (index_ == end_)
      return {};
    return type_.member(index_);
  }
  // add is the alignment of its type, 0 for none.
  void add(const Member& member, std::uint32_t alignment) {
    ++index_;
    if (alignment == 0)
      has_none_ = true;
    else if (member.bit_size == 0 && member.bit_offset % (8 * alignment) != 0)
      misplace();
    else
      largest_ = std::max(largest_, alignment);
  }

  // These are known when there is no next member. What is packed is aligned to 1.
  [[nodiscard]] bool is_packed() const { return is_misplaced_ || type_.size() % largest_ != 0; }
  [[nodiscard]] std::uint32_t alignment() const {
    return has_none_ ? 0 : is_packed() ? 1 : largest_;
  }

private:
  void misplace() {
    is_misplaced_ = true;
    end_ = index_;
  }

  Type type_;
  std::uint32_t index_ = 0;
  std::uint32_t end_; // of the members that are asked for
  std::uint32_t largest_ = 1;
  bool is_misplaced_ = false;
  bool has_none_ = false;
};

// Alignments finds alignments, and remembers them once there are many, so that to ask for all types
// takes time linear in their number. Types may be added to the Btf, but not changed.
class Alignments {
public:
  explicit Alignments(const Btf& btf) : btf_(btf), pointer_size_(btf.pointer_bytes()) {}

  // of is the alignment of a type in bytes; 0 if it has none, as a struct that contains itself.
  // ENOMEM.
  Result<std::uint32_t> of(std::uint32_t id);

private:
  std::optional<std::uint32_t> of_few(std::uint32_t id, int depth, int& left) const;
  Result<std::uint32_t> of_any(std::uint32_t asked);
  [[nodiscard]] std::uint32_t index_of(std::uint32_t id) const;
  std::uint32_t follow(std::uint32_t head);
  void settle(std::uint32_t head, std::uint32_t alignment);

  const Btf& btf_;
  std::uint32_t pointer_size_;
  Vector<std::uint8_t> known_; // by id
};

} // namespace ringside::btf
