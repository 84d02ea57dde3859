// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// os, kept by the simulated kernel: what unit tests link in the place of src/os/linux.cpp.
#include "os/os.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <sys/mman.h>
#include <sys/resource.h>

#include "os/perf_counts.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/timespec.hpp"

namespace ringside::os {
namespace {

using sim::Call;
using sim::Kernel;

Kernel& kernel() {
  return Kernel::instance();
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

Result<void> control_event(int fd, unsigned long request, int argument = 0) {
  return done(kernel().ioctl(fd, request, static_cast<unsigned long>(argument)).value_or(-ENOTTY));
}

Result<void> control_epoll(int epoll_fd, int operation, int fd, std::uint32_t events,
                           std::uint64_t token) {
  epoll_event event = {};
  event.events = events;
  event.data.u64 = token;
  return done(kernel().epoll_ctl(epoll_fd, operation, fd, &event));
}

bpf_attr empty_attr() {
  bpf_attr attr;
  std::memset(&attr, 0, sizeof(attr));
  return attr;
}

Result<void> bpf(int command, bpf_attr& attr) {
  return done(kernel().bpf(command, &attr, sizeof(attr)));
}

} // namespace

void close(int fd) {
  kernel().close(fd);
}

void unmap(void* address, std::size_t size) {
  kernel().munmap(address, size);
}

Result<UniqueFd> open_perf_event(perf_event_attr* attr, int cpu) {
  return owned(kernel().perf_event_open(attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC));
}

Result<void> enable_perf_event(int fd) {
  return control_event(fd, PERF_EVENT_IOC_ENABLE);
}

Result<void> disable_perf_event(int fd) {
  return control_event(fd, PERF_EVENT_IOC_DISABLE);
}

Result<void> redirect_perf_output(int fd, int ring_fd) {
  return control_event(fd, PERF_EVENT_IOC_SET_OUTPUT, ring_fd);
}

Result<PerfCounts> read_perf_counts(int fd, std::uint64_t read_format) {
  PerfWords words{};
  const long size = kernel().read(fd, words.data(), sizeof(words)).value_or(-EBADF);
  if (size < 0)
    return Errno(static_cast<int>(-size));
  return counts_of(words, static_cast<std::size_t>(size), read_format);
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

std::size_t page_size() {
  return sim::host::page_size();
}

Result<MapInfo> map_info(int map_fd) {
  bpf_map_info from = {};
  bpf_attr attr = empty_attr();
  attr.info.bpf_fd = static_cast<std::uint32_t>(map_fd);
  attr.info.info_len = sizeof(from);
  attr.info.info = reinterpret_cast<std::uintptr_t>(&from);
  if (auto result = bpf(BPF_OBJ_GET_INFO_BY_FD, attr); !result)
    return result.error();
  MapInfo info;
  info.type = from.type;
  info.max_entries = from.max_entries;
  static_assert(sizeof(info.name) == sizeof(from.name));
  std::memcpy(info.name.text, from.name, sizeof(info.name.text));
  return info;
}

Result<void> store_fd_in_map(int map_fd, std::uint32_t key, int fd) {
  bpf_attr attr = empty_attr();
  attr.map_fd = static_cast<std::uint32_t>(map_fd);
  attr.key = reinterpret_cast<std::uintptr_t>(&key);
  attr.value = reinterpret_cast<std::uintptr_t>(&fd);
  return bpf(BPF_MAP_UPDATE_ELEM, attr);
}

Result<void> delete_from_map(int map_fd, std::uint32_t key) {
  bpf_attr attr = empty_attr();
  attr.map_fd = static_cast<std::uint32_t>(map_fd);
  attr.key = reinterpret_cast<std::uintptr_t>(&key);
  return bpf(BPF_MAP_DELETE_ELEM, attr);
}

Result<UniqueFd> create_epoll() {
  return owned(kernel().epoll_create(EPOLL_CLOEXEC));
}

Result<void> watch(int epoll_fd, int fd, std::uint32_t events, std::uint64_t token) {
  return control_epoll(epoll_fd, EPOLL_CTL_ADD, fd, events, token);
}

Result<void> watch_for(int epoll_fd, int fd, std::uint32_t events, std::uint64_t token) {
  return control_epoll(epoll_fd, EPOLL_CTL_MOD, fd, events, token);
}

Result<std::size_t> wait_ready(int epoll_fd, std::span<epoll_event> ready, int timeout_ms) {
  std::int64_t timeout_ns = timeout_ms < 0 ? sim::kForever : std::int64_t{timeout_ms} * 1'000'000;
  int count =
      kernel().epoll_wait(epoll_fd, ready.data(), static_cast<int>(ready.size()), timeout_ns);
  if (count < 0)
    return Errno(-count);
  return static_cast<std::size_t>(count);
}

Result<UniqueFd> duplicate(int fd) {
  return owned(kernel().duplicate(fd, [fd] { return sim::host::duplicate(fd); }));
}

Result<std::size_t> read_file(const char* path, std::span<char> text) {
  long length = kernel().read_text(path, text);
  if (length < 0)
    return Errno(static_cast<int>(-length));
  return static_cast<std::size_t>(length);
}

Result<std::uint64_t> soft_limit(Limit limit) {
  std::uint64_t value = 0;
  int error = -kernel().check(Call::getrlimit);
  if (error == 0)
    error =
        sim::host::soft_limit(limit == Limit::locked_bytes ? RLIMIT_MEMLOCK : RLIMIT_NOFILE, value);
  if (error != 0)
    return Errno(-error);
  return value;
}

std::uint64_t now_ns() {
  return kernel().now_ns();
}

std::uint64_t roughly_now_ns() {
  return kernel().now_ns();
}

std::uint64_t asleep_ns() {
  return Kernel::asleep_ns();
}

Result<UniqueFd> create_timer() {
  return owned(*kernel().create_timer(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
}

Result<void> arm_timer(int timer_fd, std::uint64_t at_ns) {
  itimerspec when = {};
  when.it_value = sim::timespec_of(at_ns);
  return done(kernel().set_timer(timer_fd, TFD_TIMER_ABSTIME, &when, nullptr).value_or(-EINVAL));
}

const char* environment(const char* name) {
  return std::getenv(name);
}

} // namespace ringside::os
