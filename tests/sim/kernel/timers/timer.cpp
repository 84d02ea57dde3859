// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Timer: expiry, once or again and again.
#include "sim/kernel/timers/timer.hpp"

#include <cerrno>
#include <cstring>

#include <sys/epoll.h>

#include "sim/kernel/host.hpp"

namespace ringside::sim {

void Timer::arm(std::uint64_t at_ns, std::uint64_t every_ns) {
  at_ns_ = at_ns;
  every_ns_ = every_ns;
  expired_ = false;
}

std::optional<std::uint64_t> Timer::next_ns() const {
  if (at_ns_ == 0 || expired_)
    return std::nullopt;
  return at_ns_;
}

void Timer::reach(std::uint64_t now_ns) {
  auto next = next_ns();
  if (!next || *next > now_ns)
    return;
  expired_ = true;
  wake();
}

std::uint64_t Timer::take(std::uint64_t now_ns) {
  if (!expired_)
    return 0;
  expired_ = false;
  // A timer that expires once stays off. A periodic one gets the next time that is still to come.
  std::uint64_t count = every_ns_ == 0 ? 1 : 1 + (now_ns - at_ns_) / every_ns_;
  at_ns_ = every_ns_ == 0 ? 0 : at_ns_ + count * every_ns_;
  return count;
}

std::uint64_t Timer::left_ns(std::uint64_t now_ns) const {
  if (at_ns_ > now_ns)
    return at_ns_ - now_ns;
  return at_ns_ == 0 || every_ns_ == 0 ? 0 : every_ns_ - (now_ns - at_ns_) % every_ns_;
}

std::uint32_t Timer::ask() {
  return expired_ ? std::uint32_t{EPOLLIN} : 0;
}

std::optional<long> Timer::read(int fd, std::span<std::byte> into) {
  std::uint64_t count = 0;
  if (into.size() < sizeof(count))
    return -EINVAL;
  auto look = [&] {
    count = take(core_.clock.clock_ns());
    return count != 0 ? 1 : 0;
  };
  int found = core_.clock.wait(host::nonblocking(fd) ? 0 : kForever, false, look, nullptr);
  if (found <= 0)
    return found == 0 ? -EAGAIN : found;
  std::memcpy(into.data(), &count, sizeof(count));
  return sizeof(count);
}

} // namespace ringside::sim
