// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// preload: the simulated kernel under a whole program. Each function here has the name of a
// function of the C library. Calls that concern the simulated kernel go there, all others to the
// next definition. Here are system calls, mappings, waiting and clocks; files and descriptors are
// in preload_files.cpp.
#include <cerrno>
#include <cstdarg>
#include <cstdint>

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>

#include "sim/doors/entry.hpp"
#include "sim/doors/next.hpp"
#include "sim/kernel/timespec.hpp"

static_assert(sizeof(off_t) == 8, "the 64-bit names are taken for the plain ones");

namespace {

using ringside::sim::Call;
using ringside::sim::Clock;
using ringside::sim::Entry;
namespace next = ringside::sim::next;

constexpr std::int64_t kNsPerMs = 1'000'000;

std::int64_t ns_of_ms(int timeout_ms) {
  return timeout_ms < 0 ? ringside::sim::kForever : timeout_ms * kNsPerMs;
}

// refused: is it a timeout that the kernel refuses before it looks at anything else? Then the real
// kernel answers.
bool refused(const timespec* timeout) {
  return timeout != nullptr && !ringside::sim::is_valid(*timeout);
}

std::int64_t ns_of(const timespec* timeout) {
  return timeout == nullptr ? ringside::sim::kForever
                            : static_cast<std::int64_t>(ringside::sim::ns_of(*timeout));
}

// MaskFor sets the signal mask of a wait until the end of its scope. nullptr leaves the mask as it
// is.
class MaskFor {
public:
  explicit MaskFor(const sigset_t* mask) : set_(mask != nullptr) {
    if (set_)
      pthread_sigmask(SIG_SETMASK, mask, &before_);
  }
  ~MaskFor() {
    if (set_)
      pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  MaskFor(const MaskFor&) = delete;
  MaskFor& operator=(const MaskFor&) = delete;

private:
  bool set_;
  sigset_t before_;
};

// wait_epoll, wait_poll: true and the answer in `result` if the wait is the simulator's.
bool wait_epoll(int epoll_fd, epoll_event* events, int max_events, std::int64_t timeout_ns,
                const sigset_t* mask, int& result) {
  Entry entry;
  if (!entry || !entry->epolls().waits_for_simulated(epoll_fd))
    return false;
  MaskFor masked(mask);
  result = entry.done(entry->epolls().wait(epoll_fd, events, max_events, timeout_ns));
  return true;
}

bool wait_poll(pollfd* fds, nfds_t count, std::int64_t timeout_ns, const sigset_t* mask,
               int& result) {
  Entry entry;
  bool known = false;
  for (nfds_t i = 0; entry && i < count; ++i)
    known = known || entry->knows(fds[i].fd);
  if (!known)
    return false;
  MaskFor masked(mask);
  result = entry.done(entry->epolls().poll(fds, count, timeout_ns));
  return true;
}

} // namespace

extern "C" {

long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a)
    argument = va_arg(list, long);
  va_end(list);
  if (number == SYS_perf_event_open || number == SYS_bpf) {
    Entry entry;
    if (entry && number == SYS_bpf)
      return entry.done(entry->bpf().call(static_cast<int>(a[0]), reinterpret_cast<bpf_attr*>(a[1]),
                                          static_cast<std::uint32_t>(a[2])));
    if (entry)
      return entry.done(entry->perf().perf_event_open(
          reinterpret_cast<perf_event_attr*>(a[0]), static_cast<pid_t>(a[1]),
          static_cast<int>(a[2]), static_cast<int>(a[3]), static_cast<unsigned long>(a[4])));
  }
  return next::syscall()(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

void* mmap(void* address, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  if (fd >= 0 && (flags & MAP_ANONYMOUS) == 0) {
    Entry entry;
    if (entry)
      if (auto mapped = entry->mmap(address, size, protection, flags, fd, offset))
        return reinterpret_cast<void*>(entry.done(*mapped));
  }
  return next::mmap()(address, size, protection, flags, fd, offset);
}

void* mmap64(void* address, size_t size, int protection, int flags, int fd,
             off64_t offset) noexcept {
  return mmap(address, size, protection, flags, fd, offset);
}

int munmap(void* address, size_t size) noexcept {
  Entry entry;
  if (entry && entry->has_mapping(address, size))
    return entry.done(entry->munmap(address, size));
  int result = next::munmap()(address, size);
  return result < 0 ? entry.done(-errno) : result;
}

int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list list;
  va_start(list, request);
  auto argument = va_arg(list, unsigned long);
  va_end(list);
  {
    Entry entry;
    if (entry)
      if (auto result = entry->ioctl(fd, request, argument))
        return entry.done(*result);
  }
  return next::ioctl()(fd, request, argument);
}

int epoll_create1(int flags) noexcept {
  Entry entry;
  if (entry)
    return entry.done(entry->epolls().create(flags));
  int fd = next::epoll_create1()(flags);
  return fd < 0 ? entry.done(-errno) : fd;
}

int epoll_create(int size) noexcept {
  if (size > 0)
    return epoll_create1(0);
  errno = EINVAL;
  return -1;
}

int epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event) noexcept {
  {
    Entry entry;
    if (entry && entry->knows(epoll_fd))
      return entry.done(entry->epolls().control(epoll_fd, operation, fd, event));
  }
  return next::epoll_ctl()(epoll_fd, operation, fd, event);
}

int epoll_wait(int epoll_fd, epoll_event* events, int max_events, int timeout_ms) {
  int result;
  if (wait_epoll(epoll_fd, events, max_events, ns_of_ms(timeout_ms), nullptr, result))
    return result;
  return next::epoll_wait()(epoll_fd, events, max_events, timeout_ms);
}

int epoll_pwait(int epoll_fd, epoll_event* events, int max_events, int timeout_ms,
                const sigset_t* mask) {
  int result;
  if (wait_epoll(epoll_fd, events, max_events, ns_of_ms(timeout_ms), mask, result))
    return result;
  return next::epoll_pwait()(epoll_fd, events, max_events, timeout_ms, mask);
}

// By the system call: C libraries before 2.35 have no function of that name.
int epoll_pwait2(int epoll_fd, epoll_event* events, int max_events, const timespec* timeout,
                 const sigset_t* mask) {
  int result;
  if (!refused(timeout) && wait_epoll(epoll_fd, events, max_events, ns_of(timeout), mask, result))
    return result;
  return static_cast<int>(next::syscall()(SYS_epoll_pwait2, epoll_fd, events, max_events, timeout,
                                          mask, std::size_t{8}));
}

int poll(pollfd* fds, nfds_t count, int timeout_ms) {
  int result;
  if (wait_poll(fds, count, ns_of_ms(timeout_ms), nullptr, result))
    return result;
  return next::poll()(fds, count, timeout_ms);
}

int ppoll(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  int result;
  if (!refused(timeout) && wait_poll(fds, count, ns_of(timeout), mask, result))
    return result;
  return next::ppoll()(fds, count, timeout, mask);
}

// The names behind _FORTIFY_SOURCE, without their checks.
int __poll_chk(pollfd* fds, nfds_t count, int timeout_ms, size_t) {
  return poll(fds, count, timeout_ms);
}

int __ppoll_chk(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask, size_t) {
  return ppoll(fds, count, timeout, mask);
}

int timerfd_create(clockid_t clock, int flags) noexcept {
  {
    Entry entry;
    if (entry)
      if (auto fd = entry->timers().create(clock, flags))
        return entry.done(*fd);
  }
  return next::timerfd_create()(clock, flags);
}

int timerfd_settime(int fd, int flags, const itimerspec* value, itimerspec* old) noexcept {
  {
    Entry entry;
    if (entry)
      if (auto result = entry->timers().set(fd, flags, value, old))
        return entry.done(*result);
  }
  return next::timerfd_settime()(fd, flags, value, old);
}

int timerfd_gettime(int fd, itimerspec* value) noexcept {
  {
    Entry entry;
    if (entry)
      if (auto result = entry->timers().get(fd, value))
        return entry.done(*result);
  }
  return next::timerfd_gettime()(fd, value);
}

// Clocks that count from some start are ahead by what the simulated clock has skipped, so that a
// wait takes as long as it says. If they are held, they go by the simulated clock alone. The time
// of day is the real one.
int clock_gettime(clockid_t clock, timespec* now) noexcept {
  int result = next::clock_gettime()(clock, now);
  bool counts = clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
                clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME;
  if (result != 0 || !counts)
    return result;
  const std::uint64_t asleep = clock == CLOCK_BOOTTIME ? Clock::asleep_ns() : 0;
  *now = ringside::sim::timespec_of(Clock::reading(ringside::sim::ns_of(*now)) + asleep);
  return 0;
}

int getrlimit(__rlimit_resource_t resource, rlimit* limits) noexcept {
  {
    Entry entry;
    if (entry)
      if (int error = entry->check(Call::getrlimit))
        return entry.done(-error);
  }
  return next::getrlimit()(resource, limits);
}

int getrlimit64(__rlimit_resource_t resource, rlimit64* limits) noexcept {
  static_assert(sizeof(rlimit64) == sizeof(rlimit));
  return getrlimit(resource, reinterpret_cast<rlimit*>(limits));
}

} // extern "C"
