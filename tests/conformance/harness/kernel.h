/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* kernel: the kernel that a case uses, real or simulated, with one set of calls for both. It is the
 * simulated one if the simulator is preloaded. */
#ifndef RINGSIDE_CONFORM_KERNEL_H
#define RINGSIDE_CONFORM_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/sim_control.h"

enum { kernel_payload_max = 65536 };

/* kernel_is_sim: the simulator is preloaded. */
bool kernel_is_sim(void);

/* kernel_refusal: why cases cannot use the real kernel on this machine; NULL if they can. */
const char* kernel_refusal(void);

/* kernel_since: whether the kernel is Linux `release` or later. The simulated one is the newest. */
bool kernel_since(const char* release);

/* kernel_start prepares for a case, with `cpus` CPUs if the kernel is simulated. kernel_end closes
 * the maps that the case left open. */
void kernel_start(unsigned cpus);
void kernel_end(void);

/* kernel_cpus: the number of possible CPUs. */
unsigned kernel_cpus(void);

/* kernel_map makes a perf event array; it stays open until kernel_end or kernel_close. */
int kernel_map(unsigned max_entries);
int kernel_other_map(void);
void kernel_close(int map_fd);

/* kernel_take_slots empties the first `count` slots of a map and returns how many held an event. */
unsigned kernel_take_slots(int map_fd, unsigned count);

/* kernel_output: a BPF program on `cpu` writes `size` bytes to the ring of that CPU in the map.
 * Returns what bpf_perf_event_output() returned. The wakeup, if any, happens before it returns. */
int kernel_output(int map_fd, unsigned cpu, const void* data, uint32_t size);

/* kernel_output_to: the same for the event in slot `key`. On the real kernel only. */
int kernel_output_to(int map_fd, unsigned cpu, unsigned key, const void* data, uint32_t size);

/* kernel_set_file sets the text of /sys/devices/system/cpu/{possible,online} for this case alone;
 * NULL removes the file. On the real kernel it does so in a mount namespace of its own. */
void kernel_set_file(const char* name, const char* text);

/* kernel_drop_privileges: from now on the process may not open events of a whole CPU. */
void kernel_drop_privileges(void);

/* kernel_open_now: the open descriptors, and the mappings of perf events and of maps. */
struct kernel_open {
  unsigned fds;
  unsigned mappings;
};
struct kernel_open kernel_open_now(void);

/* The functions that control the simulator, for cases that run on it alone. */
struct sim_calls {
  void (*reset)(unsigned cpus);
  void (*set_online)(unsigned cpu, int online);
  void (*set_file)(const char* path, const char* text);
  int (*output)(int map_fd, unsigned cpu, const void* data, uint32_t size);
  int (*emit)(int event_fd, uint32_t type, uint16_t misc, const void* data, uint32_t size);
  int (*emit_raw)(int event_fd, const void* bytes, size_t size, uint64_t advance);
  int (*set_positions)(int event_fd, uint64_t head, uint64_t tail);
  void (*set_page_count_bits)(unsigned bits);
  void (*set_variables)(int on);
  uint32_t (*add_module)(const char* name, const void* btf, uint32_t size);
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
