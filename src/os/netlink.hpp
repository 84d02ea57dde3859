// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The door to netlink(7): sockets that carry requests to the kernel, and its answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "os/unique_fd.hpp"

namespace ringside::os {

// create_netlink_socket makes a socket of a protocol such as NETLINK_ROUTE, in the network
// namespace of the calling thread.
Result<UniqueFd> create_netlink_socket(int protocol);

// want_reasons asks for the kernel's words about what it refuses. Source: NETLINK_EXT_ACK.
Result<void> want_reasons(int socket_fd);

// bind_netlink gives the socket a port, which the kernel chooses.
Result<void> bind_netlink(int socket_fd);

// netlink_name is the port of a socket, and how many bytes the kernel says that its address has.
struct NetlinkName {
  std::uint32_t port = 0;
  std::size_t address_size = 0;
};
inline constexpr std::size_t kNetlinkAddressSize = 12;
Result<NetlinkName> netlink_name(int socket_fd);

Result<void> send(int socket_fd, std::span<const std::byte> message);

// receive takes the next datagram: all of it, or what fits into `room`. `size` is how many bytes it
// has, and `sender` the port that it comes from, 0 for the kernel.
struct Received {
  std::size_t size = 0;
  std::uint32_t sender = 0;
};
Result<Received> receive(int socket_fd, std::span<std::byte> room);

} // namespace ringside::os
