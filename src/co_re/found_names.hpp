// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// FoundNames: which types of a BTF that does not change have a plain name, for all objects that
// ask. One thread at a time may use it.
#pragma once

#include <cstddef>
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
  // Objects can ask for any number of names, of any length. Usual names fill this by the thousand.
  static constexpr std::size_t kMostBytes = std::size_t{1} << 20;

  // find is the ids that were kept for a name and kind, in their order; nothing if none were.
  [[nodiscard]] std::optional<std::span<const std::uint32_t>> find(std::string_view name,
                                                                   btf::Kind kind) const;

  // keep remembers them, also that there are none; `ids` gives each by its place. Without memory
  // (ENOMEM), and where all would take more than kMostBytes, nothing changes.
  template <class Ids>
  Result<void> keep(std::string_view name, btf::Kind kind, std::size_t count, Ids ids) {
    const std::uint64_t size =
        sizeof(Name) + name.size() + std::uint64_t{count} * sizeof(std::uint32_t);
    if (size > kMostBytes - bytes_ || find(name, kind))
      return {};
    auto place = memory_.array<std::uint32_t>(count);
    if (!place)
      return place.error();
    for (std::size_t at = 0; at < count; ++at)
      (*place)[at] = ids(at);
    if (const auto added = add(name, kind, *place); !added)
      return added;
    bytes_ += static_cast<std::size_t>(size);
    return {};
  }

private:
  struct Name {
    std::string_view name;
    btf::Kind kind = btf::kVoid;
    std::span<const std::uint32_t> ids;
  };

  Result<void> add(std::string_view name, btf::Kind kind, std::span<const std::uint32_t> ids);

  Arena memory_;
  Vector<Name> names_;
  HashIndex index_;
  std::size_t bytes_ = 0; // that the names take
};

} // namespace ringside::co_re
