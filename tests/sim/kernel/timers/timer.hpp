// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Timer: a timerfd. Source: what fs/timerfd.c does that user space can see.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/kernel/core.hpp"
#include "sim/kernel/file.hpp"

namespace ringside::sim {

class Timer final : public File {
public:
  explicit Timer(Core& core) : core_(core) {}

  // arm forgets earlier expiries. The timer then expires at `at_ns`, and each `every_ns` after that
  // unless every_ns is 0. With at_ns 0 it never expires.
  void arm(std::uint64_t at_ns, std::uint64_t every_ns);
  // next_ns is when it becomes readable; nothing if it is readable now, or never will be.
  [[nodiscard]] std::optional<std::uint64_t> next_ns() const;
  // reach makes it readable and wakes its waiters, if its time has come.
  void reach(std::uint64_t now_ns);
  // take gives how often it has expired, and begins to count anew.
  std::uint64_t take(std::uint64_t now_ns);

  // left_ns is the time to the next expiry, 0 if there is none.
  [[nodiscard]] std::uint64_t left_ns(std::uint64_t now_ns) const;
  [[nodiscard]] std::uint64_t every_ns() const { return every_ns_; }

  std::uint32_t ask() override;
  // read waits until the timer has expired, unless its descriptor is nonblocking.
  std::optional<long> read(int fd, std::span<std::byte> into) override;

private:
  Core& core_;
  std::uint64_t at_ns_ = 0;
  std::uint64_t every_ns_ = 0;
  bool expired_ = false;
};

} // namespace ringside::sim
