// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reading and writing the header of a BTF.
#include "btf/header.hpp"

#include <algorithm>
#include <cerrno>

#include "base/byte_reader.hpp"

namespace ringside::btf {
namespace {

Section read_section(ByteReader& reader) {
  const std::uint32_t offset = reader.u32();
  return {offset, reader.u32()};
}

// The section of layouts lies between types and strings.
Result<void> check_layout(const Header& header, ByteReader before_strings, const Subject& subject) {
  if (header.layout.size == 0)
    return {};
  if (header.layout.offset % 4 != 0 || header.layout.size % 4 != 0)
    return fail(subject, Errno(EINVAL),
                "offset %u and size %u of the layouts are not multiples of 4", header.layout.offset,
                header.layout.size);
  before_strings.seek(header.types.offset);
  before_strings.skip(header.types.size);
  const std::size_t types_end = before_strings.position();
  before_strings.seek(header.layout.offset);
  before_strings.skip(header.layout.size);
  if (before_strings.failed() || header.layout.offset < types_end)
    return fail(subject, Errno(EINVAL),
                "layouts at %u, %u bytes, are not between types and strings", header.layout.offset,
                header.layout.size);
  return {};
}

Result<void> check_sections(const Header& header, ByteReader body, const Subject& subject) {
  const std::size_t size = body.left();
  body.part(header.strings.offset, header.strings.size);
  if (body.failed())
    return fail(subject, Errno(EINVAL),
                "strings at %u, %u bytes, do not fit into %zu bytes of data", header.strings.offset,
                header.strings.size, size);
  ByteReader before_strings = body.part(0, header.strings.offset);
  if (header.types.offset % 4 != 0)
    return fail(subject, Errno(EINVAL), "the offset of the types, %u, is not a multiple of 4",
                header.types.offset);
  ByteReader types = before_strings.part(header.types.offset, header.types.size);
  if (types.failed())
    return fail(subject, Errno(EINVAL),
                "types at %u, %u bytes, do not end before the strings at %u", header.types.offset,
                header.types.size, header.strings.offset);
  return check_layout(header, before_strings, subject);
}

} // namespace

std::optional<ByteOrder> order_by_magic(std::span<const std::byte> bytes) {
  const std::uint16_t magic = ByteReader(bytes).u16();
  if (magic == kMagic)
    return kNativeOrder;
  if (magic == swapped_bytes(kMagic))
    return kForeignOrder;
  return {};
}

Result<Header> Header::read(std::span<const std::byte> bytes, const Subject& subject) {
  if (bytes.size() < kShort)
    return fail(subject, Errno(EINVAL), "%zu bytes are too few: the header alone has %u",
                bytes.size(), kShort);
  const auto order = order_by_magic(bytes);
  if (!order)
    return fail(subject, Errno(EINVAL), "not BTF: it begins with 0x%04x", ByteReader(bytes).u16());

  Header header;
  header.order = *order;
  ByteReader sizes(bytes, header.order);
  sizes.skip(4);
  header.size = sizes.u32();
  if (header.size < kShort)
    return fail(subject, Errno(header.order == kNativeOrder ? EINVAL : ENOTSUP),
                "a header of %u bytes is too short", header.size);
  ByteReader body(bytes, header.order);
  body.skip(header.size);
  if (body.failed())
    return fail(subject, Errno(EINVAL), "a header of %u bytes does not fit into %zu", header.size,
                bytes.size());

  // What stands behind the header's end counts as 0.
  std::byte known[kLong] = {};
  std::copy_n(bytes.begin(), std::min(header.size, kLong), known);
  ByteReader reader(known, header.order);
  reader.skip(2);
  header.version = reader.u8();
  header.flags = reader.u8();
  reader.skip(4);
  header.types = read_section(reader);
  header.strings = read_section(reader);
  header.layout = read_section(reader);
  if (const auto sound =
          check_sections(header, ByteReader(body.bytes(body.left()), header.order), subject);
      !sound)
    return sound.error();
  return header;
}

void Header::write(ByteWriter& writer) const {
  writer.u16(kMagic);
  writer.u8(version);
  writer.u8(flags);
  writer.u32(size);
  for (const Section& section : {types, strings}) {
    writer.u32(section.offset);
    writer.u32(section.size);
  }
  if (size < kLong)
    return;
  writer.u32(layout.offset);
  writer.u32(layout.size);
}

} // namespace ringside::btf
