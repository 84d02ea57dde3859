// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Attributes, as netlink(7) lays them out. Lengths are not believed.
#include "netlink/attributes.hpp"

#include <algorithm>

#include <linux/netlink.h>

namespace ringside::netlink {

std::optional<Attribute> Attributes::next() {
  // Fewer bytes than a header are padding, or what a sender has left over.
  if (reader_.left() < NLA_HDRLEN)
    return {};
  const std::uint16_t length = reader_.u16();
  const std::uint16_t type = reader_.u16();
  // A length that does not even hold the header wraps to more than there is.
  const auto value = reader_.bytes(std::uint64_t{length} - NLA_HDRLEN);
  if (reader_.failed())
    return {};
  // The last one need not be padded.
  reader_.skip(std::min<std::size_t>(reader_.left(), NLA_ALIGN(length) - length));
  return Attribute{static_cast<std::uint16_t>(type & NLA_TYPE_MASK), value};
}

std::optional<Attribute> find(std::span<const std::byte> bytes, std::uint16_t type) {
  Attributes attributes(bytes);
  while (const auto attribute = attributes.next())
    if (attribute->type == type)
      return attribute;
  return {};
}

} // namespace ringside::netlink
