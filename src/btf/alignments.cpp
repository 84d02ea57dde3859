// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Alignments: a short look that remembers nothing, and a long one that visits each type once.
#include "btf/alignments.hpp"

namespace ringside::btf {
namespace {

constexpr std::uint32_t kNone = 0;

// What known_ holds: an alignment + 1, or one of these.
constexpr std::uint8_t kUnknown = 0;
constexpr std::uint8_t kOpen = 0xff;

std::uint8_t known(std::uint32_t alignment) {
  return static_cast<std::uint8_t>(alignment + 1);
}

// Frame is a composite whose members are looked at, and the first type of the chain of typedefs,
// modifiers and arrays that leads to it.
struct Frame {
  std::uint32_t head = 0;
  std::uint32_t id = 0;
  Composite composite{Type()};

  void add(std::uint32_t alignment) { composite.add(*composite.next(), alignment); }
};

} // namespace

Result<std::uint32_t> Alignments::of(std::uint32_t id) {
  constexpr int kFew = 512;
  if (int left = kFew; known_.empty())
    if (const auto alignment = of_few(id, 0, left))
      return *alignment;
  if (known_.size() < btf_.end_id())
    if (const auto grown = known_.append_default(btf_.end_id() - known_.size()); !grown)
      return grown.error();
  return of_any(id);
}

// Nothing if that would be more than a short look.
std::optional<std::uint32_t> Alignments::of_few(std::uint32_t id, int depth, int& left) const {
  constexpr int kMaxDepth = 16;
  Type type = btf_.type(id);
  for (; --left > 0 && has_target_alignment(type); type = btf_.type(alignment_target(type))) {
  }
  if (left <= 0 || depth == kMaxDepth)
    return {};
  if (!type.is_composite())
    return leaf_alignment(type, pointer_size_);
  Composite composite(type);
  while (const auto member = composite.next()) {
    const auto alignment = of_few(member->type, depth + 1, left);
    if (!alignment)
      return {};
    composite.add(*member, *alignment);
  }
  return composite.alignment();
}

// An id that the Btf does not have is as good as void.
std::uint32_t Alignments::index_of(std::uint32_t id) const {
  return id < known_.size() ? id : 0;
}

// follow goes along the chain of types from `head` that are aligned as their target, marks them as
// open, and returns the first that is none of these or was met before.
std::uint32_t Alignments::follow(std::uint32_t head) {
  std::uint32_t id = index_of(head);
  for (Type type = btf_.type(id); known_[id] == kUnknown && has_target_alignment(type);
       type = btf_.type(id)) {
    known_[id] = kOpen;
    id = index_of(alignment_target(type));
  }
  return id;
}

// settle gives the types of a chain that follow has marked the alignment of what they lead to.
void Alignments::settle(std::uint32_t head, std::uint32_t alignment) {
  std::uint32_t id = index_of(head);
  for (Type type = btf_.type(id); known_[id] == kOpen && has_target_alignment(type);
       type = btf_.type(id)) {
    known_[id] = known(alignment);
    id = index_of(alignment_target(type));
  }
}

Result<std::uint32_t> Alignments::of_any(std::uint32_t asked) {
  Vector<Frame> frames;
  for (;;) {
    const std::uint32_t id = follow(asked);
    const Type type = btf_.type(id);
    if (known_[id] == kUnknown && type.is_composite()) {
      if (const auto entered = frames.append({asked, id, Composite(type)}); !entered) {
        known_.clear();
        return entered.error();
      }
      known_[id] = kOpen;
    } else {
      // What is open contains itself.
      std::uint32_t alignment = kNone;
      if (known_[id] == kUnknown)
        alignment = leaf_alignment(type, pointer_size_);
      else if (known_[id] != kOpen)
        alignment = known_[id] - 1U;
      settle(asked, alignment);
      if (frames.empty())
        return alignment;
      frames.back().add(alignment);
    }
    while (!frames.back().composite.next()) {
      const Frame done = frames.take_last();
      const std::uint32_t alignment = done.composite.alignment();
      known_[done.id] = known(alignment);
      settle(done.head, alignment);
      if (frames.empty())
        return alignment;
      frames.back().add(alignment);
    }
    asked = frames.back().composite.next()->type;
  }
}

} // namespace ringside::btf
