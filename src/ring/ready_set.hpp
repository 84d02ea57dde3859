// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ReadySet: waiting for any of some rings, which the set knows by number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <sys/epoll.h>

#include "base/array.hpp"
#include "os/shared_fd.hpp"
#include "os/unique_fd.hpp"

namespace ringside {

class ReadySet {
public:
  // make is an empty set without room for a descriptor.
  static Result<ReadySet> make();

  // reserve makes room for `capacity` descriptors in all; what is watched stays.
  Result<void> reserve(std::size_t capacity);

  // watch adds a descriptor, for which wait() then reports `token`. There must be room for it.
  // watch_for changes what it is watched for; 0 is nothing.
  Result<void> watch(int fd, std::uint32_t events, std::uint64_t token);
  Result<void> watch_for(int fd, std::uint32_t events, std::uint64_t token);
  // unwatch takes a descriptor out of the set, before it is closed.
  void unwatch(int fd);

  // whole_ms is the shortest timeout that is no less than `ns`.
  static int whole_ms(std::uint64_t ns);

  // wait is epoll_wait(2) on the set: those that are ready, or none after `timeout_ms`. The result
  // lasts until the next call.
  Result<std::span<const epoll_event>> wait(int timeout_ms);

  // wait_until is the same until `until_ns`, on the clock of os::now_ns, which says `now_ns`;
  // UINT64_MAX is for ever. It takes a timer, and a millisecond more at most where that fails.
  Result<std::span<const epoll_event>> wait_until(std::uint64_t until_ns, std::uint64_t now_ns);
  // add_timer makes one, if there is none yet, and with it one descriptor more in the set.
  Result<void> add_timer();

  // show_ready makes the set itself readable from `at_ns` on, for those who watch fd(), until the
  // next wait or show_as_is(). It takes a timer.
  void show_ready(std::uint64_t at_ns) { arm(at_ns); }
  void show_as_is() {
    if (armed_for_ns_ != 0)
      arm(0);
  }

  // interrupt ends the wait that is under way, by another thread, or else the next one, at once. It
  // may be called by any thread and by a signal handler. It takes one descriptor more in the set.
  Result<void> interrupt();
  // interrupted says whether the last wait was ended so.
  [[nodiscard]] bool interrupted() const { return interrupted_; }
  // interruptible says whether interrupt was ever called.
  [[nodiscard]] bool interruptible() const { return interrupt_.get() >= 0; }

  [[nodiscard]] int fd() const { return epoll_.get(); }

private:
  bool arm(std::uint64_t at_ns);
  Result<std::span<const epoll_event>> wait_as_armed(int timeout_ms);

  os::UniqueFd epoll_;
  os::UniqueFd timer_;
  // A timer that has expired while there is somebody to interrupt.
  os::SharedFd interrupt_;
  bool interrupted_ = false;
  // When the timer makes the set ready; 0 while it does not.
  std::uint64_t armed_for_ns_ = 0;
  // Room for those that are watched, and for the two timers.
  Array<epoll_event> ready_;
  // What takes its place with the next wait: a callback may add a ring while the answers of the
  // last one are gone through.
  Array<epoll_event> larger_;
};

} // namespace ringside
