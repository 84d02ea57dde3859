// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Declarations of plain types, which nearly all are. All others are written link by link.
#include <algorithm>
#include <bit>
#include <optional>

#include "btf/dump/declare.hpp"
#include "btf/sizes.hpp"

namespace ringside::btf {
namespace {

// base_keyword is what stands before the name of a type that ends a chain of types, empty for most;
// nothing if the type is none of these, or is written out where it stands because it has no name.
std::optional<std::string_view> base_keyword(Type type, bool has_name) {
  switch (type.kind()) {
  case kVoid:
  case kInt:
  case kFloat:
  case kTypedef:
    return "";
  case kStruct:
  case kUnion:
  case kEnum:
  case kEnum64:
  case kFwd:
    return has_name ? std::optional(keyword_of(type)) : std::nullopt;
  default:
    return {};
  }
}

} // namespace

std::uint64_t Declare::bits_of(std::uint32_t id) const {
  const auto size = resolve_size(btf(), id);
  return size ? static_cast<std::uint64_t>(*size) * 8 : 0;
}

Result<void> Declare::make_plain(std::uint32_t id, Plain& plain) {
  constexpr std::string_view kStars = " ****";
  plain.length = 0;
  std::uint32_t base = id;
  std::size_t stars = 0;
  Type type = btf().type(base);
  for (; type.is(kPtr) && stars < kStars.size() - 1; type = btf().type(base), ++stars)
    base = type.target();
  std::string_view qualifier;
  if (is_qualifier(type)) {
    qualifier = qualifier_of(type);
    base = type.target();
    type = btf().type(base);
  }
  const std::string_view text = type.is(kVoid) ? "void" : btf().name(type);
  const auto keyword = base_keyword(type, !text.empty());
  if (!keyword)
    return {};
  const auto number = dump_.number(base);
  if (!number)
    return number.error();
  char buffer[kSuffixedSize];
  const std::string_view name = used_name(text, *number, buffer);
  const std::string_view parts[] = {qualifier, *keyword, name, kStars.substr(0, stars + 1)};
  std::size_t length = 0;
  for (const std::string_view part : parts)
    length += part.size();
  if (length > sizeof(plain.text))
    return {};
  char* end = plain.text;
  for (const std::string_view part : parts)
    end = copy_text(end, part);
  plain.bits = bits_of(id);
  plain.is_pointer = stars != 0;
  plain.length = length;
  return {};
}

Result<void> Declare::make_places(std::size_t count) {
  forget_plain();
  const std::size_t wanted = std::min(std::bit_ceil(count), kMostPlains);
  return wanted > plains_.size() ? plains_.append_default(wanted - plains_.size()) : Result<void>();
}

void Declare::forget_plain() {
  for (Plain& plain : plains_)
    plain.id = Plain::kNone;
}

Result<void> Declare::declare(std::string_view before, std::uint32_t id, std::string_view name,
                              int level, Declaration::End end) {
  constexpr std::size_t kMostArrays = 4;
  Type arrays[kMostArrays];
  std::size_t dimensions = 0;
  std::uint32_t element = id;
  for (Type type = btf().type(id); type.is(kArray) && dimensions < kMostArrays;
       type = btf().type(element)) {
    arrays[dimensions++] = type;
    element = type.array().element;
  }
  const auto found = plain(element);
  if (!found)
    return found.error();
  if (*found == nullptr)
    return declare_chain(before, id, name, level, end);
  out().text(before, (*found)->before(name), name);
  for (std::size_t at = 0; at < dimensions; ++at)
    write_dimension(arrays[at]);
  finish(end);
  return {};
}

} // namespace ringside::btf
