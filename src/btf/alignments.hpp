// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Alignments: to how many bytes types are aligned.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/btf.hpp"

namespace ringside::btf {

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
