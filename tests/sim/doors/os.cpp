// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The doors of src/os, onto the simulated kernel: what unit tests link in the place of
// src/os/linux. Each call takes the very bytes that the real kernel would get.
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "os/bpf.hpp"
#include "os/clock.hpp"
#include "os/epoll.hpp"
#include "os/file.hpp"
#include "os/netlink.hpp"
#include "os/perf.hpp"
#include "os/process.hpp"
#include "os/timer.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/timespec.hpp"

namespace ringside::os {
namespace {

using sim::Call;
using sim::Kernel;

Kernel& kernel() {
  return Kernel::instance();
}

Result<int> number(long result) {
  if (result < 0)
    return Errno(static_cast<int>(-result));
  return static_cast<int>(result);
}

Result<std::size_t> size(long result) {
  if (result < 0)
    return Errno(static_cast<int>(-result));
  return static_cast<std::size_t>(result);
}

Result<void> done(long result) {
  if (result < 0)
    return Errno(static_cast<int>(-result));
  return {};
}

Result<UniqueFd> owned(int fd) {
  if (fd < 0)
    return Errno(-fd);
  return UniqueFd(fd);
}

// read_name fills a text from a file of the kernel's, without its newline.
void read_name(const char* path, std::span<char> text) {
  const long length = kernel().files().read_text(path, text.first(text.size() - 1));
  text[length < 0 ? 0 : static_cast<std::size_t>(length)] = '\0';
  if (char* end = std::strchr(text.data(), '\n'))
    *end = '\0';
}

} // namespace

long call_bpf(int command, void* attr, std::uint32_t attr_size) {
  const int before = errno;
  const long result = kernel().bpf().call(command, static_cast<bpf_attr*>(attr), attr_size);
  errno = result < 0 ? static_cast<int>(-result) : before;
  return result < 0 ? -1 : result;
}

// The simulated kernel has no such attributes, and takes no more than three arguments.
Result<int> bpf_with_common(int command, void* attr, std::uint32_t attr_size, void* /*common*/,
                            std::uint32_t /*common_size*/) {
  return bpf(command, attr, attr_size);
}

Result<UniqueFd> perf_event_open(perf_event_attr* attr, pid_t pid, int cpu, int group_fd,
                                 unsigned long flags) {
  return owned(kernel().perf().perf_event_open(attr, pid, cpu, group_fd, flags));
}

Result<int> perf_ioctl(int fd, unsigned long request, unsigned long argument) {
  return number(kernel().ioctl(fd, request, argument).value_or(-ENOTTY));
}

// The simulated kernel has no uprobes.
bool knows_uprobe_call() {
  return false;
}

Result<UniqueFd> create_epoll() {
  return owned(kernel().epolls().create(EPOLL_CLOEXEC));
}

Result<void> control_epoll(int epoll_fd, int operation, int fd, std::uint32_t events,
                           std::uint64_t token) {
  epoll_event event = {};
  event.events = events;
  event.data.u64 = token;
  return done(kernel().epolls().control(epoll_fd, operation, fd, &event));
}

Result<std::size_t> wait_epoll(int epoll_fd, std::span<epoll_event> ready, int timeout_ms) {
  const std::int64_t timeout_ns =
      timeout_ms < 0 ? sim::kForever : std::int64_t{timeout_ms} * 1'000'000;
  return size(
      kernel().epolls().wait(epoll_fd, ready.data(), static_cast<int>(ready.size()), timeout_ns));
}

Result<UniqueFd> create_netlink_socket(int /*protocol*/) {
  return owned(kernel().netlink().create());
}

Result<void> want_reasons(int /*socket_fd*/) {
  return {};
}

Result<void> bind_netlink(int socket_fd) {
  return done(kernel().netlink().bind(socket_fd));
}

Result<NetlinkName> netlink_name(int /*socket_fd*/) {
  return NetlinkName{sim::Netlink::kPort, kNetlinkAddressSize};
}

Result<void> send(int socket_fd, std::span<const std::byte> message) {
  return done(kernel().netlink().send(socket_fd, message));
}

Result<Received> receive(int socket_fd, std::span<std::byte> room) {
  Received received;
  const auto bytes = size(kernel().netlink().receive(socket_fd, room, received.sender));
  if (!bytes)
    return bytes.error();
  received.size = *bytes;
  return received;
}

Result<UniqueFd> create_timer() {
  return owned(*kernel().timers().create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
}

Result<void> arm_timer(int timer_fd, std::uint64_t at_ns) {
  itimerspec when = {};
  when.it_value = sim::timespec_of(at_ns);
  return done(kernel().timers().set(timer_fd, TFD_TIMER_ABSTIME, &when, nullptr).value_or(-EINVAL));
}

std::uint64_t now_ns() {
  return kernel().now_ns();
}

std::uint64_t roughly_now_ns() {
  return kernel().now_ns();
}

std::uint64_t asleep_ns() {
  return sim::Clock::asleep_ns();
}

Result<std::size_t> read(int fd, std::span<std::byte> into) {
  if (const auto simulated = kernel().read(fd, into.data(), into.size()))
    return size(*simulated);
  // A real file, such as those that a test has made.
  const ssize_t count = ::read(fd, into.data(), into.size());
  return count < 0 ? Result<std::size_t>(Errno(errno))
                   : Result<std::size_t>(static_cast<std::size_t>(count));
}

Result<std::size_t> read_file(const char* path, std::span<char> text) {
  return size(kernel().files().read_text(path, text));
}

Result<Mapping> map_shared(int fd, std::size_t offset, std::size_t size, Access access) {
  const int protection = access == Access::read_only ? PROT_READ : PROT_READ | PROT_WRITE;
  const std::intptr_t address =
      kernel()
          .mmap(nullptr, size, protection, MAP_SHARED, fd, static_cast<off_t>(offset))
          .value_or(-EBADF);
  if (address < 0 && address >= -sim::kMaxErrno)
    return Errno(static_cast<int>(-address));
  return Mapping(reinterpret_cast<void*>(address), size);
}

Result<Mapping> map_shared_at(std::uint64_t address, int fd, std::size_t size, Access access) {
  // Nothing that is simulated has an address of its own.
  return address == 0 ? map_shared(fd, 0, size, access) : Result<Mapping>(Errno(EINVAL));
}

Result<Mapping> map_memory(std::size_t size) {
  void* address =
      sim::host::map(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED)
    return Errno(errno);
  return Mapping(address, size);
}

Result<Mapping> map_cleared_by_fork() {
  const std::size_t size = page_size();
  void* address =
      sim::host::map(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED || ::madvise(address, size, MADV_WIPEONFORK) != 0)
    return Errno(errno);
  return Mapping(address, size);
}

Result<void> map_onto(const Mapping& mapping, int fd, Access access) {
  const int protection = access == Access::read_only ? PROT_READ : PROT_READ | PROT_WRITE;
  const std::intptr_t address =
      kernel()
          .mmap(mapping.data(), mapping.size(), protection, MAP_SHARED | MAP_FIXED, fd, 0)
          .value_or(-EBADF);
  if (address < 0 && address >= -sim::kMaxErrno)
    return Errno(static_cast<int>(-address));
  return {};
}

void unmap(void* address, std::size_t size) {
  kernel().munmap(address, size);
}

Result<UniqueFd> duplicate(int fd, int least) {
  return owned(kernel().duplicate(fd, [fd, least] { return sim::host::duplicate(fd, least); }));
}

Result<void> close(int fd) {
  return done(kernel().close(fd));
}

int process_id() {
  return getpid();
}

const char* program_name() {
  return program_invocation_short_name;
}

const char* environment(const char* name) {
  return std::getenv(name);
}

Result<std::uint64_t> soft_limit(Limit limit) {
  std::uint64_t value = 0;
  int error = -kernel().check(Call::getrlimit);
  if (error == 0)
    error =
        kernel().soft_limit(limit == Limit::locked_bytes ? RLIMIT_MEMLOCK : RLIMIT_NOFILE, value);
  if (error != 0)
    return Errno(-error);
  return value;
}

Result<void> set_memlock_limit(std::uint64_t bytes) {
  if (const int error = kernel().check(Call::setrlimit); error != 0)
    return Errno(error);
  kernel().set_limit(RLIMIT_MEMLOCK, bytes);
  return {};
}

KernelNames kernel_names() {
  KernelNames names;
  read_name("/proc/sys/kernel/osrelease", names.release);
  read_name("/proc/sys/kernel/version", names.version);
  return names;
}

Result<int> seccomp_mode() {
  if (const int error = kernel().check(Call::seccomp); error != 0)
    return Errno(error);
  return 0;
}

std::size_t page_size() {
  return sim::host::page_size();
}

} // namespace ringside::os
