// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// FoundNames: which types of a BTF that does not change have a plain name, for all objects that
// ask. The caller sees to it that one thread at a time uses it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/arena.hpp"
#include "base/hash_index.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "btf/kinds.hpp"

namespace ringside::co_re {

class FoundNames {
public:
  // find is the ids that were kept for a name and kind, in their order; nothing if none were.
  [[nodiscard]] std::optional<std::span<const std::uint32_t>> find(std::string_view name,
                                                                   btf::Kind kind) const;

  // keep remembers them, also that there are none; `ids` gives each by its place. ENOMEM: it does
  // not.
  template <class Ids>
  Result<void> keep(std::string_view name, btf::Kind kind, std::size_t count, Ids ids) {
    if (find(name, kind))
      return {};
    auto place = memory_.array<std::uint32_t>(count);
    if (!place)
      return place.error();
    for (std::size_t at = 0; at < count; ++at)
      (*place)[at] = ids(at);
    return add(name, kind, *place);
  }

private:
  struct Name {
    std::string_view name;
    btf::Kind kind = btf::kVoid;
    std::span<const std::uint32_t> ids;
  };

  Result<void> add(std::string_view name, btf::Kind kind, std::span<const std::uint32_t> ids);
  [[nodiscard]] static std::uint32_t hash_of(std::string_view name, btf::Kind kind) {
    return hash_text(name, kind);
  }

  Arena memory_;
  Vector<Name> names_;
  HashIndex index_;
};

} // namespace ringside::co_re
