// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Request: a message to the kernel, put together attribute by attribute.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include <linux/netlink.h>

#include "base/result.hpp"

namespace ringside::netlink {

// Request has a header, the header of its protocol's family, and attributes. What does not fit
// makes it too long for good, which is asked once, before it is sent.
class Request {
public:
  // Head is the family's header, such as tcmsg.
  template <class Head>
  Request(std::uint16_t type, std::uint16_t flags, const Head& head)
      : type_(type), flags_(static_cast<std::uint16_t>(NLM_F_REQUEST | flags)) {
    put(&head, sizeof(head));
  }

  // add adds an attribute: a number of 32 bits, or a text with its NUL.
  void add(std::uint16_t type, std::uint32_t value) { add(type, &value, sizeof(value)); }
  void add(std::uint16_t type, std::string_view text);

  // open_nest begins an attribute that is made of attributes, and close_nest ends it.
  std::size_t open_nest(std::uint16_t type);
  void close_nest(std::size_t nest);

  [[nodiscard]] bool too_long() const { return too_long_; }
  // wants_ack: the kernel ends its answers with an acknowledgement. It changes something then.
  [[nodiscard]] bool wants_ack() const { return (flags_ & NLM_F_ACK) != 0; }

  // message is the whole, with a number that its answers carry, too.
  std::span<const std::byte> message(std::uint32_t sequence);

private:
  // Longer ones are refused: nothing but the name of a kind of qdisc can be that long.
  static constexpr std::size_t kMost = 164;

  void add(std::uint16_t type, const void* value, std::size_t size);
  void put(const void* bytes, std::size_t size);

  alignas(NLMSG_ALIGNTO) std::byte bytes_[kMost] = {};
  std::size_t size_ = NLMSG_HDRLEN;
  std::uint16_t type_;
  std::uint16_t flags_;
  bool too_long_ = false;
};

} // namespace ringside::netlink
