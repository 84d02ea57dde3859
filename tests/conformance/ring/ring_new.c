/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ring_new: what ring_buffer__new makes, and its errors for bad arguments. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "ring/ring_seen.h"

static void reads_its_ring(void) {
  if (!ring_seen_open(4096))
    return;
  ring_write(0, 7);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 1);
  CHECK(ring_saw(0, 0, 7));
  ring_seen_close();
}

static void errno_is_kept(void) {
  int map_fd = kernel_ring(4096), second_fd = kernel_ring(4096);

  errno = ERANGE;
  ring_seen.rb = ring_seen_make(map_fd);
  CHECK_EQ(errno, ERANGE);
  CHECK_EQ(ring_buffer__add(ring_seen.rb, second_fd, ring_seen_sample, NULL), 0);
  CHECK_EQ(errno, ERANGE);
  ring_seen_close();
  CHECK_EQ(errno, ERANGE);
}

static void closed_map_fd(void) {
  static const int fds[] = {-1, 9999, INT_MAX, INT_MIN};
  char info[256];

  for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
    /* The error of the kernel: EBADFD, or EBADF. */
    int error = -sys_bpf_info(fds[i], info, sizeof(info));

    CHECK(error == EBADF || error == EBADFD);
    messages_clear();
    CHECK_NULL(ring_seen_make(fds[i]), error);
    CHECK_WARNED("map_fd");
  }
}

static void fd_that_is_no_map(void) {
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

  CHECK_NULL(ring_seen_make(fd), EINVAL);
  CHECK_WARNED("map_fd");
  close(fd);
}

static void map_of_another_type(void) {
  const int fds[] = {kernel_other_map(), kernel_map(kernel_cpus()), kernel_user_ring(4096)};

  for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
    messages_clear();
    CHECK_NULL(ring_seen_make(fds[i]), EINVAL);
    CHECK_WARNED("RINGBUF");
  }
}

/* Options as bytes, so that a case can claim any size. The size is the only known field. */
union bytes {
  struct ring_buffer_opts opts;
  unsigned char byte[64];
};

static int new_with(int map_fd, const union bytes* opts) {
  struct ring_buffer* rb = ring_buffer__new(map_fd, ring_seen_sample, NULL, &opts->opts);

  if (!rb)
    return -errno;
  ring_buffer__free(rb);
  return 0;
}

static void options_of_every_size(void) {
  int map_fd = kernel_ring(4096);

  for (size_t size = 0; size <= 40; size++) {
    union bytes opts;

    memset(&opts, 0, sizeof(opts));
    opts.opts.sz = size;
    messages_clear();
    CHECK_EQ(new_with(map_fd, &opts), size < sizeof(size_t) ? -EINVAL : 0);
    if (size < sizeof(size_t))
      CHECK_WARNED("opts");
  }
}

static void options_with_garbage_behind(void) {
  int map_fd = kernel_ring(4096);

  for (size_t at = sizeof(size_t); at < 40; at++) {
    union bytes opts;

    memset(&opts, 0, sizeof(opts));
    opts.byte[at] = 1;
    opts.opts.sz = 40;
    messages_clear();
    CHECK_EQ(new_with(map_fd, &opts), -EINVAL);
    CHECK_WARNED("opts");
    /* The first byte that is not within the size. */
    opts.opts.sz = at;
    CHECK_EQ(new_with(map_fd, &opts), 0);
  }
}

static void options_come_before_the_map(void) {
  const union bytes bad = {.opts = {.sz = 1}};

  CHECK_EQ(new_with(9999, &bad), -EINVAL);
  CHECK_EQ(new_with(kernel_other_map(), &bad), -EINVAL);
}

static void callback_may_be_null(void) {
  int map_fd = kernel_ring(4096);
  struct ring_buffer* rb = ring_buffer__new(map_fd, NULL, NULL, NULL);

  CHECK(rb != NULL);
  ring_buffer__free(rb);
}

/* The kernel drops and counts new records. */
static void null_callback_and_a_record(void) {
  int map_fd = kernel_ring(4096);
  struct ring_buffer* rb = ring_buffer__new(map_fd, NULL, NULL, NULL);
  uint64_t value = 1;

  CHECK_EQ(kernel_ring_write(map_fd, &value, sizeof(value), 0), 0);
  CHECK_EQ(ring_buffer__consume(rb), 1);
  CHECK_EQ(ring_buffer__consume(rb), 0);
  ring_buffer__free(rb);
}

static void rings_of_every_size(void) {
  for (unsigned shift = 12; shift <= 26; shift++) {
    uint32_t size = (uint32_t)1 << shift, half = size / 2 - 8;

    if (!ring_seen_open(size))
      return;
    ring_seen_clear();
    /* Three records of half a ring: the third begins again at offset 0. */
    for (uint64_t i = 0; i < 3; i++) {
      CHECK_EQ(kernel_ring_commit(ring_seen.map_fds[0], half - 8, i, SUBMIT, 0), 0);
      CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
      CHECK_EQ(ring_seen.samples[i].size, half - 8);
      CHECK_EQ(ring_seen.samples[i].first, i);
    }
    ring_seen_close();
    kernel_close(ring_seen.map_fds[0]);
  }
}

static void largest_ring_there_is(void) {
  const uint32_t size = (uint32_t)1 << 31, record = ((uint32_t)1 << 30) - 8;

  if (sizeof(long) == 4)
    skip("a 32-bit address space cannot hold it");
  skip_under_valgrind();
  if (!ring_seen_open(size))
    return;
  /* Five records of 1 GiB: past the end of the ring, and past 2^32. */
  for (uint64_t i = 0; i < 5; i++) {
    CHECK_EQ(kernel_ring_commit(ring_seen.map_fds[0], record, i, SUBMIT, 0), 0);
    CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
    CHECK_EQ(ring_seen.samples[i].size, record);
    CHECK_EQ(ring_seen.samples[i].first, i);
  }
  if (ring_buffer__ring) {
    const struct ring* ring = ring_buffer__ring(ring_seen.rb, 0);

    CHECK(ring__consumer_pos(ring) == 5ul << 30);
    CHECK(ring__size(ring) == size);
  }
  ring_seen_close();
}

static void a_ring_with_records_unread(void) {
  uint64_t value = 3;

  ring_seen.map_fds[0] = kernel_ring(4096);
  CHECK_EQ(kernel_ring_write(ring_seen.map_fds[0], &value, sizeof(value), BPF_RB_NO_WAKEUP), 0);
  ring_seen.rb = ring_seen_make(ring_seen.map_fds[0]);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 0), 1);
  CHECK(ring_saw(0, 0, 3));
  ring_seen_close();
}

static void map_fd_closed_by_its_owner(void) {
  int map_fd, writer_fd = kernel_ring(4096);
  uint64_t value = 5;

  map_fd = dup(writer_fd);
  ring_seen.rb = ring_seen_make(map_fd);
  close(map_fd);
  CHECK_EQ(kernel_ring_write(writer_fd, &value, sizeof(value), 0), 0);
  CHECK_EQ(ring_buffer__poll(ring_seen.rb, 1000), 1);
  CHECK_EQ(kernel_ring_write(writer_fd, &value, sizeof(value), 0), 0);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
  ring_seen_close();
}

/* map_with_access: another descriptor of a map, only for reading or only for writing. */
static int map_with_access(int map_fd, uint32_t access) {
  struct bpf_map_info info;
  union bpf_attr attr;

  sys_bpf_info(map_fd, &info, sizeof(info));
  memset(&attr, 0, sizeof(attr));
  attr.map_id = info.id;
  attr.open_flags = access;
  return sys_bpf(BPF_MAP_GET_FD_BY_ID, &attr);
}

static void map_fd_of_too_little_access(void) {
  static const uint32_t access[] = {BPF_F_RDONLY, BPF_F_WRONLY};
  int map_fd = kernel_ring(4096);

  for (unsigned i = 0; i < 2; i++) {
    int fd = map_with_access(map_fd, access[i]);

    if (fd < 0)
      skip("maps are not opened by their number here");
    messages_clear();
    CHECK_EQ(ring_seen_try(fd), -EACCES);
    CHECK_WARNED("map_fd");
    close(fd);
  }
}

static void map_info_refused(void) {
  static const int errors[] = {EINVAL, EPERM, EBADF, EFAULT, ENOMEM};
  int map_fd = kernel_ring(4096);

  for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
    sim.fail("map_info", 1, errors[i]);
    CHECK_NULL(ring_seen_make(map_fd), errors[i]);
  }
}

static void free_of_nothing(void) {
  errno = ERANGE;
  ring_buffer__free(NULL);
  CHECK_EQ(errno, ERANGE);
}

static void free_leaves_what_is_unread(void) {
  if (!ring_seen_open(4096))
    return;
  ring_write(0, 4);
  ring_seen_close();
  CHECK_EQ(ring_seen.count, 0);
  ring_seen.rb = ring_seen_make(ring_seen.map_fds[0]);
  CHECK_EQ(ring_buffer__consume(ring_seen.rb), 1);
  CHECK(ring_saw(0, 0, 4));
  ring_seen_close();
}

CASES(ring_new) = {
#define CASE(name_, function_, needs_, ...)                                                        \
  {                                                                                                \
    .name = "ring_new." #name_, .function = "ring_buffer__" #function_, .needs = needs_,           \
    .body = name_, __VA_ARGS__                                                                     \
  }
    CASE(reads_its_ring, new, NEEDS_EITHER),
    CASE(errno_is_kept, new, NEEDS_EITHER),
    CASE(closed_map_fd, new, NEEDS_EITHER),
    CASE(fd_that_is_no_map, new, NEEDS_EITHER),
    CASE(map_of_another_type, new, NEEDS_EITHER),
    CASE(options_of_every_size, new, NEEDS_EITHER),
    CASE(options_with_garbage_behind, new, NEEDS_EITHER),
    CASE(options_come_before_the_map, new, NEEDS_EITHER),
    CASE(callback_may_be_null, new, NEEDS_EITHER),
    CASE(null_callback_and_a_record, new, NEEDS_EITHER, .stock_outcome = CRASHES,
         .difference = "null-sample-callback"),
    CASE(rings_of_every_size, new, NEEDS_EITHER),
    CASE(largest_ring_there_is, new, NEEDS_LIVE),
    CASE(a_ring_with_records_unread, new, NEEDS_EITHER),
    CASE(map_fd_closed_by_its_owner, new, NEEDS_EITHER),
    CASE(map_fd_of_too_little_access, new, NEEDS_LIVE),
    CASE(map_info_refused, new, NEEDS_SIM),
    CASE(free_of_nothing, free, NEEDS_NOTHING),
    CASE(free_leaves_what_is_unread, free, NEEDS_EITHER),
    {.name = NULL},
#undef CASE
};
