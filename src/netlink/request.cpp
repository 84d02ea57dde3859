// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Request: headers and attributes, as netlink(7) lays them out.
#include "netlink/request.hpp"

namespace ringside::netlink {

// Between any two parts, as much is left out as makes the second begin at a multiple of 4.
void Request::put(const void* bytes, std::size_t size) {
  const std::size_t at = NLMSG_ALIGN(size_);
  if (too_long_ || at > kMost || size > kMost - at) {
    too_long_ = true;
    return;
  }
  if (size != 0)
    std::memcpy(bytes_ + at, bytes, size);
  size_ = at + size;
}

void Request::add(std::uint16_t type, const void* value, std::size_t size) {
  // A whole attribute must fit, its padding too.
  if (NLMSG_ALIGN(size_) + NLA_HDRLEN + NLA_ALIGN(size) > kMost) {
    too_long_ = true;
    return;
  }
  const nlattr header{static_cast<std::uint16_t>(NLA_HDRLEN + size), type};
  put(&header, sizeof(header));
  put(value, size);
}

void Request::add(std::uint16_t type, std::string_view text) {
  // A text of a C caller has its NUL behind it.
  add(type, text.data(), text.size() + 1);
}

std::size_t Request::open_nest(std::uint16_t type) {
  const std::size_t nest = NLMSG_ALIGN(size_);
  add(type | NLA_F_NESTED, nullptr, 0);
  return nest;
}

void Request::close_nest(std::size_t nest) {
  if (too_long_)
    return;
  const auto size = static_cast<std::uint16_t>(NLMSG_ALIGN(size_) - nest);
  std::memcpy(bytes_ + nest + offsetof(nlattr, nla_len), &size, sizeof(size));
}

std::span<const std::byte> Request::message(std::uint32_t sequence) {
  nlmsghdr header{};
  size_ = NLMSG_ALIGN(size_);
  header.nlmsg_len = static_cast<std::uint32_t>(size_);
  header.nlmsg_type = type_;
  header.nlmsg_flags = flags_;
  header.nlmsg_seq = sequence;
  std::memcpy(bytes_, &header, sizeof(header));
  return {bytes_, size_};
}

} // namespace ringside::netlink
