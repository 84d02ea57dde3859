/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* raw_answers: what event_cb of perf_buffer__new_raw gets, and what its three answers do to the
 * ring, to the other rings and to the call. */
#include <stdint.h>
#include <string.h>

#include "harness/kernel.h"
#include "ring/rings.h"

static struct seen seen;
static struct perf_buffer* pb;
static int map_fd;

enum {
  CONT = LIBBPF_PERF_EVENT_CONT,
  DONE = LIBBPF_PERF_EVENT_DONE,
  ERROR = LIBBPF_PERF_EVENT_ERROR
};

static bool open_buffer(void) {
  struct perf_event_attr attr = seen_attr();

  map_fd = kernel_map(kernel_cpus());
  pb = perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, NULL);
  return CHECK(pb != NULL);
}

static void write_values(unsigned cpu, unsigned count) {
  for (uint64_t value = 0; value < count; value++)
    CHECK_EQ(kernel_output(map_fd, cpu, &value, sizeof(value)), 0);
}

static void records_are_handed_whole(void) {
  const void* bytes = payload_bytes(64, 3);

  if (!open_buffer())
    return;
  seen.want = bytes;
  seen.want_size = 64;
  CHECK_EQ(kernel_output(map_fd, 0, bytes, 64), 0);
  CHECK_EQ(perf_buffer__poll(pb, 1000), 1);
  if (CHECK_EQ(seen.count, 1)) {
    CHECK_EQ(seen.events[0].type, PERF_RECORD_SAMPLE);
    CHECK_EQ(seen.events[0].size, 80);
    CHECK_EQ(seen.events[0].cpu, 0);
    CHECK_EQ(seen.events[0].address % 8, 0);
    CHECK_EQ(seen.mismatches, 0);
  }
  perf_buffer__free(pb);
}

static void records_of_any_type(void) {
  const struct {
    struct forged_lost lost;
    struct forged_other other;
    struct forged_sample sample;
  } bytes = {forged_lost(3), forged_other(), forged_sample(9)};

  if (!open_buffer())
    return;
  ring_forge(pb, 0, map_fd, 0, &bytes, sizeof(bytes));
  CHECK_EQ(perf_buffer__consume(pb), 0);
  if (CHECK_EQ(seen.count, 3)) {
    CHECK_EQ(seen.events[0].type, PERF_RECORD_LOST);
    CHECK_EQ(seen.events[0].size, 24);
    CHECK_EQ(seen.events[1].type, PERF_RECORD_EXIT);
    CHECK_EQ(seen.events[2].type, PERF_RECORD_SAMPLE);
  }
  perf_buffer__free(pb);
}

/* For an answer to the second of four records: what the read returns, and how many records it has
 * consumed. */
static const struct {
  int answer, result;
  unsigned consumed;
} answers[] = {
    {CONT, 0, 4},
    {DONE, 0, 2},
    {ERROR, -1, 2},
    /* Any other answer is the result of the read. */
    {-EAGAIN, -EAGAIN, 2},
    {5, 5, 2},
};

enum read_by { CONSUME, CONSUME_BUFFER, POLL };

static void each_answer(enum read_by how) {
  for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
    const enum bpf_perf_event_ret says[] = {LIBBPF_PERF_EVENT_CONT,
                                            (enum bpf_perf_event_ret)answers[i].answer};
    int result, want = answers[i].result;

    if (!open_buffer())
      return;
    seen_clear(&seen);
    seen.answers = says;
    seen.answer_count = 2;
    write_values(0, 4);
    errno = 0;
    result = how == CONSUME          ? perf_buffer__consume(pb)
             : how == CONSUME_BUFFER ? perf_buffer__consume_buffer(pb, 0)
                                     : perf_buffer__poll(pb, 1000);
    if (want < 0)
      CHECK_EQ(errno, -want);
    else if (differs())
      CHECK_EQ(errno, 0);
    /* poll counts the ring, since it stopped without error. */
    CHECK_EQ(result, how == POLL && want == 0 ? 1 : want);
    CHECK_EQ(seen.count, answers[i].consumed);
    CHECK_EQ(ring_page(pb, 0)->data_tail, answers[i].consumed * 24);
    /* The next read gets the rest. */
    seen.answer_count = 0;
    CHECK_EQ(perf_buffer__consume(pb), 0);
    CHECK_EQ(seen.count, 4);
    perf_buffer__free(pb);
  }
}

static void answers_in_consume(void) {
  each_answer(CONSUME);
}
static void answers_in_consume_buffer(void) {
  each_answer(CONSUME_BUFFER);
}
static void answers_in_poll(void) {
  each_answer(POLL);
}

/* Two rings with three records each; the answer to the first record is `answer`. */
static void two_rings(int answer, enum read_by how, int result, unsigned consumed) {
  const enum bpf_perf_event_ret says[] = {(enum bpf_perf_event_ret)answer};

  if (kernel_cpus() < 2)
    skip("one CPU");
  if (!open_buffer())
    return;
  seen.answers = says;
  seen.answer_count = 1;
  write_values(0, 3);
  write_values(1, 3);
  CHECK_EQ(how == CONSUME ? perf_buffer__consume(pb) : perf_buffer__poll(pb, 1000), result);
  CHECK_EQ(seen.count, consumed);
  seen.answer_count = 0;
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_EQ(seen.count, 6);
  perf_buffer__free(pb);
}

static void done_ends_its_ring_alone_in_consume(void) {
  two_rings(DONE, CONSUME, 0, 4);
}
static void done_ends_its_ring_alone_in_poll(void) {
  two_rings(DONE, POLL, 2, 4);
}
static void error_ends_consume(void) {
  two_rings(ERROR, CONSUME, -1, 1);
}
static void error_ends_poll(void) {
  two_rings(ERROR, POLL, -1, 1);
}

CASES(raw_answers) = {
#define CASE(name_, function_, ...)                                                                \
  {                                                                                                \
    .name = "raw." #name_, .function = "perf_buffer__" #function_, .needs = NEEDS_EITHER,          \
    .body = name_, __VA_ARGS__                                                                     \
  }
    CASE(records_are_handed_whole, new_raw),
    CASE(records_of_any_type, new_raw),
    CASE(answers_in_consume, consume, .difference = "errno-on-success"),
    CASE(answers_in_consume_buffer, consume_buffer, .difference = "errno-on-success"),
    CASE(answers_in_poll, poll, .difference = "errno-on-success"),
    CASE(done_ends_its_ring_alone_in_consume, consume),
    CASE(done_ends_its_ring_alone_in_poll, poll),
    CASE(error_ends_consume, consume),
    CASE(error_ends_poll, poll),
    {.name = NULL},
#undef CASE
};
