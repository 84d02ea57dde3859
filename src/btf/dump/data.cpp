// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Typed data: structs, arrays, variables and sections. Single values are in data_values.cpp.
#include "btf/dump/data.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include "btf/dump/data_value.hpp"
#include "btf/sizes.hpp"
#include "btf/strip.hpp"

namespace ringside::btf {
namespace {

// A type as it stands in a cast.
constexpr DeclarationStyle kCast{.name = {}, .level = 0, .strip_modifiers = true, .is_cast = true};

// Real types are nested some ten deep.
constexpr unsigned kMostDepth = 200;

// size_of is the size of a type, which is `stripped` behind typedefs and modifiers. A pointer has
// the size that the dump began with.
Result<std::int64_t> size_of(const Dump& dump, std::uint32_t id, Type stripped) {
  if (stripped.is(kPtr))
    return std::int64_t{dump.pointer_bytes()};
  return resolve_size(dump.btf(), id);
}

class DataPrinter {
public:
  DataPrinter(Dump& dump, std::span<const std::byte> data, const DataStyle& style)
      : dump_(dump), btf_(dump.btf()), out_(dump.out()), data_(data), style_(style),
        values_(dump, data) {}

  // value prints one value, of the type `id` as it was declared.
  struct Spot {
    ValuePlace place;
    std::string_view name; // of a member; else empty
    unsigned depth = 0;    // of lines
    unsigned nesting = 0;  // the values around it, with variables and sections
    bool in_array = false; // at any depth
  };
  Result<void> value(std::uint32_t id, const Spot& spot);

private:
  Result<void> check_size(std::uint32_t id, Type type, const Spot& spot) const;
  Result<bool> is_zero(std::uint32_t id, ValuePlace place, unsigned depth) const;
  Result<bool> is_zero_array(Type type, ValuePlace place, unsigned depth) const;
  [[nodiscard]] bool is_character(std::uint32_t id) const;
  void indent(unsigned depth);
  // line writes some text that ends a line, if there are lines.
  void line(std::string_view text) {
    if (style_.is_compact)
      out_.text(text);
    else
      out_.end_line(text);
  }
  void end(unsigned depth);
  Result<void> head(std::uint32_t id, const Spot& spot);
  Result<void> body(std::uint32_t stripped, const Spot& spot);
  Result<void> composite(Type type, const Spot& spot);
  Result<void> array(Type type, const Spot& spot);
  Result<void> characters(Type type, const Spot& spot);
  bool string(std::uint32_t count, const Spot& spot);
  Result<void> variable(Type type, const Spot& spot);
  Result<void> section(Type type, const Spot& spot);

  Dump& dump_;
  const Btf& btf_;
  Writer& out_;
  std::span<const std::byte> data_;
  const DataStyle& style_;
  DataValues values_;
  // Once a list of characters was begun, single bytes print as characters, too.
  bool as_characters_ = false;
};

void DataPrinter::indent(unsigned depth) {
  if (style_.is_compact)
    return;
  for (unsigned level = 0; level < style_.indent_level + depth; ++level)
    out_.text(style_.indent);
}

void DataPrinter::end(unsigned depth) {
  if (depth == 0)
    return;
  line(",");
}

bool DataPrinter::is_character(std::uint32_t id) const {
  const Type type = btf_.type(strip(btf_, id));
  return type.is(kInt) && type.size() == 1;
}

// check_size: single values must be there as a whole. Structs and arrays are entered, so that what
// is there of them is printed.
Result<void> DataPrinter::check_size(std::uint32_t id, Type type, const Spot& spot) const {
  if (spot.place.bits != 0) {
    const auto bytes = bit_field_bytes(spot.place);
    return has_bytes(data_, spot.place.offset, bytes) ? Result<void>() : Errno(E2BIG);
  }
  const auto size = size_of(dump_, id, type);
  if (!size || *size >= INT_MAX)
    return Errno(EINVAL);
  const bool is_single = type.is(kInt) || type.is(kFloat) || type.is(kPtr) || type.is_enum();
  if (is_single && !has_bytes(data_, spot.place.offset, static_cast<std::uint64_t>(*size)))
    return Errno(E2BIG);
  return {};
}

Result<bool> DataPrinter::is_zero_array(Type type, ValuePlace place, unsigned depth) const {
  const Dimension array = type.array();
  if (array.count == 0)
    return true;
  const auto size = resolve_size(btf_, array.element);
  if (!size || *size == 0)
    return false;
  const auto element_size = static_cast<std::uint64_t>(*size);
  if (is_character(array.element))
    return place.offset < data_.size() && data_[place.offset] == std::byte{0};
  if (!has_bytes(data_, place.offset, element_size * array.count))
    return false;
  for (std::uint32_t index = 0; index < array.count; ++index) {
    const auto zero = is_zero(array.element, place.at(index * element_size), depth);
    if (!zero || !*zero)
      return zero;
  }
  return true;
}

// is_zero: what is not there is not zero.
Result<bool> DataPrinter::is_zero(std::uint32_t id, ValuePlace place, unsigned depth) const {
  if (depth > kMostDepth)
    return Errno(ELOOP);
  const Type type = btf_.type(strip(btf_, id));
  if (place.bits != 0)
    return has_bytes(data_, place.offset, bit_field_bytes(place)) && read_bits(data_, place) == 0;
  if (type.is(kArray))
    return is_zero_array(type, place, depth + 1);
  if (!type.is_composite()) {
    const std::uint64_t size = type.is(kPtr) ? dump_.pointer_bytes() : type.size();
    return has_bytes(data_, place.offset, size) &&
           is_zero_bytes(data_.subspan(static_cast<std::size_t>(place.offset),
                                       static_cast<std::size_t>(size)));
  }
  for (std::uint32_t index = 0; index < type.elements(); ++index) {
    const Member member = type.member(index);
    const auto zero = is_zero(member.type, place.of_member(member), depth + 1);
    if (!zero || !*zero)
      return zero;
  }
  return true;
}

// head prints what stands before a value: indentation, the member's name, and the type.
Result<void> DataPrinter::head(std::uint32_t id, const Spot& spot) {
  indent(spot.depth);
  if (style_.skip_names)
    return {};
  if (!spot.name.empty()) {
    out_.text(".");
    out_.text(spot.name);
    out_.text(" = ");
  }
  if (spot.in_array)
    return {};
  out_.text("(");
  if (const auto written = dump_.cast(id, kCast); !written)
    return written;
  out_.text(")");
  return {};
}

Result<void> DataPrinter::composite(Type type, const Spot& spot) {
  line("{");
  for (std::uint32_t index = 0; index < type.elements(); ++index) {
    const Member member = type.member(index);
    const char* const name = btf_.string(member.name);
    Spot inner;
    inner.place = spot.place.of_member(member);
    inner.name = name != nullptr ? name : "";
    inner.depth = spot.depth + 1;
    inner.nesting = spot.nesting + 1;
    inner.in_array = spot.in_array;
    if (const auto printed = value(member.type, inner); !printed)
      return printed;
  }
  indent(spot.depth);
  out_.text("}");
  end(spot.depth);
  return {};
}

// string prints an array of characters with a NUL as text, if there is one.
bool DataPrinter::string(std::uint32_t count, const Spot& spot) {
  if (spot.place.offset >= data_.size())
    return false;
  const auto bytes = data_.subspan(static_cast<std::size_t>(spot.place.offset));
  const auto there = bytes.first(std::min<std::size_t>(bytes.size(), count));
  const auto nul = std::find(there.begin(), there.end(), std::byte{0});
  if (nul == there.end())
    return false;
  out_.text("\"");
  for (auto byte = there.begin(); byte != nul; ++byte)
    values_.string_character(std::to_integer<unsigned char>(*byte));
  out_.text("\"");
  return true;
}

// characters prints a list. NUL bytes are left out, or the first one ends the list.
Result<void> DataPrinter::characters(Type type, const Spot& spot) {
  const Type element = btf_.type(strip(btf_, type.array().element));
  line("[");
  as_characters_ = true;
  for (std::uint32_t index = 0; index < type.array().count; ++index) {
    const std::uint64_t offset = spot.place.offset + index;
    if (offset >= data_.size())
      break;
    const bool is_nul = data_[offset] == std::byte{0};
    if (is_nul && !style_.emit_zeroes)
      continue;
    indent(spot.depth + 1);
    values_.character(element, spot.place.at(index));
    end(spot.depth + 1);
    if (is_nul)
      break;
  }
  indent(spot.depth);
  out_.text("]");
  return {};
}

Result<void> DataPrinter::array(Type type, const Spot& spot) {
  const Dimension array = type.array();
  const auto size = resolve_size(btf_, array.element);
  if (!size || *size == 0)
    return Errno(EINVAL);
  if (is_character(array.element)) {
    if (!style_.emit_strings || !string(array.count, spot))
      if (const auto printed = characters(type, spot); !printed)
        return printed;
    end(spot.depth);
    return {};
  }
  line("[");
  Spot inner;
  inner.depth = spot.depth + 1;
  inner.nesting = spot.nesting + 1;
  inner.in_array = true;
  const Type element = btf_.type(strip(btf_, array.element));
  const bool is_entered = element.is_composite() || element.is(kArray);
  for (std::uint32_t index = 0; index < array.count; ++index) {
    inner.place = spot.place.at(std::uint64_t{index} * static_cast<std::uint64_t>(*size));
    const auto printed = value(array.element, inner);
    if (!printed && (printed.error() == Errno(ENOMEM) || printed.error() == Errno(ELOOP)))
      return printed;
    // Some programs' data end within a trailing array. Single values behind that print nothing.
    if (!printed && printed.error() == Errno(E2BIG) && !is_entered)
      break;
  }
  indent(spot.depth);
  out_.text("]");
  end(spot.depth);
  return {};
}

Result<void> DataPrinter::variable(Type type, const Spot& spot) {
  constexpr std::uint32_t kStatic = 0;
  constexpr std::uint32_t kExtern = 2;
  out_.text(type.extra() == kStatic ? "static " : type.extra() == kExtern ? "extern " : "");
  if (const auto written = dump_.cast(type.target(), kCast); !written)
    return written;
  out_.text(" ");
  out_.text(btf_.name(type));
  out_.text(" = ");
  Spot inner = spot;
  ++inner.nesting;
  return value(type.target(), inner);
}

Result<void> DataPrinter::section(Type type, const Spot& spot) {
  out_.text("SEC(\"");
  out_.text(btf_.name(type));
  out_.text("\") ");
  for (std::uint32_t index = 0; index < type.elements(); ++index) {
    const Variable variable = type.variable(index);
    Spot inner = spot;
    ++inner.nesting;
    inner.place = spot.place.at(variable.offset);
    if (const auto printed = value(variable.type, inner); !printed)
      return printed;
    out_.text(";");
  }
  return {};
}

Result<void> DataPrinter::body(std::uint32_t stripped, const Spot& spot) {
  const Type type = btf_.type(stripped);
  if (type.is_composite())
    return composite(type, spot);
  if (type.is(kArray))
    return array(type, spot);
  if (as_characters_ && spot.place.bits == 0 && type.is(kInt) && type.size() == 1)
    values_.character(type, spot.place);
  else if (const auto printed = values_.print(type, spot.place); !printed)
    return printed;
  end(spot.depth);
  return {};
}

Result<void> DataPrinter::value(std::uint32_t id, const Spot& spot) {
  if (spot.nesting > kMostDepth)
    return Errno(ELOOP);
  const Type declared = btf_.type(id);
  const std::uint32_t stripped = strip(btf_, id);
  const Type type = btf_.type(stripped);
  if (const auto checked = check_size(id, type, spot); !checked)
    return checked;
  if (declared.is(kVar) || declared.is(kDatasec)) {
    indent(spot.depth);
    return declared.is(kVar) ? variable(declared, spot) : section(declared, spot);
  }
  if (!style_.emit_zeroes && spot.depth != 0 && !spot.in_array) {
    const auto zero = is_zero(id, spot.place, spot.nesting);
    if (!zero)
      return zero.error();
    if (*zero)
      return {};
  }
  if (const auto begun = head(id, spot); !begun)
    return begun;
  return body(stripped, spot);
}

} // namespace

Result<std::uint32_t> dump_data(Dump& dump, std::uint32_t id, std::span<const std::byte> data,
                                const DataStyle& style) {
  if (const auto begun = dump.begin_call(); !begun)
    return begun.error();
  const Btf& btf = dump.btf();
  if (id >= btf.end_id())
    return Errno(ENOENT);
  const auto printed = DataPrinter(dump, data, style).value(id, {});
  dump.out().flush();
  if (!printed)
    return printed.error();
  return static_cast<std::uint32_t>(*size_of(dump, id, btf.type(strip(btf, id))));
}

} // namespace ringside::btf
