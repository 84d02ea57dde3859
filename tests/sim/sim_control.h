/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* sim_control: what a test may do to the simulated kernel. Plain C: unit tests link it, programs
 * that run under the preloaded simulator find the same functions with dlsym(RTLD_DEFAULT, ...). */
#ifndef RINGSIDE_SIM_CONTROL_H
#define RINGSIDE_SIM_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* sim_reset: a fresh kernel with CPUs 0..cpus-1, all online, no failures scripted, clock at 0.
 * Descriptors and mappings that are still open are forgotten. Up to 4096 CPUs. */
void sim_reset(unsigned cpus);

/* sim_set_online takes a CPU offline (0) or back (1), in /sys and for perf_event_open (ENODEV). */
void sim_set_online(unsigned cpu, int online);

/* sim_set_file: the text that reading `path` gives. With text NULL the file is not there (ENOENT).
 * For the CPU mask files it overrides the text that follows from the CPUs. */
void sim_set_file(const char *path, const char *text);

/* sim_output: bpf_perf_event_output() by a program that runs on `cpu`, for the map behind `map_fd`,
 * with BPF_F_CURRENT_CPU. Returns 0 or a negative errno, as the helper does: -ENOENT for an empty
 * slot, -EOPNOTSUPP for an event of another CPU, -ENOSPC for a full ring. */
int sim_output(int map_fd, unsigned cpu, const void *data, uint32_t size);

/* sim_emit appends a record of any type to the ring of a perf event, as the kernel would: header
 * (type, misc, size = 8 + size), then `size` bytes, which must be a multiple of 8. */
int sim_emit(int event_fd, uint32_t type, uint16_t misc, const void *data, uint32_t size);

/* sim_emit_raw appends bytes as they are and moves head by `advance`: for corrupt and torn records.
 * Wakes the reader as a record would. */
int sim_emit_raw(int event_fd, const void *bytes, size_t size, uint64_t advance);

/* sim_set_positions sets both positions of an unread ring, for wrap at any offset and for positions
 * near 2^32 and 2^63. */
int sim_set_positions(int event_fd, uint64_t head, uint64_t tail);

/* sim_event_fd: the descriptor of the event in a slot of a map, as the map's owner stored it, or a
 * negative errno. */
int sim_event_fd(int map_fd, uint32_t key);

/* sim_fail: the nth call (1 is the next one) of `call` fails with `error`; nth 0 takes it back.
 * Calls: perf_event_open ioctl mmap epoll_create epoll_ctl epoll_wait map_info map_update map_delete
 * dup open read malloc getrlimit, and "any" which counts all those that can fail. Unscripted calls
 * are not touched. sim_fail_from: that one and every later one. */
void sim_fail(const char *call, unsigned nth, int error);
void sim_fail_from(const char *call, unsigned nth, int error);
/* sim_calls: how often `call` was made since sim_reset. */
unsigned sim_calls(const char *call);

/* The simulated clock, in nanoseconds. It moves by hand, and when a wait with a timeout finds
 * nothing: then to the deadline. */
uint64_t sim_now_ns(void);
void sim_advance_ns(uint64_t ns);

/* sim_output_at: as sim_output, when the clock gets there (during a wait, or by sim_advance_ns). */
int sim_output_at(uint64_t at_ns, int map_fd, unsigned cpu, const void *data, uint32_t size);

/* What is open now: simulated descriptors, mappings, map slots in use, and bytes allocated by the
 * code under test (link seam only; 0 under preload). */
struct sim_live {
	unsigned fds;
	unsigned mappings;
	unsigned slots;
	size_t bytes;
};
struct sim_live sim_live(void);

#ifdef __cplusplus
}
#endif

#endif /* RINGSIDE_SIM_CONTROL_H */
