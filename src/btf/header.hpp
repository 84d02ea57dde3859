// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The header of a BTF and the sections that it describes: types, layouts and strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/byte_order.hpp"
#include "base/byte_writer.hpp"
#include "base/failure.hpp"
#include "base/result.hpp"

namespace ringside::btf {

inline constexpr std::uint16_t kMagic = 0xeb9f;

// Section is a part of the data behind the header.
struct Section {
  std::uint32_t offset = 0; // from the header's end
  std::uint32_t size = 0;
};

struct Header {
  // Headers without a layout section, and with one. A longer one has parts that we do not know.
  static constexpr std::uint32_t kShort = 24;
  static constexpr std::uint32_t kLong = 32;

  ByteOrder order = kNativeOrder;
  std::uint8_t version = 1;
  std::uint8_t flags = 0;
  std::uint32_t size = kShort;
  Section types;
  Section layout;
  Section strings;

  // read checks where the sections lie and that they do not overlap. `bytes` is the whole BTF.
  // EINVAL; ENOTSUP for a header of the other byte order that is too short.
  static Result<Header> read(std::span<const std::byte> bytes, const Subject& subject);

  // write writes the part that is known: kShort or kLong bytes, the latter for each longer size.
  void write(ByteWriter& writer) const;
};

// order_by_magic is the byte order of a BTF, or of a .BTF.ext, that begins with these bytes.
// Nothing if they begin neither.
std::optional<ByteOrder> order_by_magic(std::span<const std::byte> bytes);

} // namespace ringside::btf
