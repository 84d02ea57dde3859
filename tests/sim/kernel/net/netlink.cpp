// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Netlink: what was sent is kept, and answers leave in the order in which they were written.
#include "sim/kernel/net/netlink.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>

namespace ringside::sim {

int Netlink::create() {
  const auto lock = core_.enter();
  if (int error = core_.failures.check(Call::socket))
    return -error;
  return core_.descriptors.open(std::make_shared<NetlinkSocket>(), "[netlink]", true);
}

int Netlink::bind(int fd) {
  const auto lock = core_.enter();
  if (int error = core_.failures.check(Call::bind))
    return -error;
  return is_socket(fd) ? 0 : -ENOTSOCK;
}

int Netlink::send(int fd, std::span<const std::byte> /*message*/) {
  const auto lock = core_.enter();
  if (int error = core_.failures.check(Call::send))
    return -error;
  if (!is_socket(fd))
    return -ENOTSOCK;
  return 0;
}

long Netlink::receive(int fd, std::span<std::byte> into, std::uint32_t& sender) {
  const auto lock = core_.enter();
  if (int error = core_.failures.check(Call::receive))
    return -error;
  if (!is_socket(fd))
    return -ENOTSOCK;
  if (answers_.empty())
    return -EDEADLK;
  const Datagram datagram = std::move(answers_.front());
  answers_.pop_front();
  std::copy_n(datagram.bytes.begin(), std::min(datagram.bytes.size(), into.size()), into.begin());
  sender = datagram.sender;
  return static_cast<long>(datagram.bytes.size());
}

void Netlink::answer(std::span<const std::byte> datagram, std::uint32_t sender) {
  const auto lock = core_.enter();
  answers_.push_back({{datagram.begin(), datagram.end()}, sender});
}

void Netlink::reset() {
  answers_.clear();
}

} // namespace ringside::sim
