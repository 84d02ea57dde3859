// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Single values of typed data.
#include "btf/dump/data_value.hpp"

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <linux/btf.h>

namespace ringside::btf {
namespace {

bool is_printable(unsigned char byte) {
  return byte >= 0x20 && byte <= 0x7e;
}

bool is_number_size(std::uint32_t size) {
  return size == 1 || size == 2 || size == 4 || size == 8;
}

bool is_signed(Type type) {
  return (type.int_encoding() & BTF_INT_SIGNED) != 0;
}

// write_float prints as %f in the C locale: another locale can have another decimal point.
void write_float(Writer& out, const char* text) {
  const std::string_view point = std::localeconv()->decimal_point;
  const std::string_view number(text);
  const std::size_t at = point.empty() ? std::string_view::npos : number.find(point);
  if (at == std::string_view::npos) {
    out.text(number);
    return;
  }
  out.text({text, at});
  out.text(".");
  out.text(text + at + point.size());
}

} // namespace

Result<void> DataValues::print(Type type, ValuePlace place) {
  switch (type.kind()) {
  case kInt:
    return integer(type, place);
  case kFloat:
    return floating(type, place);
  case kPtr:
    pointer(place);
    return {};
  case kEnum:
  case kEnum64:
    return enumerator(type, place);
  default:
    dump_.out().text("<unsupported kind:");
    dump_.out().text(Decimal(type.kind()));
    dump_.out().text(">");
    return Errno(ENOTSUP);
  }
}

Result<void> DataValues::integer(Type type, ValuePlace place) {
  Writer& out = dump_.out();
  const std::uint32_t size = type.size();
  if (place.bits != 0) {
    if (size > sizeof(std::uint64_t))
      return Errno(EINVAL);
    out.text("0x");
    out.hex(read_bits(data_, place));
    return {};
  }
  if (size == 16) {
    const std::uint64_t first = read_number(at(place), 8);
    const std::uint64_t second = read_number(at(place) + 8, 8);
    const std::uint64_t high = kNativeOrder == ByteOrder::little ? second : first;
    const std::uint64_t low = kNativeOrder == ByteOrder::little ? first : second;
    out.text("0x");
    if (high != 0)
      out.hex(high);
    out.hex(low, high != 0 ? 16 : 1);
    return {};
  }
  if (!is_number_size(size))
    return Errno(EINVAL);
  const std::uint64_t number = read_number(at(place), size);
  if (is_signed(type))
    out.text(Decimal::of_signed(with_sign(number, size * 8)));
  else
    out.text(Decimal(number));
  return {};
}

Result<void> DataValues::floating(Type type, ValuePlace place) {
  // The longest is a long double of 4,933 digits before the point.
  char text[5120];
  switch (type.size()) {
  case sizeof(float): {
    float number = 0;
    std::memcpy(&number, at(place), sizeof(number));
    std::snprintf(text, sizeof(text), "%f", static_cast<double>(number));
    break;
  }
  case sizeof(double): {
    double number = 0;
    std::memcpy(&number, at(place), sizeof(number));
    std::snprintf(text, sizeof(text), "%f", number);
    break;
  }
  case 16: {
    if constexpr (sizeof(long double) == 16) {
      long double number = 0;
      std::memcpy(&number, at(place), sizeof(number));
      std::snprintf(text, sizeof(text), "%Lf", number);
      break;
    }
    return Errno(EINVAL);
  }
  default:
    return Errno(EINVAL);
  }
  write_float(dump_.out(), text);
  return {};
}

void DataValues::pointer(ValuePlace place) {
  const std::uint32_t size = dump_.pointer_bytes();
  const std::uint64_t number = read_number(at(place), size);
  const bool is_aligned = reinterpret_cast<std::uintptr_t>(at(place)) % size == 0;
  if (number == 0 && is_aligned && size == sizeof(void*)) {
    dump_.out().text("(nil)");
    return;
  }
  dump_.out().text("0x");
  dump_.out().hex(number);
}

Result<void> DataValues::enumerator(Type type, ValuePlace place) {
  Writer& out = dump_.out();
  const std::uint32_t size = type.size();
  if (!is_number_size(size))
    return Errno(EINVAL);
  const std::uint32_t bits = place.bits != 0 ? place.bits : size * 8;
  const std::uint64_t read =
      place.bits != 0 ? read_bits(data_, place) : read_number(at(place), size);
  const std::int64_t number = type.flag() ? with_sign(read, bits) : static_cast<std::int64_t>(read);
  for (std::uint32_t index = 0; index < type.elements(); ++index) {
    const Enumerator enumerator = type.enumerator(index);
    // An ENUM's values are those of a signed int, whether or not the enum is signed.
    const std::int64_t value = type.is(kEnum64)
                                   ? static_cast<std::int64_t>(enumerator.value)
                                   : std::int64_t{static_cast<std::int32_t>(enumerator.value)};
    if (value != number)
      continue;
    const char* const name = dump_.btf().string(enumerator.name);
    out.text(name != nullptr ? name : "");
    return {};
  }
  if (type.flag())
    out.text(Decimal::of_signed(number));
  else
    out.text(Decimal(static_cast<std::uint64_t>(number)));
  if (type.is(kEnum64))
    out.text(type.flag() ? "LL" : "ULL");
  return {};
}

void DataValues::character(Type type, ValuePlace place) {
  Writer& out = dump_.out();
  const auto byte = std::to_integer<unsigned char>(*at(place));
  if (byte == 0) {
    out.text("'\\0'");
  } else if (is_printable(byte)) {
    const char text[] = {'\'', static_cast<char>(byte), '\''};
    out.text({text, sizeof(text)});
  } else if (is_signed(type)) {
    out.text(Decimal::of_signed(static_cast<signed char>(byte)));
  } else {
    out.text(Decimal(byte));
  }
}

void DataValues::string_character(unsigned char byte) {
  if (is_printable(byte)) {
    const char text = static_cast<char>(byte);
    dump_.out().text({&text, 1});
    return;
  }
  dump_.out().text("\\x");
  dump_.out().hex(byte, 2);
}

} // namespace ringside::btf
