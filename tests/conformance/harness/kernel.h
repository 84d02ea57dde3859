/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* kernel: the kernel under a case, real or simulated, behind one set of calls. The simulated one
 * is found by name in the process (preloaded); everything else is the real one. */
#ifndef RINGSIDE_CONFORM_KERNEL_H
#define RINGSIDE_CONFORM_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/sim_control.h"

enum { kernel_payload_max = 65536 };

/* kernel_is_sim: the simulator is preloaded. */
bool kernel_is_sim(void);

/* kernel_refusal: why no case can use the real kernel here, or NULL. */
const char* kernel_refusal(void);

/* kernel_start makes ready for a case with `cpus` simulated CPUs; the real kernel has what it has.
 * kernel_end closes the maps that the case left open. */
void kernel_start(unsigned cpus);
void kernel_end(void);

/* kernel_cpus: number of possible CPUs. */
unsigned kernel_cpus(void);

/* kernel_map makes a perf event array; it stays open until kernel_end or kernel_close. */
int kernel_map(unsigned max_entries);
int kernel_other_map(void);
void kernel_close(int map_fd);

/* kernel_take_slots empties the first `count` slots of a map and returns how many held an event. */
unsigned kernel_take_slots(int map_fd, unsigned count);

/* kernel_output: a program on `cpu` writes `size` bytes to the map's ring for that CPU. Returns
 * what bpf_perf_event_output() returns. The reader has been woken when this returns. */
int kernel_output(int map_fd, unsigned cpu, const void* data, uint32_t size);

/* kernel_output_to: the same for the event in slot `key`. Real kernel only. */
int kernel_output_to(int map_fd, unsigned cpu, unsigned key, const void* data, uint32_t size);

/* kernel_set_file: the text of one of the files /sys/devices/system/cpu/{possible,online}, for this
 * case alone; NULL takes the file away. On the real kernel: in a mount namespace of the case's own.
 */
void kernel_set_file(const char* name, const char* text);

/* kernel_drop_privileges: from now on the process may not open events of a whole CPU. */
void kernel_drop_privileges(void);

/* kernel_open_now: what is open: descriptors, and mappings of perf events and of maps. */
struct kernel_open {
  unsigned fds;
  unsigned mappings;
};
struct kernel_open kernel_open_now(void);

/* The simulator's controls, for cases that run on it alone. */
struct sim_calls {
  void (*reset)(unsigned cpus);
  void (*set_online)(unsigned cpu, int online);
  void (*set_file)(const char* path, const char* text);
  int (*output)(int map_fd, unsigned cpu, const void* data, uint32_t size);
  int (*emit)(int event_fd, uint32_t type, uint16_t misc, const void* data, uint32_t size);
  int (*emit_raw)(int event_fd, const void* bytes, size_t size, uint64_t advance);
  int (*set_positions)(int event_fd, uint64_t head, uint64_t tail);
  int (*event_fd)(int map_fd, uint32_t key);
  void (*fail)(const char* call, unsigned nth, int error);
  void (*fail_from)(const char* call, unsigned nth, int error);
  unsigned (*calls)(const char* call);
  uint64_t (*now_ns)(void);
  void (*hold_clock)(void);
  int (*output_at)(uint64_t at_ns, int map_fd, unsigned cpu, const void* data, uint32_t size);
  struct sim_live (*live)(void);
  int (*ringbuf_output)(int map_fd, const void* data, uint64_t size, uint64_t flags);
  int (*ringbuf_reserve)(int map_fd, uint64_t size, void** sample);
  int (*ringbuf_submit)(void* sample, uint64_t flags);
  int (*ringbuf_discard)(void* sample, uint64_t flags);
  int (*ringbuf_set_positions)(int map_fd, uint64_t consumer, uint64_t producer);
  int (*ringbuf_poke)(int map_fd, uint64_t position, const void* bytes, size_t size);
  int (*ringbuf_wake)(int map_fd);
  int (*ringbuf_output_at)(uint64_t at_ns, int map_fd, const void* data, uint64_t size,
                           uint64_t flags);
  long (*user_ringbuf_drain)(int map_fd, sim_user_sample_fn callback, void* context,
                             uint64_t flags);
  int (*user_ringbuf_drain_at)(uint64_t at_ns, int map_fd, unsigned samples, uint64_t flags);
};
extern struct sim_calls sim;

#endif /* RINGSIDE_CONFORM_KERNEL_H */
