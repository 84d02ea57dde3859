/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* kernel_rings: by BPF programs on the real kernel, by control functions on the simulated one. */
#include "ring/kernel_rings.h"

#include <sys/mman.h>
#include <unistd.h>

#include "harness/conform.h"
#include "harness/kernel_live.h"

static struct drain_log drained;

static int make_ring(enum bpf_map_type type, uint32_t size, const char* kind) {
  int map_fd = sys_bpf_map_create(type, 0, 0, size, 0);
  static char why[128];

  if (map_fd == -EINVAL) {
    /* Every kernel accepts this size: if this fails, the kernel does not know the type. */
    int small_fd = sys_bpf_map_create(type, 0, 0, (uint32_t)sysconf(_SC_PAGESIZE), 0);

    if (small_fd < 0) {
      snprintf(why, sizeof(why), "the kernel has no %s", kind);
      skip(why);
    }
    close(small_fd);
  }
  if (map_fd == -ENOMEM)
    skip("no memory for a ring of this size");
  if (map_fd < 0)
    kernel_die(kind, -map_fd);
  return map_fd;
}

int kernel_ring(uint32_t size) {
  int map_fd = make_ring(BPF_MAP_TYPE_RINGBUF, size, "BPF ring buffer");
  int program_fd = -1;

  if (!kernel_is_sim()) {
    program_fd = load_ring_output(map_fd, kernel_data_fd(), kernel_payload_max);
    if (program_fd < 0)
      kernel_die("program that writes to a ring", -program_fd);
  }
  kernel_keep(map_fd, program_fd);
  return map_fd;
}

int kernel_ring_write(int map_fd, const void* data, uint32_t size, uint64_t flags) {
  if (kernel_is_sim())
    return sim.ringbuf_output(map_fd, data, size, flags);
  return kernel_run_writer(map_fd, 0, flags, data, size);
}

int kernel_ring_commit(int map_fd, uint32_t size, uint64_t value, enum commit commit,
                       uint64_t flags) {
  const uint64_t args[2] = {value, flags};
  int program_fd, result;
  void* sample;

  if (kernel_is_sim()) {
    result = sim.ringbuf_reserve(map_fd, size, &sample);
    if (result != 0)
      return -ENOSPC;
    memcpy(sample, &value, sizeof(value));
    return commit == SUBMIT ? sim.ringbuf_submit(sample, flags)
                            : sim.ringbuf_discard(sample, flags);
  }
  program_fd = load_ring_reserve(
      map_fd, (int)size, commit == SUBMIT ? BPF_FUNC_ringbuf_submit : BPF_FUNC_ringbuf_discard);
  if (program_fd < 0)
    kernel_die("program that reserves in a ring", -program_fd);
  result = kernel_run(program_fd, 0, args, 2);
  close(program_fd);
  return result;
}

/* The array map that the program of a user ring writes to. bpf() reads and writes its value, since
 * a mapping would look like one that the library left behind. */
static int log_fd = -1;

int kernel_user_ring(uint32_t size) {
  int map_fd = make_ring(BPF_MAP_TYPE_USER_RINGBUF, size, "user ring buffer");
  int program_fd = -1;

  if (!kernel_is_sim()) {
    if (log_fd < 0) {
      log_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, sizeof(struct drain_log), 1, 0);
      if (log_fd < 0)
        kernel_die("map for what is drained", -log_fd);
      kernel_keep(log_fd, -1);
    }
    program_fd = load_drain_program(map_fd, log_fd);
    if (program_fd < 0)
      kernel_die("program that drains a ring", -program_fd);
  }
  kernel_keep(map_fd, program_fd);
  return map_fd;
}

static long take(const void* data, uint32_t size, void* context) {
  (void)context;
  if (drained.count == drain_samples_max)
    return 1;
  drained.samples[drained.count].size = size;
  drained.samples[drained.count].first = 0;
  memcpy(&drained.samples[drained.count].first, data, size < 8 ? size : 8);
  memcpy(drained.last, data, size < drain_last_max ? size : drain_last_max);
  return ++drained.count == drained.stop;
}

long kernel_drain(int map_fd, unsigned stop, uint64_t flags) {
  const uint64_t args[1] = {flags};
  const uint32_t key = 0;
  long result;

  memset(&drained, 0, sizeof(drained));
  drained.stop = stop;
  if (kernel_is_sim())
    return sim.user_ringbuf_drain(map_fd, take, NULL, flags);
  if (sys_bpf_map_update(log_fd, &key, &drained) != 0)
    kernel_die("what is drained", errno);
  result = kernel_run(kernel_program_of(map_fd), 0, args, 1);
  if (sys_bpf_map_lookup(log_fd, &key, &drained) != 0)
    kernel_die("what was drained", errno);
  return result;
}

const struct drain_log* kernel_drained(void) {
  return &drained;
}

static unsigned long* map_position(int map_fd, long page) {
  size_t page_size = (size_t)sysconf(_SC_PAGESIZE);
  void* mapping =
      mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, page * (long)page_size);

  if (mapping == MAP_FAILED)
    mapping = mmap(NULL, page_size, PROT_READ, MAP_SHARED, map_fd, page * (long)page_size);
  if (mapping == MAP_FAILED)
    kernel_die("mapping of a position", errno);
  return mapping;
}

struct ring_positions kernel_ring_positions(int map_fd) {
  return (struct ring_positions){map_position(map_fd, 0), map_position(map_fd, 1)};
}

void kernel_forget_positions(struct ring_positions positions) {
  size_t page_size = (size_t)sysconf(_SC_PAGESIZE);

  munmap((void*)(uintptr_t)positions.consumer, page_size);
  munmap((void*)(uintptr_t)positions.producer, page_size);
}
