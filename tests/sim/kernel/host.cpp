// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// host: the calls on the real kernel, past our own interposed names where there are any.
#include "sim/kernel/host.hpp"

#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "sim/kernel/timespec.hpp"

#ifdef RINGSIDE_SIM_PRELOAD
#include "sim/doors/next.hpp"
#define RINGSIDE_SIM_HOST(name) next::name()
#else
#define RINGSIDE_SIM_HOST(name) ::name
#endif

namespace ringside::sim::host {

#ifdef RINGSIDE_SIM_PRELOAD
const bool kPreloaded = true;
#else
const bool kPreloaded = false;
#endif

namespace {

int or_errno(int result) {
  return result < 0 ? -errno : result;
}

} // namespace

bool identify(int fd, Identity& identity) {
  struct stat status;
  if (fd < 0 || ::fstat(fd, &status) != 0)
    return false;
  identity = {status.st_dev, status.st_ino};
  return true;
}

int anonymous_file(const char* name, bool close_on_exec) {
  return or_errno(::memfd_create(name, close_on_exec ? MFD_CLOEXEC : 0));
}

void set_nonblocking(int fd) {
  RINGSIDE_SIM_HOST(fcntl)(fd, F_SETFL, O_NONBLOCK);
}

bool nonblocking(int fd) {
  return (RINGSIDE_SIM_HOST(fcntl)(fd, F_GETFL) & O_NONBLOCK) != 0;
}

int set_size(int fd, std::size_t size) {
  return or_errno(::ftruncate(fd, static_cast<off_t>(size)));
}

int write_text(int fd, const char* text, std::size_t size) {
  return ::pwrite(fd, text, size, 0) == static_cast<ssize_t>(size) ? 0 : -EIO;
}

int close(int fd) {
  return or_errno(RINGSIDE_SIM_HOST(close)(fd));
}

int duplicate(int fd, int least) {
  return or_errno(RINGSIDE_SIM_HOST(fcntl)(fd, F_DUPFD_CLOEXEC, least));
}

void* map(void* address, std::size_t size, int protection, int flags, int fd, off_t offset) {
  return RINGSIDE_SIM_HOST(mmap)(address, size, protection, flags, fd, offset);
}

void* map_again(void* address, std::size_t size) {
  return ::mremap(address, 0, size, MREMAP_MAYMOVE);
}

int map_onto(void* onto, void* address, std::size_t size) {
  void* mapped = ::mremap(address, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, onto);
  return mapped == MAP_FAILED ? -errno : 0;
}

void* reserve(void* address, std::size_t size, int flags) {
  int kept = MAP_FIXED | MAP_FIXED_NOREPLACE;
#ifdef MAP_32BIT // which only x86 has
  kept |= MAP_32BIT;
#endif
  return map(address, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (flags & kept),
             -1, 0);
}

int unmap(void* address, std::size_t size) {
  return or_errno(RINGSIDE_SIM_HOST(munmap)(address, size));
}

int protect(void* address, std::size_t size, int protection) {
  return or_errno(::mprotect(address, size, protection));
}

int create_epoll(int flags) {
  return or_errno(RINGSIDE_SIM_HOST(epoll_create1)(flags));
}

int control_epoll(int epoll_fd, int operation, int fd, epoll_event* event) {
  return or_errno(RINGSIDE_SIM_HOST(epoll_ctl)(epoll_fd, operation, fd, event));
}

int wait_epoll(int epoll_fd, epoll_event* events, int max_events, int timeout_ms) {
  return or_errno(RINGSIDE_SIM_HOST(epoll_wait)(epoll_fd, events, max_events, timeout_ms));
}

int poll(pollfd* fds, nfds_t count, int timeout_ms) {
  return or_errno(RINGSIDE_SIM_HOST(poll)(fds, count, timeout_ms));
}

long read_file(const char* path, char* text, std::size_t size) {
  int fd = RINGSIDE_SIM_HOST(open)(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  std::size_t length = 0;
  long result = -E2BIG;
  while (length < size) {
    ssize_t count = RINGSIDE_SIM_HOST(read)(fd, text + length, size - length);
    if (count <= 0) {
      result = count < 0 ? -errno : static_cast<long>(length);
      break;
    }
    length += static_cast<std::size_t>(count);
  }
  close(fd);
  return result;
}

int soft_limit(int resource, std::uint64_t& limit) {
  rlimit limits;
  if (RINGSIDE_SIM_HOST(getrlimit)(static_cast<__rlimit_resource_t>(resource), &limits) != 0)
    return -errno;
  limit = limits.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limits.rlim_cur;
  return 0;
}

int wait_on(const std::uint32_t* word, std::uint32_t seen, std::uint64_t timeout_ns) {
  const timespec timeout = timespec_of(timeout_ns);
  long result = RINGSIDE_SIM_HOST(syscall)(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, &timeout);
  return result < 0 && errno == EINTR ? -EINTR : 0;
}

void wake(const std::uint32_t* word) {
  RINGSIDE_SIM_HOST(syscall)(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX);
}

std::uint64_t monotonic_ns() {
  timespec now = {};
  RINGSIDE_SIM_HOST(clock_gettime)(CLOCK_MONOTONIC, &now);
  return ns_of(now);
}

std::uint64_t itimer_ns() {
  itimerval timer = {};
  ::getitimer(ITIMER_REAL, &timer);
  return static_cast<std::uint64_t>(timer.it_value.tv_sec) * kNsPerSecond +
         static_cast<std::uint64_t>(timer.it_value.tv_usec) * 1000;
}

std::size_t page_size() {
  return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace ringside::sim::host
