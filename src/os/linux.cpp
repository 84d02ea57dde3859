// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// os on Linux: each function is one call of the C library, its errno made a Result.
#include "os/os.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "os/perf_counts.hpp"

namespace ringside::os {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

Errno last_error() {
  return Errno(errno);
}

Result<void> succeeded(long result) {
  if (result < 0)
    return last_error();
  return {};
}

Result<UniqueFd> opened(long fd) {
  if (fd < 0)
    return last_error();
  return UniqueFd(static_cast<int>(fd));
}

// bpf passes zeroed attributes of which `fill` has set what the command takes.
long bpf(bpf_cmd command, bpf_attr& attr) {
  return syscall(__NR_bpf, command, &attr, sizeof(attr));
}

Result<void> control_epoll(int epoll_fd, int operation, int fd, std::uint32_t events,
                           std::uint64_t token) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  return succeeded(epoll_ctl(epoll_fd, operation, fd, &event));
}

std::uint64_t address_of(const void* object) {
  return reinterpret_cast<std::uintptr_t>(object);
}

std::uint64_t ns_on(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kNsPerSecond +
         static_cast<std::uint64_t>(now.tv_nsec);
}

} // namespace

Result<UniqueFd> open_perf_event(perf_event_attr* attr, int cpu) {
  constexpr int kAnyThread = -1;
  constexpr int kNoGroup = -1;
  return opened(syscall(__NR_perf_event_open, attr, kAnyThread, cpu, kNoGroup,
                        static_cast<unsigned long>(PERF_FLAG_FD_CLOEXEC)));
}

Result<void> enable_perf_event(int fd) {
  return succeeded(ioctl(fd, PERF_EVENT_IOC_ENABLE, 0));
}

Result<void> disable_perf_event(int fd) {
  return succeeded(ioctl(fd, PERF_EVENT_IOC_DISABLE, 0));
}

Result<void> redirect_perf_output(int fd, int ring_fd) {
  return succeeded(ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, ring_fd));
}

Result<PerfCounts> read_perf_counts(int fd, std::uint64_t read_format) {
  PerfWords words{};
  const ssize_t size = read(fd, words.data(), sizeof(words));
  if (size < 0)
    return last_error();
  return counts_of(words, static_cast<std::size_t>(size), read_format);
}

Result<Mapping> map_shared(int fd, std::size_t offset, std::size_t size, Access access) {
  const int protection = access == Access::read_only ? PROT_READ : PROT_READ | PROT_WRITE;
  void* address = mmap(nullptr, size, protection, MAP_SHARED, fd, static_cast<off_t>(offset));
  if (address == MAP_FAILED)
    return last_error();
  return Mapping(address, size);
}

void unmap(void* address, std::size_t size) {
  munmap(address, size);
}

std::size_t page_size() {
  return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

Result<MapInfo> map_info(int map_fd) {
  bpf_map_info info{};
  bpf_attr attr{};
  attr.info.bpf_fd = static_cast<__u32>(map_fd);
  attr.info.info_len = sizeof(info);
  attr.info.info = address_of(&info);
  if (bpf(BPF_OBJ_GET_INFO_BY_FD, attr) < 0)
    return last_error();
  MapInfo result;
  result.type = info.type;
  result.max_entries = info.max_entries;
  static_assert(sizeof(result.name.text) == sizeof(info.name));
  std::memcpy(result.name.text, info.name, sizeof(info.name) - 1);
  return result;
}

Result<void> store_fd_in_map(int map_fd, std::uint32_t key, int fd) {
  bpf_attr attr{};
  attr.map_fd = static_cast<__u32>(map_fd);
  attr.key = address_of(&key);
  attr.value = address_of(&fd);
  attr.flags = BPF_ANY;
  return succeeded(bpf(BPF_MAP_UPDATE_ELEM, attr));
}

Result<void> delete_from_map(int map_fd, std::uint32_t key) {
  bpf_attr attr{};
  attr.map_fd = static_cast<__u32>(map_fd);
  attr.key = address_of(&key);
  return succeeded(bpf(BPF_MAP_DELETE_ELEM, attr));
}

Result<UniqueFd> create_epoll() {
  return opened(epoll_create1(EPOLL_CLOEXEC));
}

Result<void> watch(int epoll_fd, int fd, std::uint32_t events, std::uint64_t token) {
  return control_epoll(epoll_fd, EPOLL_CTL_ADD, fd, events, token);
}

Result<void> watch_for(int epoll_fd, int fd, std::uint32_t events, std::uint64_t token) {
  return control_epoll(epoll_fd, EPOLL_CTL_MOD, fd, events, token);
}

Result<std::size_t> wait_ready(int epoll_fd, std::span<epoll_event> ready, int timeout_ms) {
  const int count = epoll_wait(epoll_fd, ready.data(), static_cast<int>(ready.size()), timeout_ms);
  if (count < 0)
    return last_error();
  return static_cast<std::size_t>(count);
}

Result<UniqueFd> duplicate(int fd) {
  return opened(fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

void close(int fd) {
  ::close(fd);
}

std::uint64_t now_ns() {
  return ns_on(CLOCK_MONOTONIC);
}

std::uint64_t roughly_now_ns() {
  return ns_on(CLOCK_MONOTONIC_COARSE);
}

std::uint64_t asleep_ns() {
  const std::uint64_t awake_ns = now_ns();
  return ns_on(CLOCK_BOOTTIME) - awake_ns;
}

Result<UniqueFd> create_timer() {
  return opened(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
}

Result<void> arm_timer(int timer_fd, std::uint64_t at_ns) {
  itimerspec when{};
  when.it_value.tv_sec = static_cast<time_t>(at_ns / kNsPerSecond);
  when.it_value.tv_nsec = static_cast<long>(at_ns % kNsPerSecond);
  return succeeded(timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, nullptr));
}

const char* environment(const char* name) {
  return secure_getenv(name);
}

Result<std::size_t> read_file(const char* path, std::span<char> text) {
  auto file = opened(open(path, O_RDONLY | O_CLOEXEC));
  if (!file)
    return file.error();
  std::size_t length = 0;
  while (length < text.size()) {
    const ssize_t count = read(file->get(), text.data() + length, text.size() - length);
    if (count < 0)
      return last_error();
    if (count == 0)
      return length;
    length += static_cast<std::size_t>(count);
  }
  return Errno(E2BIG);
}

Result<std::uint64_t> soft_limit(Limit limit) {
  rlimit values{};
  if (getrlimit(limit == Limit::locked_bytes ? RLIMIT_MEMLOCK : RLIMIT_NOFILE, &values) < 0)
    return last_error();
  return values.rlim_cur == RLIM_INFINITY ? UINT64_MAX : std::uint64_t{values.rlim_cur};
}

} // namespace ringside::os
