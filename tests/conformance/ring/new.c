/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* new: what perf_buffer__new makes, and its errors for bad arguments. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/kernel.h"
#include "ring/seen.h"
#include "support/bpf_calls.h"

static struct seen seen;

static struct perf_buffer* make(int map_fd, size_t page_count) {
  return perf_buffer__new(map_fd, page_count, seen_sample, seen_lost, &seen, NULL);
}

static void a_ring_for_each_cpu(void) {
  unsigned cpus = kernel_cpus();
  int map_fd = kernel_map(cpus);
  struct perf_buffer* pb = make(map_fd, 1);

  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), cpus);
  for (unsigned cpu = 0; cpu < cpus; cpu++) {
    uint64_t payload = 100 + cpu;

    CHECK_EQ(kernel_output(map_fd, cpu, &payload, sizeof(payload)), 0);
    CHECK_EQ(perf_buffer__consume_buffer(pb, cpu), 0);
    if (CHECK_EQ(seen.count, cpu + 1)) {
      CHECK_EQ(seen.events[cpu].cpu, cpu);
      CHECK_EQ(seen.events[cpu].first, payload);
    }
  }
  perf_buffer__free(pb);
}

static void errno_is_kept(void) {
  struct perf_buffer* pb;
  int map_fd = kernel_map(kernel_cpus());

  errno = ERANGE;
  pb = make(map_fd, 1);
  CHECK_EQ(errno, ERANGE);
  perf_buffer__free(pb);
}

static void closed_map_fd(void) {
  static const int fds[] = {-1, 9999, INT32_MAX, INT32_MIN};
  char info[256];

  for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
    /* The error of the kernel: EBADFD, or EBADF. */
    int error = -sys_bpf_info(fds[i], info, sizeof(info));

    CHECK(error == EBADF || error == EBADFD);
    messages_clear();
    CHECK_NULL(make(fds[i], 1), error);
    CHECK_WARNED("map_fd");
  }
}

static void fd_that_is_no_map(void) {
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

  /* An old kernel, without the info of a map, gives EINVAL, too. Then the first slot fails. */
  CHECK_NULL(make(fd, 1), EINVAL);
  CHECK_WARNED("map");
  close(fd);
}

static void map_of_another_type(void) {
  int map_fd = kernel_other_map();

  CHECK_NULL(make(map_fd, 1), EINVAL);
  CHECK_WARNED("map_fd");
}

static void page_counts_refused(void) {
  static const size_t counts[] = {0, 3, 5, 6, 7, 9, 1000, ((size_t)1 << 40) + 1, SIZE_MAX};
  int map_fd = kernel_map(kernel_cpus());

  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
    messages_clear();
    CHECK_NULL(make(map_fd, counts[i]), EINVAL);
    CHECK_WARNED("page_cnt");
  }
}

static void page_counts_taken(void) {
  int map_fd = kernel_map(kernel_cpus());

  for (size_t count = 1; count <= 64; count *= 2) {
    struct perf_buffer* pb = make(map_fd, count);
    size_t size = 0;
    void* base = NULL;

    if (!CHECK(pb != NULL))
      return;
    CHECK_EQ(perf_buffer__buffer(pb, 0, &base, &size), 0);
    CHECK_EQ(size, count * (size_t)sysconf(_SC_PAGESIZE));
    perf_buffer__free(pb);
  }
}

/* Linux up to 6.12 counts pages in 32 bits: 2^32 pages become 0, a ring without room. */
static bool kernel_maps_none_for_2_32(void) {
  const size_t size = (((size_t)1 << 32) + 1) * (size_t)sysconf(_SC_PAGESIZE);
  struct perf_event_attr attr = {
      .size = sizeof(attr), .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_BPF_OUTPUT};
  int fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
  void* ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  bool mapped = ring != MAP_FAILED;

  if (mapped)
    munmap(ring, size);
  close(fd);
  return mapped;
}

static void page_counts_beyond_memory(void) {
  /* The last is the largest whose bytes, with the header page, fit into 64 bits. */
  static const unsigned shifts[] = {28, 32, 40, 51};
  int map_fd = kernel_map(kernel_cpus());

  skip_under_valgrind();
  for (size_t i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++) {
    if (shifts[i] == 32 && kernel_maps_none_for_2_32())
      continue;
    messages_clear();
    CHECK_NULL(make(map_fd, (size_t)1 << shifts[i]), ENOMEM);
    CHECK_WARNED("page");
  }
  CHECK_EQ(kernel_take_slots(map_fd, kernel_cpus()), 0);
}

/* Powers of two, with more bytes than a size_t can count. */
static void page_counts_whose_bytes_wrap(void) {
  static const unsigned shifts[] = {52, 53, 60, 63};
  int map_fd = kernel_map(kernel_cpus());

  for (size_t i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++) {
    size_t count = (size_t)1 << shifts[i];

    if (differs()) {
      messages_clear();
      CHECK_NULL(make(map_fd, count), EINVAL);
      CHECK_WARNED("page_cnt");
    } else {
      struct perf_buffer* pb = make(map_fd, count);

      CHECK(pb != NULL);
      perf_buffer__free(pb);
    }
  }
}

/* As 2^32 pages do on a kernel that counts them in 32 bits. */
static void page_count_beyond_the_kernels(void) {
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb;

  sim.set_page_count_bits(10);
  pb = make(map_fd, 512);
  CHECK(pb != NULL);
  perf_buffer__free(pb);
  messages_clear();
  pb = make(map_fd, 1024);
  if (differs()) {
    CHECK(pb == NULL);
    CHECK_EQ(errno, ENOMEM);
    CHECK_WARNED("CPU 0");
  } else if (CHECK(pb != NULL)) {
    perf_buffer__free(pb);
  }
}

static void options_come_before_pages_before_map(void) {
  struct perf_buffer_opts bad = {.sz = 1};
  int other_fd = kernel_other_map();

  CHECK_NULL(perf_buffer__new(9999, 0, NULL, NULL, NULL, &bad), EINVAL);
  CHECK_NULL(make(9999, 3), EINVAL);
  CHECK_NULL(make(other_fd, 3), EINVAL);
}

static void fewer_entries_than_cpus(void) {
  int map_fd = kernel_map(1);
  struct perf_buffer* pb = make(map_fd, 1);
  uint64_t payload = 7;

  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), 1);
  CHECK_EQ(kernel_output(map_fd, 0, &payload, sizeof(payload)), 0);
  CHECK_EQ(perf_buffer__poll(pb, 0), 1);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

static void more_entries_than_cpus(void) {
  int map_fd = kernel_map(kernel_cpus() + 3);
  struct perf_buffer* pb = make(map_fd, 1);

  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), kernel_cpus());
  perf_buffer__free(pb);
}

static void callbacks_may_be_null(void) {
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb = perf_buffer__new(map_fd, 1, NULL, NULL, NULL, NULL);
  char payload[1000] = "x";

  if (!CHECK(pb != NULL))
    return;
  /* More than the ring holds, so that there is a LOST record, too. */
  for (int i = 0; i < 6; i++)
    kernel_output(map_fd, 0, payload, sizeof(payload));
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(kernel_output(map_fd, 0, payload, sizeof(payload)), 0);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  /* The ring is empty: it has as much room as at first. */
  for (int i = 0; i < 4; i++)
    CHECK_EQ(kernel_output(map_fd, 0, payload, sizeof(payload)), 0);
  perf_buffer__free(pb);
}

static void without_privileges(void) {
  int map_fd = kernel_map(kernel_cpus());

  kernel_drop_privileges();
  CHECK_NULL(make(map_fd, 1), EACCES);
  CHECK_WARNED("perf_event_paranoid");
  CHECK_EQ(kernel_take_slots(map_fd, kernel_cpus()), 0);
}

/* With too few descriptors new fails and leaves nothing behind; with enough it succeeds. */
static void without_descriptors(void) {
  const unsigned cpus = kernel_cpus();
  int map_fd = kernel_map(cpus), probe_fd = dup(map_fd);
  struct perf_buffer* pb = NULL;
  unsigned left;

  skip_under_valgrind();
  close(probe_fd);
  for (left = 0; !pb && left < cpus + 8; left++) {
    const struct rlimit limit = {(rlim_t)probe_fd + left, 20000};
    struct kernel_open before = kernel_open_now(), after;

    messages_clear();
    setrlimit(RLIMIT_NOFILE, &limit);
    errno = 0;
    pb = make(map_fd, 1);
    if (!pb) {
      CHECK_EQ(errno, EMFILE);
      CHECK_WARNED("open files");
    }
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){20000, 20000});
    after = kernel_open_now();
    if (!pb) {
      CHECK_EQ(after.fds, before.fds);
      CHECK_EQ(after.mappings, before.mappings);
      CHECK_EQ(kernel_take_slots(map_fd, cpus), 0);
    }
  }
  CHECK(pb != NULL);
  /* It needs at least an epoll set, and an event for each CPU. */
  CHECK(left >= cpus + 1);
  perf_buffer__free(pb);
}

static void kernel_too_old_for_map_info(void) {
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb;

  sim.fail("map_info", 1, EINVAL);
  pb = make(map_fd, 1);
  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), kernel_cpus());
  perf_buffer__free(pb);
}

static void map_info_refused(void) {
  static const int errors[] = {EPERM, EBADF, EFAULT, ENOMEM};
  int map_fd = kernel_map(kernel_cpus());

  for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
    sim.fail("map_info", 1, errors[i]);
    CHECK_NULL(make(map_fd, 1), errors[i]);
  }
}

/* Each of these steps fails at the first, second, ... ring. */
static void a_step_fails(void) {
  static const struct {
    const char* call;
    int error;
  } steps[] = {
      {"epoll_create", EMFILE}, {"perf_event_open", ENODEV}, {"mmap", EPERM},
      {"ioctl", ENOMEM},        {"map_update", ENOMEM},      {"epoll_ctl", ENOSPC},
  };
  const unsigned cpus = kernel_cpus();
  int map_fd = kernel_map(cpus);

  for (size_t step = 0; step < sizeof(steps) / sizeof(steps[0]); step++) {
    unsigned times = strcmp(steps[step].call, "epoll_create") == 0 ? 1 : cpus;

    for (unsigned nth = 1; nth <= times; nth++) {
      struct kernel_open before = kernel_open_now(), after;
      unsigned already = sim.calls(steps[step].call);

      sim.fail(steps[step].call, nth, steps[step].error);
      CHECK_NULL(make(map_fd, 1), steps[step].error);
      CHECK(sim.calls(steps[step].call) >= already + nth);
      after = kernel_open_now();
      CHECK_EQ(after.fds, before.fds);
      CHECK_EQ(after.mappings, before.mappings);
      CHECK_EQ(kernel_take_slots(map_fd, cpus), 0);
    }
  }
}

CASES(new) = {
#define CASE(name_, needs_, ...)                                                                   \
  {                                                                                                \
    .name = "new." #name_, .function = "perf_buffer__new", .needs = needs_, .body = name_,         \
    __VA_ARGS__                                                                                    \
  }
    CASE(a_ring_for_each_cpu, NEEDS_EITHER),
    CASE(errno_is_kept, NEEDS_EITHER),
    CASE(closed_map_fd, NEEDS_EITHER),
    CASE(fd_that_is_no_map, NEEDS_EITHER),
    CASE(map_of_another_type, NEEDS_EITHER),
    CASE(page_counts_refused, NEEDS_EITHER),
    CASE(page_counts_taken, NEEDS_EITHER),
    CASE(page_counts_beyond_memory, NEEDS_EITHER),
    CASE(page_counts_whose_bytes_wrap, NEEDS_EITHER, .difference = "page-bytes-wrap"),
    CASE(page_count_beyond_the_kernels, NEEDS_SIM, .difference = "ring-without-room"),
    CASE(options_come_before_pages_before_map, NEEDS_EITHER),
    CASE(fewer_entries_than_cpus, NEEDS_EITHER),
    CASE(more_entries_than_cpus, NEEDS_EITHER),
    CASE(callbacks_may_be_null, NEEDS_EITHER),
    CASE(without_privileges, NEEDS_EITHER),
    CASE(without_descriptors, NEEDS_LIVE),
    CASE(kernel_too_old_for_map_info, NEEDS_SIM),
    CASE(map_info_refused, NEEDS_SIM),
    CASE(a_step_fails, NEEDS_SIM),
    {.name = NULL},
#undef CASE
};
