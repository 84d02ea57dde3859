// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Netlink: sockets of netlink(7) whose answers a test has written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "sim/kernel/core.hpp"
#include "sim/kernel/file.hpp"

namespace ringside::sim {

class NetlinkSocket final : public File {
public:
  std::uint32_t ask() override { return 0; }
};

class Netlink {
public:
  // Every socket has this port.
  static constexpr std::uint32_t kPort = 4711;

  explicit Netlink(Core& core) : core_(core) {}

  // These enter the kernel. They return what the system call returns, or -errno.
  int create();
  int bind(int fd);
  int send(int fd, std::span<const std::byte> message);
  // receive gives the next answer: how many bytes it has, whatever fits, and from which port it
  // comes. Without one it would wait for good, which is -EDEADLK.
  long receive(int fd, std::span<std::byte> into, std::uint32_t& sender);

  // What tests do: see sim_control.h.
  void answer(std::span<const std::byte> datagram, std::uint32_t sender);
  void reset();

private:
  struct Datagram {
    std::vector<std::byte> bytes;
    std::uint32_t sender;
  };

  [[nodiscard]] bool is_socket(int fd) {
    return core_.descriptors.find_as<NetlinkSocket>(fd) != nullptr;
  }

  Core& core_;
  std::deque<Datagram> answers_;
};

} // namespace ringside::sim
