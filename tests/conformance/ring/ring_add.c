/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ring_add: sets of several rings, and the state of a set and of the process after a step has
 * failed. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ring/ring_seen.h"

static int add_on(int map_fd) {
  return ring_buffer__add(ring_seen.rb, map_fd, ring_seen_sample, (void*)2);
}

static void the_same_map_twice(void) {
  int second_fd;

  if (!ring_seen_open(4096))
    return;
  messages_clear();
  CHECK_FAILS(add_on(ring_seen.map_fds[0]), EEXIST);
  CHECK_WARNED("epoll");
  /* Another descriptor of the same map makes another ring, with the same positions. */
  second_fd = dup(ring_seen.map_fds[0]);
  CHECK_EQ(add_on(second_fd), 0);
  CHECK_FAILS(add_on(second_fd), EEXIST);
  ring_write(0, 1);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
  CHECK(ring_saw(0, 0, 1));
  ring_seen_close();
  close(second_fd);
}

/* After an add that failed, the other rings still work. */
static void still_reads_both(unsigned already) {
  uint64_t value = already;

  ring_write(0, value);
  ring_write(1, value + 1);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 2);
  CHECK(ring_saw(ring_seen.count - 2, 0, value));
  CHECK(ring_saw(ring_seen.count - 1, 1, value + 1));
  ring_write(1, value + 2);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 1);
  CHECK(ring_saw(ring_seen.count - 1, 1, value + 2));
  if (ring_buffer__ring)
    CHECK_NULL(ring_buffer__ring(ring_seen.rb, 2), ERANGE);
}

static void an_add_that_fails(void) {
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), other_fd = kernel_other_map();
  char info[256];
  struct {
    int fd, error;
  } bad[] = {{-1, 0}, {9999, 0}, {fd, EINVAL}, {other_fd, EINVAL}, {0, EEXIST}};

  if (!ring_seen_open(4096) || !ring_seen_add(8192))
    return;
  bad[0].error = -sys_bpf_info(-1, info, sizeof(info));
  bad[1].error = -sys_bpf_info(9999, info, sizeof(info));
  bad[4].fd = ring_seen.map_fds[1];
  for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    struct kernel_open before = kernel_open_now(), after;

    CHECK_FAILS(add_on(bad[i].fd), bad[i].error);
    after = kernel_open_now();
    CHECK_EQ(after.fds, before.fds);
    CHECK_EQ(after.mappings, before.mappings);
    still_reads_both(i);
  }
  ring_seen_close();
  close(fd);
}

static void two_managers_of_one_map(void) {
  struct ring_buffer* other;

  if (!ring_seen_open(4096))
    return;
  other = ring_seen_make(ring_seen.map_fds[0]);
  if (!CHECK(other != NULL))
    return;
  for (unsigned i = 0; i < 4; i++) {
    ring_write(0, i);
    CHECK_EQ(ring_buffer__consume(i % 2 ? other : ring_seen.rb), 1);
    CHECK_EQ(ring_buffer__consume(i % 2 ? ring_seen.rb : other), 0);
    CHECK(ring_saw(i, 0, i));
  }
  ring_buffer__free(other);
  ring_seen_close();
}

static void without_descriptors(void) {
  int map_fd = kernel_ring(4096), probe_fd = dup(map_fd);
  unsigned left;
  int result = -1;

  skip_under_valgrind();
  close(probe_fd);
  for (left = 0; result != 0 && left < 4; left++) {
    struct kernel_open before = kernel_open_now(), after;

    messages_clear();
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){(rlim_t)probe_fd + left, 20000});
    result = ring_seen_try(map_fd);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){20000, 20000});
    after = kernel_open_now();
    CHECK_EQ(after.fds, before.fds);
    CHECK_EQ(after.mappings, before.mappings);
    if (result != 0) {
      CHECK_EQ(result, -EMFILE);
      CHECK_WARNED("open files");
    }
  }
  CHECK_EQ(result, 0);
  CHECK(left > 1);
}

static void without_address_space(void) {
  const struct rlimit little = {64u << 20, RLIM_INFINITY};
  struct kernel_open before, after;
  int large_fd = kernel_ring(1u << 26);
  struct rlimit all;

  skip_under_valgrind();
  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  before = kernel_open_now();
  getrlimit(RLIMIT_AS, &all);
  setrlimit(RLIMIT_AS, &little);
  messages_clear();
  CHECK_EQ(ring_seen_try(large_fd), -ENOMEM);
  CHECK_WARNED("map_fd");
  CHECK_FAILS(add_on(large_fd), ENOMEM);
  setrlimit(RLIMIT_AS, &all);
  after = kernel_open_now();
  CHECK_EQ(after.fds, before.fds);
  CHECK_EQ(after.mappings, before.mappings);
  still_reads_both(0);
  ring_seen_close();
}

static void a_step_of_new_fails(void) {
  static const struct {
    const char* call;
    unsigned times;
    int error;
  } steps[] = {{"epoll_create", 1, EMFILE}, {"mmap", 2, EPERM}, {"epoll_ctl", 1, ENOSPC}};
  int map_fd = kernel_ring(4096);

  for (size_t step = 0; step < sizeof(steps) / sizeof(steps[0]); step++)
    for (unsigned nth = 1; nth <= steps[step].times; nth++) {
      struct kernel_open before = kernel_open_now(), after;

      sim.fail(steps[step].call, nth, steps[step].error);
      messages_clear();
      CHECK_NULL(ring_seen_make(map_fd), steps[step].error);
      CHECK_WARNED("ring_buffer");
      sim.fail(steps[step].call, 0, 0);
      after = kernel_open_now();
      CHECK_EQ(after.fds, before.fds);
      CHECK_EQ(after.mappings, before.mappings);
    }
}

static void a_step_of_add_fails(void) {
  static const struct {
    const char* call;
    unsigned times;
    int error;
  } steps[] = {{"map_info", 1, EPERM}, {"mmap", 2, EPERM}, {"epoll_ctl", 1, ENOSPC}};
  unsigned failures = 0;
  int third_fd;

  if (!ring_seen_open(4096) || !ring_seen_add(4096))
    return;
  third_fd = kernel_ring(4096);
  for (size_t step = 0; step < sizeof(steps) / sizeof(steps[0]); step++)
    for (unsigned nth = 1; nth <= steps[step].times; nth++) {
      struct kernel_open before = kernel_open_now(), after;

      sim.fail(steps[step].call, nth, steps[step].error);
      CHECK_FAILS(add_on(third_fd), steps[step].error);
      sim.fail(steps[step].call, 0, 0);
      after = kernel_open_now();
      CHECK_EQ(after.fds, before.fds);
      CHECK_EQ(after.mappings, before.mappings);
      still_reads_both(failures++);
    }
  CHECK_EQ(add_on(third_fd), 0);
  ring_seen_close();
}

CASES(ring_add) = {
#define CASE(name_, function_, needs_, ...)                                                        \
  {                                                                                                \
    .name = "ring_add." #name_, .function = "ring_buffer__" #function_, .needs = needs_,           \
    .body = name_, __VA_ARGS__                                                                     \
  }
    CASE(two_managers_of_one_map, new, NEEDS_EITHER), CASE(without_descriptors, new, NEEDS_LIVE),
    CASE(without_address_space, new, NEEDS_LIVE),     CASE(a_step_of_new_fails, new, NEEDS_SIM),
    CASE(the_same_map_twice, add, NEEDS_EITHER),      CASE(an_add_that_fails, add, NEEDS_EITHER),
    CASE(a_step_of_add_fails, add, NEEDS_SIM),        {.name = NULL},
#undef CASE
};
