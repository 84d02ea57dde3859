// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// write_spec: the two layouts, and filling one.
#include "usdt/specs.hpp"

#include <cerrno>

#include "base/byte_writer.hpp"

namespace ringside::usdt {
namespace {

// Bit fields are laid out from the lowest bit on, or from the highest.
std::uint16_t index_bits(const Argument& argument, ByteOrder order) {
  constexpr unsigned kRegisterBits = 12;
  constexpr unsigned kShiftBits = 4;
  const unsigned index = static_cast<std::uint16_t>(argument.index_offset);
  const unsigned shift = argument.index_shift;
  return static_cast<std::uint16_t>(order == ByteOrder::little ? index | shift << kRegisterBits
                                                               : index << kShiftBits | shift);
}

void write_argument(ByteWriter& writer, const SpecLayout& layout, std::size_t begin,
                    const Argument& argument, ByteOrder order) {
  const auto kind = static_cast<std::uint8_t>(argument.kind);
  writer.patch_u64(begin, argument.value);
  if (layout.kind_size == 4)
    writer.patch_u32(begin + layout.kind, kind);
  else
    writer.patch_u8(begin + layout.kind, kind);
  if (layout.index != 0)
    writer.patch_u16(begin + layout.index, index_bits(argument, order));
  writer.patch_u16(begin + layout.register_offset,
                   static_cast<std::uint16_t>(argument.register_offset));
  writer.patch_u8(begin + layout.is_signed, argument.is_signed ? 1 : 0);
  writer.patch_u8(begin + layout.shift, static_cast<std::uint8_t>(64 - 8 * argument.size));
}

} // namespace

std::optional<SpecLayout> spec_layout(std::size_t value_size, ByteOrder order) {
  constexpr std::size_t kOlder = 208;
  constexpr std::size_t kNewer = 304;
  if (value_size == kOlder)
    return SpecLayout{.size = kOlder,
                      .cookie = 192,
                      .count = 200,
                      .argument_size = 16,
                      .kind = 8,
                      .kind_size = 4,
                      .index = 0,
                      .register_offset = 12,
                      .is_signed = 14,
                      .shift = 15};
  if (value_size == kNewer)
    return SpecLayout{.size = kNewer,
                      .cookie = 288,
                      .count = 296,
                      .argument_size = 24,
                      .kind = order == ByteOrder::little ? 8U : 12U,
                      .kind_size = 1,
                      .index = 10,
                      .register_offset = 14,
                      .is_signed = 16,
                      .shift = 17};
  return std::nullopt;
}

Result<Vector<std::byte>> write_spec(const SpecLayout& layout, const Arguments& arguments,
                                     std::uint64_t cookie, ByteOrder order) {
  ByteWriter writer(order);
  writer.zeros(layout.size);
  for (std::size_t number = 0; number < arguments.count; ++number) {
    const Argument& argument = arguments.list[number];
    if (argument.kind == ArgumentKind::indexed && layout.index == 0)
      return Errno(EINVAL);
    write_argument(writer, layout, number * layout.argument_size, argument, order);
  }
  writer.patch_u64(layout.cookie, cookie);
  writer.patch_u16(layout.count, static_cast<std::uint16_t>(arguments.count));
  return writer.take();
}

} // namespace ringside::usdt
