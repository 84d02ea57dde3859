// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Kernel: epoll, poll, and the clock that waiting moves.
#include "sim/kernel/kernel.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>

namespace ringside::sim {
namespace {

constexpr std::uint64_t kNsPerMs = 1'000'000;
// How long a wait that has real members sleeps before it looks at the simulated ones again.
constexpr std::uint64_t kRealSliceNs = 10 * kNsPerMs;
// How long a wait for other threads holds out before it is called a deadlock.
constexpr std::uint64_t kThreadsNs = 10'000 * kNsPerMs;

// Not of the Kernel: clocks are asked from everywhere, and never go back.
std::atomic<std::uint64_t> skipped_total = 0;
// CLOCK_MONOTONIC where it is held, and 0 while it runs.
std::atomic<std::uint64_t> held_at = 0;
// How much asking moves clocks that are held.
constexpr std::uint64_t kAskingNs = 1000;

std::uint64_t simulated(std::uint64_t real_ns) {
  const std::uint64_t held = held_at;
  return skipped_total + (held != 0 ? held : real_ns);
}

// whole_ms never ends a real wait before its time.
int whole_ms(std::uint64_t ns) {
  return static_cast<int>((ns + kNsPerMs - 1) / kNsPerMs);
}

} // namespace

void Kernel::skip(std::uint64_t ns) {
  now_ns_ += ns;
  skipped_total += ns;
}

void Kernel::took(std::uint64_t ns) {
  if (held_at != 0)
    skip(ns);
  else
    now_ns_ += ns;
}

std::uint64_t Kernel::clock_ns() const {
  return host::kPreloaded ? simulated(host::monotonic_ns()) : now_ns_;
}

std::uint64_t Kernel::clock_reading(std::uint64_t real_ns) {
  if (held_at != 0)
    held_at += kAskingNs;
  return simulated(real_ns);
}

void Kernel::hold_clock() {
  std::uint64_t running = 0;
  held_at.compare_exchange_strong(running, host::monotonic_ns());
}

void Kernel::notify() {
  __atomic_fetch_add(&changes_, 1, __ATOMIC_RELEASE);
  host::wake(&changes_);
}

void Kernel::run_due() {
  while (!scheduled_.empty() && scheduled_.begin()->first <= now_ns_) {
    auto due = scheduled_.extract(scheduled_.begin());
    due.mapped()();
  }
  reach_timers();
}

int Kernel::wait(std::unique_lock<std::mutex>& lock, std::int64_t timeout_ns, bool real_members,
                 const std::function<int()>& look,
                 const std::function<int(std::uint64_t)>& real_wait) {
  std::uint64_t start = now_ns_;
  std::uint64_t deadline = timeout_ns < 0 ? kNever : start + static_cast<std::uint64_t>(timeout_ns);
  for (;;) {
    run_due();
    std::uint32_t seen = __atomic_load_n(&changes_, __ATOMIC_ACQUIRE);
    if (int found = look())
      return found;
    if (now_ns_ >= deadline)
      return 0;
    // A timer is for whoever waits for it as a timeout is, in real time where that is.
    std::uint64_t end = std::min(deadline, next_timer_ns());
    if (!scheduled_.empty() && scheduled_.begin()->first <= end) {
      skip(scheduled_.begin()->first - now_ns_);
      continue;
    }
    std::uint64_t left = end == kNever ? kNever : end - now_ns_;
    std::uint64_t alarm = host::itimer_ns();
    bool alarm_comes = alarm != 0 && alarm <= left;
    if (real_members || block_for_threads_ || alarm_comes) {
      // Something outside of the simulation may end this wait: it takes real time.
      std::uint64_t slice = std::min(left, real_members ? kRealSliceNs : kThreadsNs);
      lock.unlock();
      std::uint64_t before = host::monotonic_ns();
      int result = real_members ? real_wait(slice) : host::wait_on(&changes_, seen, slice);
      std::uint64_t passed = host::monotonic_ns() - before;
      lock.lock();
      took(passed);
      if (result < 0)
        return result;
      bool nobody_came = !real_members && end == kNever && passed >= slice &&
                         seen == __atomic_load_n(&changes_, __ATOMIC_ACQUIRE);
      if (!nobody_came)
        continue;
    }
    if (end == kNever) {
      std::fputs("sim: a wait without end, and nothing is scheduled that could end it\n", stderr);
      return -EDEADLK;
    }
    skip(left);
  }
}

int Kernel::epoll_create(int flags) {
  std::lock_guard lock(mutex_);
  if (int error = failures_.check(Call::epoll_create))
    return -error;
  int fd = host::create_epoll(flags);
  if (fd >= 0)
    descriptors_.adopt(fd, std::make_shared<Epoll>());
  return fd;
}

int Kernel::epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event) {
  std::lock_guard lock(mutex_);
  auto set = descriptors_.find_as<Epoll>(epoll_fd);
  std::shared_ptr<File> file = descriptors_.find(fd);
  bool counted = file != nullptr || set == nullptr || !set->holds_real();
  if (counted)
    if (int error = failures_.check(Call::epoll_ctl))
      return -error;
  bool nested = dynamic_cast<Epoll*>(file.get()) != nullptr;
  if (file && !file->can_be_watched())
    return -EPERM;
  host::Identity identity;
  if (file && !set && !nested)
    return host::identify(epoll_fd, identity) ? -EINVAL : -EBADF;
  if (!set || !file || nested) {
    // A set within a set is in both: its real members are the real set's subject.
    int result = host::control_epoll(epoll_fd, operation, fd, event);
    if (result != 0)
      return result;
    if (set && !nested)
      set->real_members += operation == EPOLL_CTL_ADD ? 1 : operation == EPOLL_CTL_DEL ? -1 : 0;
    if (!set || !nested)
      return 0;
  }
  if (operation != EPOLL_CTL_DEL && event == nullptr)
    return -EFAULT;
  int result = set->control(operation, file, fd, event);
  notify();
  return result;
}

bool Kernel::waits_for_simulated(int epoll_fd) {
  std::lock_guard lock(mutex_);
  if (!descriptors_.knows(epoll_fd))
    return false;
  auto set = descriptors_.find_as<Epoll>(epoll_fd);
  return set && (set->holds_simulated() || !set->holds_real());
}

int Kernel::epoll_wait(int epoll_fd, epoll_event* events, int max_events, std::int64_t timeout_ns) {
  std::unique_lock lock(mutex_);
  auto set = descriptors_.find_as<Epoll>(epoll_fd);
  if (!set || (set->holds_real() && !set->holds_simulated())) {
    lock.unlock();
    std::int64_t timeout_ms = timeout_ns < 0 ? -1 : (timeout_ns + 999'999) / 1'000'000;
    return host::wait_epoll(epoll_fd, events, max_events, static_cast<int>(timeout_ms));
  }
  if (int error = failures_.check(Call::epoll_wait))
    return -error;
  if (max_events <= 0)
    return -EINVAL;
  step_load();
  auto look = [&] {
    int count = 0;
    for (const epoll_event& found : set->collect(max_events))
      events[count++] = found;
    if (set->holds_real() && count < max_events) {
      int real = host::wait_epoll(epoll_fd, events + count, max_events - count, 0);
      if (real > 0)
        count += real;
    }
    return count;
  };
  auto real_wait = [&](std::uint64_t slice_ns) {
    pollfd waiting = {epoll_fd, POLLIN, 0};
    return std::min(0, host::poll(&waiting, 1, whole_ms(slice_ns)));
  };
  return wait(lock, timeout_ns, set->holds_real(), look, real_wait);
}

int Kernel::poll(pollfd* fds, nfds_t count, std::int64_t timeout_ns) {
  std::unique_lock lock(mutex_);
  std::vector<std::shared_ptr<File>> files(count);
  // What the real kernel is asked: everything but what only the simulator knows.
  std::vector<pollfd> real(fds, fds + count);
  bool simulated = false;
  bool real_members = false;
  for (nfds_t i = 0; i < count; ++i) {
    if (fds[i].fd >= 0)
      files[i] = descriptors_.find(fds[i].fd);
    auto* set = dynamic_cast<Epoll*>(files[i].get());
    bool only_simulated = files[i] != nullptr && set == nullptr;
    simulated = simulated || only_simulated || (set != nullptr && set->holds_simulated());
    real_members = real_members || (!files[i] && fds[i].fd >= 0) || (set && set->holds_real());
    if (only_simulated)
      real[i].fd = -1;
  }
  if (!simulated) {
    lock.unlock();
    std::int64_t timeout_ms = timeout_ns < 0 ? -1 : (timeout_ns + 999'999) / 1'000'000;
    return host::poll(fds, count, static_cast<int>(timeout_ms));
  }
  auto look = [&] {
    host::poll(real.data(), count, 0);
    int ready = 0;
    for (nfds_t i = 0; i < count; ++i) {
      auto wanted = static_cast<std::uint32_t>(fds[i].events) | POLLERR | POLLHUP;
      std::uint32_t found = files[i] ? files[i]->ask() & wanted : 0;
      fds[i].revents = static_cast<short>(found | static_cast<std::uint32_t>(real[i].revents));
      ready += fds[i].revents != 0 ? 1 : 0;
    }
    return ready;
  };
  auto real_wait = [&](std::uint64_t slice_ns) {
    return std::min(0, host::poll(real.data(), count, whole_ms(slice_ns)));
  };
  return wait(lock, timeout_ns, real_members, look, real_wait);
}

} // namespace ringside::sim
