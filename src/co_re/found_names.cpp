// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// FoundNames: a hash of names and kinds.
#include "co_re/found_names.hpp"

namespace ringside::co_re {

std::optional<std::span<const std::uint32_t>> FoundNames::find(std::string_view name,
                                                               btf::Kind kind) const {
  const std::uint32_t number = index_.find(hash_text(name, kind), [&](std::uint32_t other) {
    return names_[other].kind == kind && names_[other].name == name;
  });
  if (number == HashIndex::kNone)
    return {};
  return names_[number].ids;
}

Result<void> FoundNames::add(std::string_view name, btf::Kind kind,
                             std::span<const std::uint32_t> ids) {
  const auto kept = memory_.text(name);
  if (!kept)
    return kept.error();
  const auto number = static_cast<std::uint32_t>(names_.size());
  if (const auto appended = names_.append({*kept, kind, ids}); !appended)
    return appended;
  if (const auto indexed = index_.insert(hash_text(name, kind), number); !indexed) {
    names_.truncate(number);
    return indexed;
  }
  return {};
}

} // namespace ringside::co_re
