// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Layout: what a BTF itself says of how long its kinds are, for kinds that we do not know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "btf/kinds.hpp"

namespace ringside::btf {

// Layout is a table with an entry for each kind, in place: {u8 bytes once, u8 bytes for each
// element, u16 flags}.
class Layout {
public:
  static constexpr std::size_t kEntrySize = 4;

  Layout() = default;
  explicit Layout(std::span<const std::byte> bytes) : bytes_(bytes) {}

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  // words is how many words a type with this info word takes. Nothing if the kind has no entry or
  // one that is not in words.
  [[nodiscard]] std::optional<std::uint64_t> words(std::uint32_t info) const {
    ByteReader entry(bytes_);
    entry.skip(kEntrySize * kind_of(info));
    const std::uint64_t extra = entry.u8();
    const std::uint64_t element = entry.u8();
    entry.u16();
    if (entry.failed() || extra % 4 != 0 || element % 4 != 0)
      return {};
    return kHeadWords + extra / 4 + element / 4 * elements_of(info);
  }

  // write_known writes an entry for void and for each kind of the table of kinds.
  static void write_known(ByteWriter& writer) {
    for (const KindLine& line : kKinds) {
      writer.u8(line.extra_words * 4);
      writer.u8(line.element_words * 4);
      writer.u16(0);
    }
  }

private:
  std::span<const std::byte> bytes_;
};

} // namespace ringside::btf
