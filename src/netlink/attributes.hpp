// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Attributes: the parts of a message from the kernel, each with a type and a length.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "base/byte_reader.hpp"

namespace ringside::netlink {

// Attribute is one of them: its type, without the flags that the type carries, and what it holds.
struct Attribute {
  std::uint16_t type = 0;
  std::span<const std::byte> value;

  // number is the value as a T. Nothing if it has fewer bytes.
  template <class T>
  [[nodiscard]] std::optional<T> number() const {
    T number{};
    if (value.size() < sizeof(number))
      return {};
    std::memcpy(&number, value.data(), sizeof(number));
    return number;
  }
};

// Attributes reads one behind the other. Those of a nest are the value of the attribute that holds
// them.
class Attributes {
public:
  explicit Attributes(std::span<const std::byte> bytes) : reader_(bytes) {}

  // next is the next one; nothing at the end, and where a length cannot be true.
  std::optional<Attribute> next();

  // failed is whether that was because of a length.
  [[nodiscard]] bool failed() const { return reader_.failed(); }

private:
  ByteReader reader_;
};

// find is the first attribute of a type. Nothing if there is none before the end, or before a
// length that cannot be true.
std::optional<Attribute> find(std::span<const std::byte> bytes, std::uint16_t type);

} // namespace ringside::netlink
