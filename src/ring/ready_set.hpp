// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ReadySet: waiting for any of some rings, which the set knows by number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <sys/epoll.h>

#include "base/array.hpp"
#include "os/os.hpp"

namespace ringside {

class ReadySet {
public:
  // make is an empty set with room for `capacity` descriptors.
  static Result<ReadySet> make(std::size_t capacity);

  // reserve makes room for `capacity` descriptors in all; what is watched stays.
  Result<void> reserve(std::size_t capacity);

  // watch adds a descriptor, for which wait() then reports `token`. There must be room for it.
  Result<void> watch(int fd, std::uint32_t events, std::uint64_t token);

  // wait is epoll_wait(2) on the set: those that are ready, or none after `timeout_ms`. The result
  // lasts until the next call.
  Result<std::span<const epoll_event>> wait(int timeout_ms);

  [[nodiscard]] int fd() const { return epoll_.get(); }

private:
  os::UniqueFd epoll_;
  Array<epoll_event> ready_;
};

} // namespace ringside
