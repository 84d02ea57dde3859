// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// host: the calls that the simulated kernel makes on the real one. The descriptors and mappings
// that it returns are real, and so are their numbers, flags and limits. Under preload these calls
// go to the definition after ours. Integer results are -errno if the call fails.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/types.h>

namespace ringside::sim::host {

// kSanitizesThreads: built with ThreadSanitizer, which compares addresses and so sees no race
// between two mappings. The simulated kernel then writes rings through the mapping of their reader.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitizesThreads = true;
#elif defined(__has_feature)
inline constexpr bool kSanitizesThreads = __has_feature(thread_sanitizer);
#else
inline constexpr bool kSanitizesThreads = false;
#endif

// kPreloaded: under a whole program. Its clocks are the real ones, ahead by what was skipped.
// Otherwise the simulated clock is the only one.
extern const bool kPreloaded;

// Identity identifies an open file; all its descriptors have the same.
struct Identity {
  dev_t device = 0;
  ino_t inode = 0;
  friend auto operator<=>(const Identity&, const Identity&) = default;
};

// identify gives the file behind a descriptor; false if the descriptor is closed.
bool identify(int fd, Identity& identity);

// anonymous_file opens an empty file in memory, `name` shows in /proc/self/fd.
int anonymous_file(const char* name, bool close_on_exec);
// set_nonblocking sets O_NONBLOCK, which is the open file's, and nonblocking asks for it.
void set_nonblocking(int fd);
bool nonblocking(int fd);
int set_size(int fd, std::size_t size);
int write_text(int fd, const char* text, std::size_t size);
int close(int fd);
// duplicate gives the lowest free number from `least` on.
int duplicate(int fd, int least = 0);

// map and map_again give MAP_FAILED and leave errno alone for the caller to read at once.
void* map(void* address, std::size_t size, int protection, int flags, int fd, off_t offset);
// map_again maps the shared memory at `address` for a second time.
void* map_again(void* address, std::size_t size);
// map_onto maps the shared memory at `address` for a second time, in the place of what is at
// `onto`.
int map_onto(void* onto, void* address, std::size_t size);
// reserve takes addresses that nothing may use; MAP_FAILED, as map, where `address` is not free and
// flags have MAP_FIXED_NOREPLACE.
void* reserve(void* address, std::size_t size, int flags);
int unmap(void* address, std::size_t size);
int protect(void* address, std::size_t size, int protection);

int create_epoll(int flags);
int control_epoll(int epoll_fd, int operation, int fd, epoll_event* event);
int wait_epoll(int epoll_fd, epoll_event* events, int max_events, int timeout_ms);
int poll(pollfd* fds, nfds_t count, int timeout_ms);

// read_file is the real file, whole, and its length; -E2BIG if it fills `text` or more.
long read_file(const char* path, char* text, std::size_t size);
int soft_limit(int resource, std::uint64_t& limit);

// wait_on sleeps until `word` differs from `seen` and wake is called, at most timeout_ns.
// -EINTR for a signal.
int wait_on(const std::uint32_t* word, std::uint32_t seen, std::uint64_t timeout_ns);
void wake(const std::uint32_t* word);

std::uint64_t monotonic_ns();
// itimer_ns is the time to the next SIGALRM of the interval timer, 0 if none is set.
std::uint64_t itimer_ns();
std::size_t page_size();

} // namespace ringside::sim::host
