// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A BTF as bytes, in either byte order.
#include <cerrno>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "btf/btf.hpp"

namespace ringside::btf {
namespace {

constexpr Subject kRawSubject("BTF");

bool has_unknown_kinds(const Data& data) {
  for (std::size_t index = 0; index < data.starts.size(); ++index)
    if (!is_known(data.type(index).kind()))
      return true;
  return false;
}

void write_layout(ByteWriter& writer, Layout layout) {
  ByteReader entries(layout.bytes());
  while (entries.left() != 0) {
    writer.u8(entries.u8());
    writer.u8(entries.u8());
    writer.u16(entries.u16());
  }
}

} // namespace

Result<std::span<const std::byte>> Btf::bytes(ByteOrder order) const {
  if (image_ != nullptr && order == kNativeOrder)
    return image_->bytes();
  const auto& slot = made_bytes_[static_cast<int>(order)];
  if (const auto* made = slot.get())
    return std::span<const std::byte>(*made);
  if (order != kNativeOrder && has_unknown_kinds(data_))
    return fail(kRawSubject, Errno(EOPNOTSUPP),
                "it has types of kinds that are not known, whose bytes cannot be swapped");
  auto written = write(order);
  auto made = ringside::make<Vector<std::byte>>();
  if (!written || made == nullptr)
    return no_memory(kRawSubject, "its bytes");
  *made = std::move(*written);
  return std::span<const std::byte>(slot.keep(std::move(made)));
}

// Nothing stands between the sections.
Result<Vector<std::byte>> Btf::write(ByteOrder order) const {
  const auto size_of = [](auto section) { return std::uint32_t(section.size_bytes()); };
  Header header = header_;
  header.types = {0, size_of(data_.words)};
  header.layout = {header.types.size, size_of(layout_.bytes())};
  header.strings = {header.layout.offset + header.layout.size, size_of(data_.strings)};
  if (header.layout.size == 0)
    header.layout.offset = 0;

  ByteWriter writer(order);
  writer.reserve(std::size_t{header.size} + header.strings.offset + header.strings.size);
  header.write(writer);
  // A part of the header that we do not know.
  if (image_ != nullptr)
    writer.bytes(image_->bytes().subspan(writer.size(), header.size - writer.size()));
  else
    writer.zeros(header.size - writer.size());
  writer.words(data_.words);
  write_layout(writer, layout_);
  writer.bytes(std::as_bytes(data_.strings));
  return writer.take();
}

} // namespace ringside::btf
