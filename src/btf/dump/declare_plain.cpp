// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Declarations of plain types, which nearly all are. All others are written link by link.
#include <algorithm>
#include <bit>

#include "btf/dump/declare.hpp"
#include "btf/sizes.hpp"

namespace ringside::btf {
namespace {

// Types of these kinds are written as their names, the latter behind a keyword.
constexpr KindSet kBare = {kVoid, kInt, kFloat, kTypedef};
constexpr KindSet kTagged = {kStruct, kUnion, kEnum, kEnum64, kFwd};

} // namespace

std::uint64_t Declare::bits_of(std::uint32_t id) const {
  const auto size = resolve_size(btf(), id);
  return size ? static_cast<std::uint64_t>(*size) * 8 : 0;
}

// make_dimensions goes on from an array to its elements; false: there is no room for its
// dimensions.
bool Declare::make_dimensions(std::uint32_t& id, Plain& plain) {
  for (Type type = btf().type(id); type.is(kArray); type = btf().type(id)) {
    const Decimal count(type.array().count);
    const std::size_t length = plain.dimensions_length + count.text().size() + 2;
    if (length > sizeof(plain.dimensions))
      return false;
    char* end = plain.dimensions + plain.dimensions_length;
    end = copy_text(end, "[");
    end = copy_text(end, std::string_view(count.text()));
    copy_text(end, "]");
    plain.dimensions_length = static_cast<std::uint8_t>(length);
    id = type.array().element;
  }
  return true;
}

Result<void> Declare::make_plain(std::uint32_t id, Plain& plain) {
  constexpr std::string_view kStars = " ****";
  plain.length = plain.dimensions_length = 0;
  std::uint32_t base = id;
  std::size_t stars = 0;
  Type type = btf().type(base);
  if (type.is(kArray)) {
    if (!make_dimensions(base, plain))
      return {};
    type = btf().type(base);
  }
  for (; type.is(kPtr) && stars < kStars.size() - 1; type = btf().type(base), ++stars)
    base = type.target();
  std::string_view qualifier;
  if (is_qualifier(type)) {
    qualifier = qualifier_of(type);
    base = type.target();
    type = btf().type(base);
  }
  const bool is_tagged = kTagged.has(type.kind());
  // A struct without a name is written out.
  if (is_tagged ? btf().name(type)[0] == '\0' : !kBare.has(type.kind()))
    return {};
  const std::string_view keyword = is_tagged ? keyword_of(type) : "";
  char buffer[kSuffixedSize];
  const auto used = dump_.name(base, type, buffer);
  if (!used)
    return used.error();
  const std::string_view name = type.is(kVoid) ? "void" : *used;
  const std::size_t length = qualifier.size() + keyword.size() + name.size() + 1 + stars;
  if (length > sizeof(plain.text))
    return {};
  char* end = copy_text(plain.text, qualifier);
  end = copy_text(end, keyword);
  end = copy_text(end, name);
  copy_text(end, kStars.substr(0, 1 + stars));
  const bool is_one_pointer = stars != 0 && plain.dimensions_length == 0;
  plain.bits = is_one_pointer ? std::uint64_t{btf().pointer_bytes()} * 8 : bits_of(id);
  plain.is_pointer = stars != 0;
  plain.length = static_cast<std::uint8_t>(length);
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

// declare_function writes a pointer to a function, if what it returns is plain. Returns whether.
Result<bool> Declare::declare_function(std::string_view before, Type pointer, std::string_view name,
                                       int level, Declaration::End end) {
  const Type function = btf().type(pointer.target());
  if (!function.is(kFuncProto))
    return false;
  const auto returned = plain(function.target());
  if (!returned || *returned == nullptr || (*returned)->dimensions_length != 0)
    return returned ? Result(false) : returned.error();
  out().text(before, (*returned)->before(""), " (*", name, ")");
  const auto begun = begin_parameters(pointer.target(), function, level, end);
  return begun ? Result(true) : begun.error();
}

Result<void> Declare::declare(std::string_view before, std::uint32_t id, std::string_view name,
                              int level, Declaration::End end) {
  const auto found = plain(id);
  if (!found)
    return found.error();
  if (const Plain* const plain = *found; plain != nullptr) {
    out().text(before, plain->before(name), name, plain->behind());
    finish(end);
    return {};
  }
  if (const Type type = btf().type(id); type.is(kPtr)) {
    const auto declared = declare_function(before, type, name, level, end);
    if (!declared || *declared)
      return declared ? Result<void>() : declared.error();
  }
  return declare_chain(before, id, name, level, end);
}

} // namespace ringside::btf
