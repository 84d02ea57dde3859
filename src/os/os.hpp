// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// os: every call that the library makes on the kernel, as one contract. `linux.cpp` keeps it with
// libc calls, never inline system calls, so that an interposer can stand in; unit tests link a
// simulated kernel in its place. Nothing here decides anything, and nothing here writes a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <linux/perf_event.h>
#include <sys/epoll.h>

#include "base/result.hpp"
#include "os/mapping.hpp"
#include "os/unique_fd.hpp"

namespace ringside::os {

// open_perf_event opens an event for any thread on one CPU, outside of any group, close-on-exec.
// `attr` goes to the kernel as it is and may be smaller than this build's perf_event_attr: it is
// attr.size bytes long. Source: perf_event_open(2).
Result<UniqueFd> open_perf_event(perf_event_attr* attr, int cpu);
Result<void> enable_perf_event(int fd);
Result<void> disable_perf_event(int fd);
// redirect_perf_output makes the event of `fd` write its records into the ring of `ring_fd`, an
// event on the same CPU. Source: PERF_EVENT_IOC_SET_OUTPUT in perf_event_open(2).
Result<void> redirect_perf_output(int fd, int ring_fd);
// What an event counts, by what it was opened with in perf_event_attr::read_format. Source:
// perf_event_open(2).
//   kFormatTime  for how long it has been on. That stands still for good once its CPU has gone
//                offline, back or not (seen on Linux 5.10 to 7.2).
//   kFormatLost  how many records it could not write for want of room in its ring (Linux 6.0)
inline constexpr std::uint64_t kFormatTime = 1U << 0;
inline constexpr std::uint64_t kFormatLost = 1U << 4;
struct PerfCounts {
  std::uint64_t enabled_ns = 0;
  std::uint64_t lost = 0;
};
Result<PerfCounts> read_perf_counts(int fd, std::uint64_t read_format);

// map_shared maps `size` bytes of `fd` from `offset`, a multiple of the page size, shared with the
// kernel.
enum class Access { read_only, read_write };
Result<Mapping> map_shared(int fd, std::size_t offset, std::size_t size, Access access);
std::size_t page_size();

// MapName is what a BPF map is called, which need not be anything, with a NUL at its end.
struct MapName {
  char text[16] = {};
  bool operator==(const MapName&) const = default;
};
// What the kernel says about a BPF map. Fields that an old kernel does not know are 0.
struct MapInfo {
  std::uint32_t type = 0;
  std::uint32_t max_entries = 0;
  MapName name;
};
Result<MapInfo> map_info(int map_fd);
// store_fd_in_map puts a descriptor into a slot of an array of descriptors; delete_from_map empties
// the slot. Source: bpf(2), BPF_MAP_UPDATE_ELEM and BPF_MAP_DELETE_ELEM.
Result<void> store_fd_in_map(int map_fd, std::uint32_t key, int fd);
Result<void> delete_from_map(int map_fd, std::uint32_t key);

Result<UniqueFd> create_epoll();
// watch adds `fd` to the set for `events`, such as EPOLLIN; `token` comes back in
// epoll_event::data.u64.
Result<void> watch(int epoll_fd, int fd, std::uint32_t events, std::uint64_t token);
// watch_for changes what a descriptor of the set is watched for; 0 is nothing.
Result<void> watch_for(int epoll_fd, int fd, std::uint32_t events, std::uint64_t token);
// wait_ready is epoll_wait(2): the number of entries of `ready` that were filled; EINTR is an
// error.
Result<std::size_t> wait_ready(int epoll_fd, std::span<epoll_event> ready, int timeout_ms);

// duplicate gives a second, close-on-exec descriptor of the same open file.
Result<UniqueFd> duplicate(int fd);

// now_ns is CLOCK_MONOTONIC in nanoseconds.
std::uint64_t now_ns();
// roughly_now_ns is the same some milliseconds ago at most, and cheaper. Source:
// CLOCK_MONOTONIC_COARSE in clock_gettime(2).
std::uint64_t roughly_now_ns();
// asleep_ns is for how long the machine has slept, which now_ns does not count: that, and the time
// that it takes to ask. Source: CLOCK_BOOTTIME in clock_gettime(2).
std::uint64_t asleep_ns();

// A timer is a descriptor that is readable from the time, on the clock of now_ns, that it was last
// armed for; at 0 it is disarmed. Source: timerfd_create(2).
Result<UniqueFd> create_timer();
Result<void> arm_timer(int timer_fd, std::uint64_t at_ns);

// environment is the value of a variable, or nullptr where there is none, and always in a program
// that runs set-user-id. It lasts until the program changes its environment.
const char* environment(const char* name);

// read_file reads a whole small file, such as those of /proc and /sys, and returns its length.
// E2BIG if it does not fit into `text`.
Result<std::size_t> read_file(const char* path, std::span<char> text);

// soft_limit is a limit of the process that is in force now; UINT64_MAX where there is none.
// Source: RLIMIT_MEMLOCK and RLIMIT_NOFILE in getrlimit(2).
enum class Limit { locked_bytes, open_files };
Result<std::uint64_t> soft_limit(Limit limit);

} // namespace ringside::os
