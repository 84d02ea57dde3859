// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Value: offsets, sizes, shifts, ids and enumerators.
#include "co_re/value.hpp"

#include <cerrno>
#include <cinttypes>

#include <linux/btf.h>

#include "btf/sizes.hpp"
#include "btf/strip.hpp"
#include "co_re/match.hpp"

namespace ringside::co_re {
namespace {

constexpr std::uint32_t kRegisterBits = 64;

Errno not_computed(const Subject& subject, Errno error, Kind kind, const char* why) {
  return fail(subject, error, "%s cannot be computed: %s", line_of(kind).name, why);
}

// Field is where a field lies: in which bytes, and where its bits are.
struct Field {
  std::uint64_t byte_offset = 0;
  std::uint32_t bytes = 0;
  std::uint64_t bit_offset = 0;
  std::uint32_t bits = 0;
  std::uint32_t type = 0;
  bool is_bitfield = false;
};

// place_bitfield finds the unit, aligned to its size, that holds all bits of the field.
Result<void> place_bitfield(Field& field, std::uint32_t unit, Kind kind, const Subject& subject) {
  constexpr std::uint32_t kLargestUnit = 8;
  if (unit == 0)
    return not_computed(subject, Errno(EINVAL), kind, "the bit field's type has no size");
  const auto place = [&] {
    field.bytes = unit;
    field.byte_offset = field.bit_offset / kBitsPerByte / unit * unit;
  };
  for (place(); field.bit_offset + field.bits > (field.byte_offset + unit) * kBitsPerByte;
       place()) {
    if (unit >= kLargestUnit)
      return not_computed(subject, Errno(E2BIG), kind, "the bit field reaches over 8 bytes");
    unit *= 2;
  }
  return {};
}

Result<Field> field_of(const Spec& spec, Kind kind, const Subject& subject) {
  const Step& step = spec.last();
  const btf::Member member = spec.btf->type(step.type).member(step.index);
  Field field;
  field.bit_offset = spec.bit_offset;
  field.type = btf::strip(*spec.btf, member.type);
  const auto size = btf::resolve_size(*spec.btf, field.type);
  if (member.bit_size != 0) {
    field.is_bitfield = true;
    field.bits = member.bit_size;
    const std::uint32_t unit = size ? static_cast<std::uint32_t>(*size) : 0;
    if (const auto placed = place_bitfield(field, unit, kind, subject); !placed)
      return placed.error();
    return field;
  }
  if (!size)
    return not_computed(subject, Errno(EINVAL), kind, "the field's type has no size");
  field.byte_offset = spec.bit_offset / kBitsPerByte;
  field.bytes = static_cast<std::uint32_t>(*size);
  field.bits = field.bytes * kBitsPerByte;
  return field;
}

// access_of is how a value of type `id` is loaded.
Access access_of(const btf::Btf& btf, std::uint32_t id) {
  for (int levels = 0; levels < kMaxLevels; ++levels) {
    id = btf::strip(btf, id);
    const btf::Type type = btf.type(id);
    if (type.is(btf::kArray)) {
      id = type.array().element;
      continue;
    }
    const auto size = btf::resolve_size(btf, id);
    Access access;
    access.bytes = size ? static_cast<std::uint32_t>(*size) : 0;
    if (type.is(btf::kPtr))
      access.form = Access::Form::pointer;
    else if (type.is(btf::kInt) && type.int_encoding() != BTF_INT_SIGNED)
      access.form = Access::Form::unsigned_integer;
    return access;
  }
  return {};
}

bool is_signed(const btf::Btf& btf, std::uint32_t id) {
  const btf::Type type = btf.type(id);
  if (type.is(btf::kInt))
    return (type.int_encoding() & BTF_INT_SIGNED) != 0;
  return type.is_enum() && type.flag();
}

// left_shift moves the field's bits, loaded as the bytes of its unit, to the top of a register.
std::uint64_t left_shift(const Field& field, ByteOrder order) {
  const std::uint64_t within = field.bit_offset - field.byte_offset * kBitsPerByte;
  if (order == ByteOrder::little)
    return kRegisterBits - (within + field.bits);
  return (std::uint64_t{8} - field.bytes) * kBitsPerByte + within;
}

Result<Value> element_value(const Spec& spec, Kind kind, const Subject& subject) {
  Value value;
  const std::uint32_t type = spec.last().type;
  if (kind == Kind::field_byte_offset) {
    value.number = spec.bit_offset / kBitsPerByte;
    value.has_access = true;
    value.access = access_of(*spec.btf, type);
    return value;
  }
  if (kind != Kind::field_byte_size)
    return not_computed(subject, Errno(EINVAL), kind, "it is asked of an array's element");
  const auto size = btf::resolve_size(*spec.btf, type);
  if (!size)
    return not_computed(subject, Errno(EINVAL), kind, "the element's type has no size");
  value.number = static_cast<std::uint64_t>(*size);
  return value;
}

Result<Value> field_value(const Spec& spec, Kind kind, ByteOrder order, const Subject& subject) {
  if (spec.last().name == nullptr)
    return element_value(spec, kind, subject);
  const auto field = field_of(spec, kind, subject);
  if (!field)
    return field.error();
  Value value;
  value.is_bitfield = field->is_bitfield;
  switch (kind) {
  case Kind::field_byte_offset:
    value.number = field->byte_offset;
    if (!field->is_bitfield) {
      value.has_access = true;
      value.access = access_of(*spec.btf, field->type);
    }
    break;
  case Kind::field_byte_size:
    value.number = field->bytes;
    break;
  case Kind::field_signed:
    value.number = is_signed(*spec.btf, field->type) ? 1 : 0;
    break;
  case Kind::field_lshift_u64:
    value.number = left_shift(*field, order);
    break;
  default:
    value.number = std::uint64_t{kRegisterBits} - field->bits;
    break;
  }
  return value;
}

} // namespace

Result<Value> value_of(const Spec& spec, Kind kind, ByteOrder order, const Subject& subject) {
  Value value;
  switch (kind) {
  case Kind::field_exists:
  case Kind::type_exists:
  case Kind::enumval_exists:
  case Kind::type_matches:
    value.number = 1;
    return value;
  case Kind::type_id_local:
  case Kind::type_id_target:
    value.number = spec.root;
    return value;
  case Kind::type_size: {
    const auto size = btf::resolve_size(*spec.btf, spec.root);
    if (!size)
      return not_computed(subject, Errno(EINVAL), kind, "the type has no size");
    value.number = static_cast<std::uint64_t>(*size);
    return value;
  }
  case Kind::enumval_value: {
    const Step& step = spec.last();
    const btf::Type type = spec.btf->type(step.type);
    value.number = type.enumerator(step.index).value;
    // The 32 bits of an ENUM are sign-extended, even if the enum is unsigned.
    if (type.is(btf::kEnum))
      value.number = static_cast<std::uint64_t>(static_cast<std::int32_t>(value.number));
    return value;
  }
  default:
    return field_value(spec, kind, order, subject);
  }
}

} // namespace ringside::co_re
