/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* scenarios: what the scenarios share. A scenario makes system calls and prints what it sees; the
 * same must be seen on the real kernel and on the simulated one. */
#ifndef RINGSIDE_SCENARIOS_H
#define RINGSIDE_SCENARIOS_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every scenario, of the C files beside this one. */
#define SCENARIOS(DO)                                                                              \
  DO(attr_checks)                                                                                  \
  DO(attr_flags)                                                                                   \
  DO(mmap_rules)                                                                                   \
  DO(mmap_header)                                                                                  \
  DO(record_bytes)                                                                                 \
  DO(record_fields)                                                                                \
  DO(record_wraps)                                                                                 \
  DO(record_too_large)                                                                             \
  DO(full_ring)                                                                                    \
  DO(lost_counter)                                                                                 \
  DO(overwritten_ring)                                                                             \
  DO(enable_and_disable)                                                                           \
  DO(event_ioctls)                                                                                 \
  DO(redirected_output)                                                                            \
  DO(wakeup_events)                                                                                \
  DO(wakeup_watermark)                                                                             \
  DO(asking_uses_up)                                                                               \
  DO(epoll_modes)                                                                                  \
  DO(epoll_nested)                                                                                 \
  DO(epoll_errors)                                                                                 \
  DO(epoll_order)                                                                                  \
  DO(epoll_with_pipe)                                                                              \
  DO(wait_timeouts)                                                                                \
  DO(hang_up)                                                                                      \
  DO(map_creation)                                                                                 \
  DO(map_elements)                                                                                 \
  DO(map_wrong_descriptors)                                                                        \
  DO(map_info)                                                                                     \
  DO(map_closes)                                                                                   \
  DO(output_errors)                                                                                \
  DO(program_errors)                                                                               \
  DO(command_checks)                                                                               \
  DO(ring_creation)                                                                                \
  DO(ring_elements)                                                                                \
  DO(ring_mmap_rules)                                                                              \
  DO(ring_memory)                                                                                  \
  DO(ring_bytes)                                                                                   \
  DO(ring_full)                                                                                    \
  DO(ring_wakeups)                                                                                 \
  DO(ring_polls)                                                                                   \
  DO(ring_closed)                                                                                  \
  DO(user_ring_drains)                                                                             \
  DO(user_ring_errors)                                                                             \
  DO(user_ring_large_samples)                                                                      \
  DO(user_ring_wakeups)                                                                            \
  DO(two_events)                                                                                   \
  DO(two_events_lose)                                                                              \
  DO(two_events_close)                                                                             \
  DO(watched_for_nothing)                                                                          \
  DO(ring_held_back)                                                                               \
  DO(timers)                                                                                       \
  DO(timer_errors)                                                                                 \
  DO(timer_and_ring)
#define DECLARE(name) void name(void);
SCENARIOS(DECLARE)
#undef DECLARE

/* see prints one observation: what, and a number. see_call prints a result as 0, "ok" for any other
 * that is not negative, or the error. */
void see(const char* what, long long value);
void see_call(const char* what, long result);
/* call makes a libc result negative on error: -errno. */
long call(long result);

/* need ends the scenario with a reason to skip it if `result` is an error. */
void need(const char* what, long result);

/* watch makes an epoll set with one member. ready prints what a wait finds without waiting: how
 * many, and their events; polled what poll() finds. */
long control_epoll(int epoll_fd, int operation, int fd, uint32_t events);
int watch(int fd, uint32_t events);
void ready(const char* what, int epoll_fd);
void polled(const char* what, int fd, short events);

/* One event on CPU 0 with a ring of `pages`, stored in slot 0 of a map, and a program to write. */
struct rig {
  int map_fd, event_fd, program_fd;
  struct perf_event_mmap_page* page;
  size_t data_size;
  uint64_t tail;
};
struct perf_event_attr output_attr(void);
int open_event(struct perf_event_attr* attr, int cpu);
struct rig rig_up(struct perf_event_attr* attr, unsigned pages);
void rig_down(struct rig* rig);

/* output writes `size` bytes: each is its offset plus `seed`. The helper's result. */
int output(const struct rig* rig, uint32_t size, unsigned seed);
int output_at_key(const struct rig* rig, unsigned cpu, uint64_t flags, uint32_t size);
/* Every scenario may load programs; payloads come from one map. */
int load_writer(int map_fd);
int run_writer(int program_fd, unsigned cpu, uint64_t flags, uint32_t size, unsigned seed);
enum { payload_max = 80000 };

/* data is the byte at a position of the ring. see_records prints the bytes of all unread records
 * and consumes them; the id in a LOST record is printed as whether it is the event's. */
unsigned char ring_byte(const struct rig* rig, uint64_t position);
void ring_copy(const struct rig* rig, uint64_t position, void* into, size_t size);
uint64_t ring_head(const struct rig* rig);
void see_records(struct rig* rig);

#endif /* RINGSIDE_SCENARIOS_H */
