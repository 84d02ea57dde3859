// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// btf_spec_layout: an array of twelve structs, the cookie and the count; and the members of one of
// these structs.
#include "usdt/btf_layout.hpp"

#include <algorithm>
#include <cstddef>

#include "btf/sizes.hpp"

namespace ringside::usdt {
namespace {

constexpr std::uint32_t kBitsOfByte = 8;

// Field is the place and size of a member.
struct Field {
  btf::Type type;
  std::size_t offset = 0;     // in bytes
  std::uint32_t bit_size = 0; // 0: it is no bit field
  std::size_t size = 0;       // in bytes, if it is no bit field
};

btf::Type behind_names(const btf::Btf& btf, std::uint32_t id) {
  const auto resolved = btf::resolve_type(btf, id);
  return resolved ? btf.type(*resolved) : btf::Type();
}

std::optional<Field> field_of(const btf::Btf& btf, btf::Type composite, std::uint32_t index) {
  const btf::Member member = composite.member(index);
  Field field{.type = behind_names(btf, member.type),
              .offset = member.bit_offset / kBitsOfByte,
              .bit_size = member.bit_size};
  if (member.bit_size != 0)
    return field;
  const auto size = btf::resolve_size(btf, member.type);
  if (!size || member.bit_offset % kBitsOfByte != 0)
    return std::nullopt;
  field.size = static_cast<std::size_t>(*size);
  return field;
}

bool is_number(const Field& field, std::size_t size) {
  return field.bit_size == 0 && field.type.is(btf::kInt) && field.size == size;
}

// The parts of an argument's struct, found member by member.
class ArgumentParts {
public:
  explicit ArgumentParts(SpecLayout& layout) : layout_(layout) {}

  // take puts a member into the layout. It fails for a member that no known header has.
  bool take(const Field& field) {
    if (field.bit_size != 0)
      return take_bits(field);
    if (field.type.is(btf::kEnum))
      return take_kind(field.offset, field.size, sizeof(std::uint32_t));
    if (is_number(field, sizeof(std::uint64_t)))
      return field.offset == 0 && ++values_ == 1;
    if (is_number(field, sizeof(std::uint16_t))) {
      layout_.register_offset = field.offset;
      return ++registers_ == 1;
    }
    if (!is_number(field, 1))
      return false;
    // The header has the sign before the shift.
    (bytes_ == 0 ? layout_.is_signed : layout_.shift) = field.offset;
    return ++bytes_ <= 2;
  }

  [[nodiscard]] bool complete() const {
    return values_ == 1 && kinds_ == 1 && registers_ == 1 && bytes_ == 2 &&
           (index_bits_ == 0 || index_bits_ == kIndexBits);
  }

private:
  static constexpr std::uint32_t kIndexBits = 16;

  bool take_kind(std::size_t offset, std::size_t size, std::size_t expected) {
    layout_.kind = offset;
    layout_.kind_size = size;
    return size == expected && ++kinds_ == 1;
  }

  // The kind has a byte, the index 12 bits and its shift 4 in one number; others are unused.
  bool take_bits(const Field& field) {
    if (field.type.is(btf::kEnum))
      return take_kind(field.offset, field.bit_size / kBitsOfByte, 1);
    if (field.bit_size != 12 && field.bit_size != 4)
      return true;
    layout_.index = index_bits_ == 0 ? field.offset : std::min(layout_.index, field.offset);
    index_bits_ += field.bit_size;
    return true;
  }

  SpecLayout& layout_;
  int values_ = 0;
  int kinds_ = 0;
  int registers_ = 0;
  int bytes_ = 0;
  std::uint32_t index_bits_ = 0;
};

bool read_argument(const btf::Btf& btf, std::uint32_t id, SpecLayout& layout) {
  const btf::Type argument = behind_names(btf, id);
  if (!argument.is(btf::kStruct))
    return false;
  layout.argument_size = argument.size();
  ArgumentParts parts(layout);
  for (std::uint32_t index = 0; index < argument.elements(); ++index) {
    const auto field = field_of(btf, argument, index);
    if (!field || !parts.take(*field))
      return false;
  }
  return parts.complete();
}

// fits is whether all parts are within their struct, so that a spec can be written.
bool fits(const SpecLayout& layout) {
  const auto ends_in_argument = [&layout](std::size_t begin, std::size_t size) {
    return begin + size <= layout.argument_size;
  };
  return kMostArguments * layout.argument_size <= layout.cookie &&
         layout.cookie + sizeof(std::uint64_t) <= layout.size &&
         layout.count + sizeof(std::uint16_t) <= layout.size &&
         ends_in_argument(0, sizeof(std::uint64_t)) &&
         ends_in_argument(layout.kind, layout.kind_size) &&
         ends_in_argument(layout.index, sizeof(std::uint16_t)) &&
         ends_in_argument(layout.register_offset, sizeof(std::uint16_t)) &&
         ends_in_argument(layout.is_signed, 1) && ends_in_argument(layout.shift, 1);
}

} // namespace

std::optional<SpecLayout> btf_spec_layout(const btf::Btf& btf, std::uint32_t id) {
  const btf::Type spec = behind_names(btf, id);
  if (!spec.is(btf::kStruct) || spec.elements() != 3)
    return std::nullopt;
  const auto arguments = field_of(btf, spec, 0);
  const auto cookie = field_of(btf, spec, 1);
  const auto count = field_of(btf, spec, 2);
  if (!arguments || !cookie || !count || arguments->offset != 0 ||
      !arguments->type.is(btf::kArray) || arguments->type.array().count != kMostArguments ||
      !is_number(*cookie, sizeof(std::uint64_t)) || !is_number(*count, sizeof(std::uint16_t)))
    return std::nullopt;
  SpecLayout layout{.size = spec.size(), .cookie = cookie->offset, .count = count->offset};
  if (!read_argument(btf, arguments->type.array().element, layout) || !fits(layout))
    return std::nullopt;
  return layout;
}

} // namespace ringside::usdt
