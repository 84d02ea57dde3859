// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// netlink(7) on Linux.
#include "os/netlink.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include "os/linux/results.hpp"

namespace ringside::os {
namespace {

static_assert(sizeof(sockaddr_nl) == kNetlinkAddressSize);

// plain is an address as system calls take those of all families: netlink(7).
sockaddr* plain(sockaddr_nl& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

} // namespace

Result<UniqueFd> create_netlink_socket(int protocol) {
  return opened(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
}

Result<void> want_reasons(int socket_fd) {
  const int on = 1;
  return succeeded(setsockopt(socket_fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)));
}

Result<void> bind_netlink(int socket_fd) {
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  return succeeded(bind(socket_fd, plain(address), sizeof(address)));
}

Result<NetlinkName> netlink_name(int socket_fd) {
  sockaddr_nl address{};
  socklen_t size = sizeof(address);
  if (getsockname(socket_fd, plain(address), &size) < 0)
    return last_error();
  return NetlinkName{address.nl_pid, size};
}

Result<void> send(int socket_fd, std::span<const std::byte> message) {
  if (::send(socket_fd, message.data(), message.size(), 0) < 0)
    return last_error();
  return {};
}

Result<Received> receive(int socket_fd, std::span<std::byte> room) {
  sockaddr_nl sender{};
  iovec into{room.data(), room.size()};
  msghdr header{};
  header.msg_name = &sender;
  header.msg_namelen = sizeof(sender);
  header.msg_iov = &into;
  header.msg_iovlen = 1;
  // With MSG_TRUNC the size is that of the datagram, whatever fits.
  const ssize_t size = recvmsg(socket_fd, &header, MSG_TRUNC);
  if (size < 0)
    return last_error();
  return Received{static_cast<std::size_t>(size), sender.nl_pid};
}

} // namespace ringside::os
