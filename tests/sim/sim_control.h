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

/* sim_sleep_ns: the machine sleeps for that time. CLOCK_MONOTONIC stands still, all CPUs but the
 * first go offline and come back, and the kernel announces nothing. */
void sim_sleep_ns(uint64_t ns);

/* sim_set_file: the text that reading `path` gives. With text NULL the file is not there (ENOENT).
 * For the CPU mask files it overrides the text that follows from the CPUs. */
void sim_set_file(const char* path, const char* text);

/* sim_create_map: BPF_MAP_CREATE, for tests that have no bpf() to call: BPF_MAP_TYPE_RINGBUF and
 * BPF_MAP_TYPE_USER_RINGBUF, whose max_entries is the size of the ring in bytes, and with 4-byte
 * keys and values BPF_MAP_TYPE_PERF_EVENT_ARRAY and BPF_MAP_TYPE_ARRAY. A close-on-exec descriptor
 * or a negative errno. It closes with close(), and the map's slots go with it. */
int sim_create_map(uint32_t type, uint32_t max_entries, const char* name);

/* sim_add_module: a module of the kernel is loaded that has types: `size` bytes of BTF, split on
 * the kernel's. The types have the id that is returned. */
uint32_t sim_add_module(const char* name, const void* btf, uint32_t size);

/* sim_unpin removes the name of a BPF object, which is in /sys/fs/bpf: 0, or -ENOENT. */
int sim_unpin(const char* path);

/* sim_output: bpf_perf_event_output() by a program that runs on `cpu`, for the map behind `map_fd`,
 * with BPF_F_CURRENT_CPU. Returns 0 or a negative errno, as the helper does: -ENOENT for an empty
 * slot, -EOPNOTSUPP for an event that is disabled or of another CPU, -ENOSPC for a ring that is
 * full or not mapped, -E2BIG for a CPU beyond the map's slots. -ENODEV: nothing runs on an offline
 * CPU. */
int sim_output(int map_fd, unsigned cpu, const void* data, uint32_t size);
/* sim_output_to: the same with the index of a slot in the place of BPF_F_CURRENT_CPU. */
int sim_output_to(int map_fd, unsigned cpu, uint32_t key, const void* data, uint32_t size);

/* sim_begin_output, sim_finish_output: the same in two steps; a test may do anything between them.
 * The program has looked its event up in the first step and writes to that event in the second,
 * even if the slot holds another by then. The first returns a handle, or an error as above. The
 * second uses the handle up; -EINVAL for what is no handle. */
int sim_begin_output(int map_fd, unsigned cpu);
int sim_finish_output(int handle, const void* data, uint32_t size);

/* sim_emit appends a record of any type to the ring of a perf event, as the kernel would: header
 * (type, misc, size = 8 + size), then `size` bytes, which must be a multiple of 8. Room, LOST and
 * wakeups are as for samples. -EBADF if that is no event, -ENXIO if it has no mapped ring. */
int sim_emit(int event_fd, uint32_t type, uint16_t misc, const void* data, uint32_t size);

/* sim_emit_raw puts bytes at the head as they are, room or not, and moves head by `advance`: for
 * corrupt and torn records. Always wakes the reader. */
int sim_emit_raw(int event_fd, const void* bytes, size_t size, uint64_t advance);

/* sim_set_positions sets both positions of an unread ring, for wrap at any offset and for positions
 * near 2^32 and 2^63. */
int sim_set_positions(int event_fd, uint64_t head, uint64_t tail);

/* sim_event_fd: the descriptor of the event in a slot of a map, as the map's owner stored it, or a
 * negative errno. */
int sim_event_fd(int map_fd, uint32_t key);

/* sim_ringbuf_output: bpf_ringbuf_output() into the BPF_MAP_TYPE_RINGBUF behind `map_fd`; flags are
 * 0, BPF_RB_NO_WAKEUP or BPF_RB_FORCE_WAKEUP. 0, or as the helper: -EAGAIN for a record that has no
 * room, now or ever, -EINVAL for other flags. -EBADF, -EINVAL for a descriptor of no such map. */
int sim_ringbuf_output(int map_fd, const void* data, uint64_t size, uint64_t flags);

/* sim_ringbuf_reserve: bpf_ringbuf_reserve(). A record of `size` bytes is in the ring from now on,
 * busy; its payload, uninitialized, is at *sample until it is submitted or discarded. Where the
 * helper gives NULL: -E2BIG for a record that never fits, -ENOSPC for one that does not fit now. */
int sim_ringbuf_reserve(int map_fd, uint64_t size, void** sample);
/* sim_ringbuf_submit, sim_ringbuf_discard: the helpers of these names, with a sample of the above.
 * They wake the reader with BPF_RB_FORCE_WAKEUP, or if it has published this record's position and
 * flags have no BPF_RB_NO_WAKEUP. -EINVAL for what is no reserved sample. */
int sim_ringbuf_submit(void* sample, uint64_t flags);
int sim_ringbuf_discard(void* sample, uint64_t flags);

/* sim_user_ringbuf_drain: bpf_user_ringbuf_drain() of the BPF_MAP_TYPE_USER_RINGBUF behind
 * `map_fd`. `callback` gets each sample that was submitted; other than 0 stops after it. It may
 * call anything here. The number of samples, or as the helper: -EBUSY while another drain runs,
 * -EINVAL for flags other than BPF_RB_NO_WAKEUP and BPF_RB_FORCE_WAKEUP, for a producer position
 * that is not a multiple of 8 and for a record beyond it, -E2BIG for a record larger than the ring
 * or than 2^24 - 1. */
typedef long (*sim_user_sample_fn)(const void* data, uint32_t size, void* context);
long sim_user_ringbuf_drain(int map_fd, sim_user_sample_fn callback, void* context, uint64_t flags);

/* The rest is for both kinds of ring. None of it wakes waiters but sim_ringbuf_wake, which wakes
 * them although nothing has happened.
 *
 * sim_ringbuf_set_positions sets both positions, for wrap at any offset and for positions near 2^32
 * and 2^63; no record is busy then. sim_ringbuf_positions gives them as the kernel sees them.
 * sim_ringbuf_poke writes bytes as they are at a position of the data, masked and over its end if
 * need be: for corrupt headers. sim_ringbuf_peek reads them. 0, or -EBADF, -EINVAL for no ring. */
int sim_ringbuf_set_positions(int map_fd, uint64_t consumer, uint64_t producer);
int sim_ringbuf_positions(int map_fd, uint64_t* consumer, uint64_t* producer);
int sim_ringbuf_poke(int map_fd, uint64_t position, const void* bytes, size_t size);
int sim_ringbuf_peek(int map_fd, uint64_t position, void* bytes, size_t size);
int sim_ringbuf_wake(int map_fd);

/* sim_set_long_bits: rings that are made from now on have positions of 32 bits, as in a kernel for
 * a 32-bit machine, or of 64 (which sim_reset brings back). The positions are the kernel's unsigned
 * long; what is behind one of 32 bits in its page stays what it is. */
void sim_set_long_bits(unsigned bits);

/* sim_set_page_count_bits: the kernel counts the pages of a perf ring in `bits` bits. In 32 bits,
 * as Linux up to 6.12 counts them, 2^32 pages are 0: mmap succeeds, and the ring has no room.
 * sim_reset brings 64 back. */
void sim_set_page_count_bits(unsigned bits);

/* sim_set_variables(0): a kernel before Linux 5.2, where programs cannot have variables: it refuses
 * maps that programs may only read or write, and instructions that name the value of a map.
 * sim_reset brings 1 back. */
void sim_set_variables(int on);

/* sim_fail: the nth call (1 is the next one) of `call` fails with `error`; nth 0 takes it back.
 * Calls: perf_event_open ioctl mmap epoll_create epoll_ctl epoll_wait map_info
 * map_look_up map_next_key map_freeze map_batch map_update map_delete map_create prog_load prog_run
 * btf_load pin open_pinned next_id by_id link_create link_update link_detach dup open read malloc
 * getrlimit setrlimit
 * timerfd_create timerfd_settime socket bind send receive seccomp, and "any" which counts all of
 * them. A call that is not simulated (a file that no text was given for, an epoll set without
 * simulated members) is neither counted nor failed. sim_fail_from: that one and every later one. */
void sim_fail(const char* call, unsigned nth, int error);
void sim_fail_from(const char* call, unsigned nth, int error);
/* sim_calls: how often `call` was made since sim_reset. */
unsigned sim_calls(const char* call);

/* The simulated clock, in nanoseconds. It moves by hand, and when a wait finds nothing: then to
 * what is scheduled or to a timer that expires, and at most to the deadline. */
uint64_t sim_now_ns(void);
void sim_advance_ns(uint64_t ns);
/* sim_take_away: something else has the CPU of the code under test from one time to another. What
 * is scheduled happens meanwhile; a wait that ends then returns afterwards. */
void sim_take_away(uint64_t from_ns, uint64_t until_ns);
/* sim_take_for_maps: mapping a page takes so long from now on, in which what is scheduled happens.
 * For perf rings it is about 1100 ns a page on Linux 6.18. */
void sim_take_for_maps(uint64_t ns_per_page);
/* sim_hold_clock: from now on, until the process ends, the clocks of a whole program move with the
 * simulated one, and not with real time, which no two runs have in common. Each reading moves them
 * by a microsecond, so that a loop that waits for a clock ends. */
void sim_hold_clock(void);

/* sim_block_for_threads(1): a wait that finds nothing sleeps in real time until another thread
 * makes something ready, a signal comes, or a timer or the timeout has passed. Without it, time
 * jumps there, and a wait without end fails with EDEADLK and one line on stderr. */
void sim_block_for_threads(int on);

/* sim_output_at: as sim_output, when the clock gets there (during a wait, or by sim_advance_ns). */
int sim_output_at(uint64_t at_ns, int map_fd, unsigned cpu, const void* data, uint32_t size);
/* sim_slow_output_at: sim_begin_output at one time, and sim_finish_output at a later one. */
int sim_slow_output_at(uint64_t begins_ns, uint64_t ends_ns, int map_fd, unsigned cpu,
                       const void* data, uint32_t size);
/* sim_ringbuf_output_at: as sim_ringbuf_output. sim_slow_ringbuf_output_at: sim_ringbuf_reserve at
 * one time, and sim_ringbuf_submit at a later one; a record that finds no room is not written.
 * sim_user_ringbuf_drain_at drains up to `samples` samples then, and drops them. */
int sim_ringbuf_output_at(uint64_t at_ns, int map_fd, const void* data, uint64_t size,
                          uint64_t flags);
int sim_slow_ringbuf_output_at(uint64_t begins_ns, uint64_t ends_ns, int map_fd, const void* data,
                               uint64_t size, uint64_t flags);
int sim_user_ringbuf_drain_at(uint64_t at_ns, int map_fd, unsigned samples, uint64_t flags);

/* sim_netlink_answer: a datagram that a socket of netlink(7) receives after those that were given
 * before, from the port `sender`, which is 0 for the kernel. Sockets have port 4711, in unit tests
 * alone; a request carries the seconds of the simulated clock as its number. Without an answer
 * receiving fails with EDEADLK. */
void sim_netlink_answer(const void* datagram, size_t size, uint32_t sender);

/* sim_loop_at: from then on a program makes `count` calls, each of which has a BPF program write a
 * record of `size` bytes, as sim_output or sim_ringbuf_output; the next call comes `quiet_ns`
 * later, or `woken_ns` where the record woke a reader. fill(context, number, bytes) writes a
 * record's bytes and may do nothing else. */
// NOLINTNEXTLINE(readability-identifier-naming): C includes it too
struct sim_loop {
  int map_fd;
  unsigned cpu;
  uint32_t count, size;
  uint64_t quiet_ns, woken_ns;
  void (*fill)(void* context, uint32_t number, void* bytes);
  void* context;
};
int sim_loop_at(uint64_t at_ns, const struct sim_loop* loop);

/* What is open now: simulated descriptors, mappings, map slots in use, and bytes allocated by the
 * code under test (link seam only; 0 under preload). */
struct sim_live {
  unsigned fds;
  unsigned mappings;
  unsigned slots;
  size_t bytes;
};
#if defined(__cplusplus) && defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
struct sim_live sim_live(void);
#if defined(__cplusplus) && defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#ifdef __cplusplus
}
#endif

#endif /* RINGSIDE_SIM_CONTROL_H */
