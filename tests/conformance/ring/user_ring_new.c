/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* user_ring_new: what user_ring_buffer__new makes, and its errors for bad arguments. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ring/user_ring_rig.h"

static void errno_is_kept(void) {
  void* sample;

  user_ring.map_fd = kernel_user_ring(4096);
  errno = ERANGE;
  user_ring.rb = user_ring_buffer__new(user_ring.map_fd, NULL);
  CHECK_EQ(errno, ERANGE);
  sample = user_ring_buffer__reserve(user_ring.rb, 8);
  CHECK_EQ(errno, ERANGE);
  user_ring_buffer__submit(user_ring.rb, sample);
  sample = user_ring_buffer__reserve_blocking(user_ring.rb, 8, 0);
  CHECK_EQ(errno, ERANGE);
  user_ring_buffer__discard(user_ring.rb, sample);
  CHECK_EQ(errno, ERANGE);
  user_ring_close();
  CHECK_EQ(errno, ERANGE);
}

static void closed_map_fd(void) {
  static const int fds[] = {-1, 9999, INT_MAX, INT_MIN};
  char info[256];

  for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
    int error = -sys_bpf_info(fds[i], info, sizeof(info));

    messages_clear();
    CHECK_NULL(user_ring_buffer__new(fds[i], NULL), error);
    CHECK_WARNED("map_fd");
  }
}

static void map_of_another_type(void) {
  int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int fds[] = {kernel_other_map(), kernel_ring(4096), null_fd};

  for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
    messages_clear();
    CHECK_NULL(user_ring_buffer__new(fds[i], NULL), EINVAL);
    CHECK_WARNED("map_fd");
  }
  close(null_fd);
}

/* Options as bytes, so that a case can claim any size. The size is the only known field. */
union bytes {
  struct user_ring_buffer_opts opts;
  unsigned char byte[64];
};

static int new_with(int fd, const union bytes* opts) {
  struct user_ring_buffer* ring = user_ring_buffer__new(fd, &opts->opts);

  if (!ring)
    return -errno;
  user_ring_buffer__free(ring);
  return 0;
}

static void options_of_every_size(void) {
  user_ring.map_fd = kernel_user_ring(4096);
  for (size_t size = 0; size <= 40; size++) {
    union bytes opts;

    memset(&opts, 0, sizeof(opts));
    opts.opts.sz = size;
    messages_clear();
    CHECK_EQ(new_with(user_ring.map_fd, &opts), size < sizeof(size_t) ? -EINVAL : 0);
    if (size < sizeof(size_t))
      CHECK_WARNED("opts");
    /* The options are checked before the map. */
    if (size < sizeof(size_t))
      CHECK_EQ(new_with(9999, &opts), -EINVAL);
    for (size_t at = sizeof(size_t); at < size; at++) {
      opts.byte[at] = 1;
      CHECK_EQ(new_with(user_ring.map_fd, &opts), -EINVAL);
      opts.byte[at] = 0;
    }
  }
}

static void without_descriptors(void) {
  int probe_fd, result = -1;
  unsigned left;

  skip_under_valgrind();
  user_ring.map_fd = kernel_user_ring(4096);
  probe_fd = dup(user_ring.map_fd);
  close(probe_fd);
  for (left = 0; result != 0 && left < 4; left++) {
    const union bytes opts = {.opts = {.sz = sizeof(size_t)}};
    struct kernel_open before = kernel_open_now(), after;

    messages_clear();
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){(rlim_t)probe_fd + left, 20000});
    result = new_with(user_ring.map_fd, &opts);
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

static void a_step_of_new_fails(void) {
  static const struct {
    const char* call;
    unsigned times;
    int error;
  } steps[] = {{"epoll_create", 1, EMFILE},
               {"map_info", 1, EPERM},
               {"mmap", 2, EPERM},
               {"epoll_ctl", 1, ENOSPC}};

  user_ring.map_fd = kernel_user_ring(4096);
  for (size_t step = 0; step < sizeof(steps) / sizeof(steps[0]); step++)
    for (unsigned nth = 1; nth <= steps[step].times; nth++) {
      struct kernel_open before = kernel_open_now(), after;

      sim.fail(steps[step].call, nth, steps[step].error);
      messages_clear();
      CHECK_NULL(user_ring_buffer__new(user_ring.map_fd, NULL), steps[step].error);
      CHECK_WARNED("map_fd");
      sim.fail(steps[step].call, 0, 0);
      after = kernel_open_now();
      CHECK_EQ(after.fds, before.fds);
      CHECK_EQ(after.mappings, before.mappings);
    }
}

static void free_of_nothing(void) {
  errno = ERANGE;
  user_ring_buffer__free(NULL);
  CHECK_EQ(errno, ERANGE);
}

static void map_fd_closed_by_its_owner(void) {
  int given_fd;

  user_ring.map_fd = kernel_user_ring(4096);
  given_fd = dup(user_ring.map_fd);
  user_ring.rb = user_ring_buffer__new(given_fd, NULL);
  close(given_fd);
  user_ring_write(4);
  user_ring_drains(1);
  user_ring_close();
}

static void rings_of_every_size(void) {
  for (unsigned shift = 12; shift <= 26; shift++) {
    const uint32_t size = (uint32_t)1 << shift;

    if (!user_ring_open(size))
      return;
    CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, size), E2BIG);
    CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, size - 7), E2BIG);
    CHECK(user_ring_buffer__reserve(user_ring.rb, size / 2 - 8) != NULL);
    CHECK(user_ring_buffer__reserve(user_ring.rb, size / 2 - 8) != NULL);
    CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, 0), ENOSPC);
    user_ring_close();
    kernel_close(user_ring.map_fd);
  }
}

static void largest_ring_there_is(void) {
  if (sizeof(long) == 4)
    skip("a 32-bit address space cannot hold it");
  skip_under_valgrind();
  if (!user_ring_open((uint32_t)1 << 31))
    return;
  CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, (uint32_t)1 << 30), E2BIG);
  CHECK(user_ring_buffer__reserve(user_ring.rb, ((uint32_t)1 << 30) - 1) != NULL);
  CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, ((uint32_t)1 << 30) - 1), ENOSPC);
  CHECK(user_ring_buffer__reserve(user_ring.rb, ((uint32_t)1 << 30) - 16) != NULL);
  CHECK_NULL(user_ring_buffer__reserve(user_ring.rb, 0), ENOSPC);
  user_ring_close();
}

CASES(user_ring_new) = {
#define CASE(name_, function_, needs_, ...)                                                        \
  {                                                                                                \
    .name = "user_ring." #name_, .function = "user_ring_buffer__" #function_, .needs = needs_,     \
    .body = name_, __VA_ARGS__                                                                     \
  }
    CASE(errno_is_kept, new, NEEDS_EITHER),
    CASE(closed_map_fd, new, NEEDS_EITHER),
    CASE(map_of_another_type, new, NEEDS_EITHER),
    CASE(options_of_every_size, new, NEEDS_EITHER),
    CASE(without_descriptors, new, NEEDS_LIVE),
    CASE(a_step_of_new_fails, new, NEEDS_SIM),
    CASE(map_fd_closed_by_its_owner, new, NEEDS_EITHER),
    CASE(rings_of_every_size, new, NEEDS_EITHER),
    CASE(largest_ring_there_is, new, NEEDS_LIVE),
    CASE(free_of_nothing, free, NEEDS_NOTHING),
    {.name = NULL},
#undef CASE
};
