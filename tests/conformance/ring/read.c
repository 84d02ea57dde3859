/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* read: what a reader gets: payloads of every size, losses, the order, and what counts as read.
 */
#include <stdint.h>
#include <string.h>

#include "harness/kernel.h"
#include "ring/rings.h"

static struct seen seen;
static struct perf_buffer* pb;
static int map_fd;

static bool open_buffer(size_t page_count) {
  map_fd = kernel_map(kernel_cpus());
  pb = perf_buffer__new(map_fd, page_count, seen_sample, seen_lost, &seen, NULL);
  return CHECK(pb != NULL);
}

static void write_value(unsigned cpu, uint64_t value) {
  CHECK_EQ(kernel_output(map_fd, cpu, &value, sizeof(value)), 0);
}

static void reads_payload(uint32_t size) {
  const void* bytes = payload_bytes(size, size);

  seen_clear(&seen);
  seen.want = bytes;
  seen.want_size = size;
  CHECK_EQ(kernel_output(map_fd, 0, bytes, size), 0);
  CHECK_EQ(perf_buffer__poll(pb, 1000), 1);
  if (!CHECK_EQ(seen.count, 1))
    return;
  CHECK_EQ(seen.events[0].kind, SEEN_SAMPLE);
  CHECK_EQ(seen.events[0].size, seen_padded(size));
  CHECK_EQ(seen.events[0].address % 4, 0);
  CHECK_EQ(seen.mismatches, 0);
}

static void payloads_of_every_small_size(void) {
  if (!open_buffer(1))
    return;
  for (uint32_t size = 0; size <= 64; size++)
    reads_payload(size);
  perf_buffer__free(pb);
}

static void payloads_of_large_sizes(void) {
  static const uint32_t sizes[] = {100,  511,  512,  513,   1000,  4000,  4092,
                                   4095, 4096, 4097, 16384, 32768, 65500, 65504};

  if (!open_buffer(32))
    return;
  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
    reads_payload(sizes[i]);
  perf_buffer__free(pb);
}

static void payload_is_padded(void) {
  if (!open_buffer(1))
    return;
  kernel_output(map_fd, 0, payload_bytes(64, 1), 64);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.events[0].size, 68);
  CHECK_EQ(seen.events[0].address % 8, 4);
  perf_buffer__free(pb);
}

static void largest_record_of_a_ring(void) {
  /* The last byte of a ring stays free: one record has at most 4088 of 4096 bytes. */
  if (!open_buffer(1))
    return;
  CHECK_EQ(kernel_output(map_fd, 0, payload_bytes(4096, 1), 4096), -ENOSPC);
  CHECK_EQ(kernel_output(map_fd, 0, payload_bytes(4080, 1), 4080), -ENOSPC);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.samples, 0);
  perf_buffer__free(pb);
  if (!open_buffer(1))
    return;
  reads_payload(4072);
  perf_buffer__free(pb);
}

static void order_within_a_cpu(void) {
  if (!open_buffer(8))
    return;
  for (uint64_t i = 0; i < 1000; i++)
    write_value(0, i);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  if (CHECK_EQ(seen.count, 1000))
    for (unsigned i = 0; i < 1000; i++)
      CHECK_EQ(seen.events[i].first, i);
  perf_buffer__free(pb);
}

static void events_of_every_cpu(void) {
  const unsigned cpus = kernel_cpus();
  unsigned next[64] = {0};

  if (!open_buffer(1))
    return;
  for (unsigned i = 0; i < 10; i++)
    for (unsigned cpu = 0; cpu < cpus && cpu < 64; cpu++)
      write_value(cpu, i);
  CHECK_EQ(perf_buffer__poll(pb, 1000), cpus);
  CHECK_EQ(seen.count, 10 * cpus);
  for (unsigned i = 0; i < seen.count; i++)
    CHECK_EQ(seen.events[i].first, next[seen.events[i].cpu]++);
  perf_buffer__free(pb);
}

/* Writes the values 0, 1, ... until the ring is full and some are lost; returns how many fitted. */
static unsigned overfill(unsigned refused) {
  unsigned fitted = 0;
  uint64_t value = 0;

  while (kernel_output(map_fd, 0, &value, sizeof(value)) == 0)
    value = ++fitted;
  for (unsigned i = 1; i < refused; i++)
    CHECK_EQ(kernel_output(map_fd, 0, &value, sizeof(value)), -ENOSPC);
  return fitted;
}

static void losses_in_their_place(void) {
  unsigned fitted;

  if (!open_buffer(1))
    return;
  fitted = overfill(7);
  /* A record has 24 bytes, and one byte always stays free. */
  CHECK_EQ(fitted, 4095 / 24);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.samples, fitted);
  /* The kernel writes the LOST record just before the next record that fits. */
  CHECK_EQ(seen.count, differs() ? fitted + 1 : fitted);
  write_value(0, 1000);
  write_value(0, 1001);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  if (CHECK_EQ(seen.count, fitted + 3)) {
    CHECK_EQ(seen.events[fitted].kind, SEEN_LOST);
    CHECK_EQ(seen.events[fitted].lost, 7);
    CHECK_EQ(seen.events[fitted].cpu, 0);
    CHECK_EQ(seen.events[fitted + 1].first, 1000);
    CHECK_EQ(seen.events[fitted + 2].first, 1001);
  }
  perf_buffer__free(pb);
}

static void a_loss_is_told(void) {
  const struct forged_lost lost = forged_lost(830);

  if (!open_buffer(1))
    return;
  ring_forge(pb, 0, map_fd, 0, &lost, sizeof(lost));
  CHECK_EQ(perf_buffer__consume(pb), 0);
  if (CHECK_EQ(seen.count, 1)) {
    CHECK_EQ(seen.events[0].kind, SEEN_LOST);
    CHECK_EQ(seen.events[0].lost, 830);
  }
  perf_buffer__free(pb);
}

static void lost_count_of_64_bits(void) {
  const struct forged_lost lost = forged_lost(UINT64_MAX);

  if (!open_buffer(1))
    return;
  ring_forge(pb, 0, map_fd, 0, &lost, sizeof(lost));
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.losses, 1);
  CHECK(seen.events[0].lost == UINT64_MAX);
  perf_buffer__free(pb);
}

/* The first of its records is delivered, and the read fails at the second. */
struct forged_mixture {
  struct forged_sample before;
  struct forged_other other;
  struct forged_sample after;
};

static struct forged_mixture mixture(void) {
  return (struct forged_mixture){forged_sample(1), forged_other(), forged_sample(2)};
}

static void unknown_record_fails_the_read(void) {
  const struct forged_mixture bytes = mixture();

  if (!open_buffer(1))
    return;
  ring_forge(pb, 0, map_fd, 0, &bytes, sizeof(bytes));
  messages_clear();
  CHECK_EQ(perf_buffer__consume(pb), -1);
  CHECK_WARNED("type");
  CHECK_EQ(seen.count, 1);
  CHECK_EQ(seen.events[0].first & UINT32_MAX, 1);
  /* That record has been consumed: the next read goes on after it. */
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, 2);
  CHECK_EQ(seen.events[1].first & UINT32_MAX, 2);
  perf_buffer__free(pb);
}

static void unknown_record_fails_poll(void) {
  const struct forged_mixture bytes = mixture();

  if (!open_buffer(1))
    return;
  ring_forge(pb, 0, map_fd, 0, &bytes, sizeof(bytes));
  errno = 0;
  CHECK_EQ(perf_buffer__poll(pb, 1000), -1);
  CHECK_EQ(errno, 1);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

static void unknown_record_fails_consume_buffer(void) {
  const struct forged_mixture bytes = mixture();

  if (!open_buffer(1))
    return;
  ring_forge(pb, 0, map_fd, 0, &bytes, sizeof(bytes));
  errno = 0;
  CHECK_EQ(perf_buffer__consume_buffer(pb, 0), -1);
  CHECK_EQ(errno, 1);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

static void rings_behind_a_failing_one_wait(void) {
  const struct forged_other other = forged_other();

  if (kernel_cpus() < 2)
    skip("one CPU");
  if (!open_buffer(1))
    return;
  ring_forge(pb, 0, map_fd, 0, &other, sizeof(other));
  write_value(1, 5);
  CHECK_EQ(perf_buffer__consume(pb), -1);
  CHECK_EQ(seen.count, 0);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

static void write_one_more(struct seen* from) {
  if (from->count < 10)
    write_value(0, 100 + from->count);
}

static void what_comes_meanwhile_waits(void) {
  if (!open_buffer(1))
    return;
  seen.hook = write_one_more;
  write_value(0, 1);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, 1);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, 2);
  CHECK_EQ(seen.events[1].first, 101);
  perf_buffer__free(pb);
}

static void ask_the_buffer(struct seen* from) {
  void* base;
  size_t size;

  (void)from;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), kernel_cpus());
  CHECK(perf_buffer__buffer_fd(pb, 0) >= 0);
  CHECK(perf_buffer__epoll_fd(pb) >= 0);
  CHECK_EQ(perf_buffer__buffer(pb, 0, &base, &size), 0);
  if (kernel_cpus() > 1)
    CHECK_EQ(perf_buffer__consume_buffer(pb, 1), 0);
}

static void calls_from_a_callback(void) {
  if (!open_buffer(1))
    return;
  seen.hook = ask_the_buffer;
  write_value(0, 1);
  CHECK_EQ(perf_buffer__poll(pb, 1000), 1);
  CHECK_EQ(seen.count, 1);
  perf_buffer__free(pb);
}

static void errno_after_success(void) {
  if (!open_buffer(1))
    return;
  for (int read = 0; read < 3; read++) {
    bool clobbers = !differs();
    int result;

    write_value(0, 1);
    errno = ERANGE;
    result = read == 0   ? perf_buffer__consume(pb)
             : read == 1 ? perf_buffer__consume_buffer(pb, 0)
                         : perf_buffer__poll(pb, 1000) - 1;
    /* What it leaves there is -LIBBPF_PERF_EVENT_CONT. */
    CHECK_EQ(errno, clobbers ? ENOENT : ERANGE);
    CHECK_EQ(result, 0);
  }
  perf_buffer__free(pb);
}

static void nothing_to_read(void) {
  if (!open_buffer(1))
    return;
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(perf_buffer__consume_buffer(pb, 0), 0);
  CHECK_EQ(perf_buffer__poll(pb, 0), 0);
  CHECK_EQ(seen.count, 0);
  perf_buffer__free(pb);
}

CASES(read) = {
#define CASE(name_, function_, ...)                                                                \
  {                                                                                                \
    .name = "read." #name_, .function = "perf_buffer__" #function_, .needs = NEEDS_EITHER,         \
    .body = name_, __VA_ARGS__                                                                     \
  }
    CASE(payloads_of_every_small_size, poll),
    CASE(payloads_of_large_sizes, poll),
    CASE(payload_is_padded, consume),
    CASE(largest_record_of_a_ring, poll),
    CASE(order_within_a_cpu, consume),
    CASE(events_of_every_cpu, poll),
    CASE(losses_in_their_place, consume, .difference = "lost-told-early"),
    CASE(a_loss_is_told, consume),
    CASE(lost_count_of_64_bits, consume),
    CASE(unknown_record_fails_the_read, consume),
    CASE(unknown_record_fails_poll, poll),
    CASE(unknown_record_fails_consume_buffer, consume_buffer),
    CASE(rings_behind_a_failing_one_wait, consume),
    CASE(what_comes_meanwhile_waits, consume),
    CASE(calls_from_a_callback, poll),
    CASE(errno_after_success, consume, .difference = "errno-on-success"),
    CASE(nothing_to_read, consume),
    {.name = NULL},
#undef CASE
};
