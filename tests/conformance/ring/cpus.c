/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* cpus: the CPUs that are possible and online, as the kernel's files say, and the texts that these
 * files may have. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "harness/kernel.h"
#include "ring/seen.h"

static struct seen seen;

static struct perf_buffer* make(int map_fd) {
  return perf_buffer__new(map_fd, 1, seen_sample, seen_lost, &seen, NULL);
}

/* The text of a mask, and how many CPUs it has, or a negative errno. */
static const struct {
  const char* text;
  int count;
} masks[] = {
    {"0\n", 1},
    {"0-1\n", 2},
    {"0-1", 2},
    {"1\n", 1},
    {"2-3\n", 2},
    {"0-3,5\n", 5},
    {"0,2,4\n", 3},
    {"0-1,4-7\n", 6},
    {"0-4095\n", 4096},
    /* Not masks. */
    {"", -EINVAL},
    {"\n", -EINVAL},
    {"abc\n", -EINVAL},
    {"1-0\n", -EINVAL},
    {"0-\n", -EINVAL},
    {"-1\n", -EINVAL},
    {"0--1\n", -EINVAL},
    {"0x1\n", -EINVAL},
    {"0-1;2\n", -EINVAL},
    {"0-1,2x\n", -EINVAL},
    {"1.5\n", -EINVAL},
    {NULL, -ENOENT},
};
enum { mask_count = sizeof(masks) / sizeof(masks[0]) };

static void masks_of_possible_cpus(void) {
  /* The library does not keep a failure, so all failures come before the first success. */
  for (int i = 0; i < mask_count; i++) {
    if (masks[i].count >= 0)
      continue;
    kernel_set_file("possible", masks[i].text);
    if (!CHECK_FAILS(libbpf_num_possible_cpus(), -masks[i].count))
      CHECK_TEXT(masks[i].text ? masks[i].text : "no file", "");
  }
}

static void possible_cpus_are_counted(void) {
  const char* wanted = "0-2,7\n";

  kernel_set_file("possible", wanted);
  CHECK_EQ(libbpf_num_possible_cpus(), 4);
  /* It keeps a success. */
  kernel_set_file("possible", "0-63\n");
  CHECK_EQ(libbpf_num_possible_cpus(), 4);
  kernel_set_file("possible", NULL);
  CHECK_EQ(libbpf_num_possible_cpus(), 4);
}

static void possible_cpus_keep_errno(void) {
  errno = ERANGE;
  CHECK_EQ(libbpf_num_possible_cpus(), kernel_cpus());
  CHECK_EQ(libbpf_num_possible_cpus(), kernel_cpus());
  CHECK_EQ(errno, ERANGE);
}

static void new_refuses_a_bad_possible_mask(void) {
  int map_fd = kernel_map(kernel_cpus());

  for (int i = 0; i < mask_count; i++) {
    if (masks[i].count >= 0)
      continue;
    messages_clear();
    kernel_set_file("possible", masks[i].text);
    if (!CHECK_NULL(make(map_fd), -masks[i].count))
      CHECK_TEXT(masks[i].text ? masks[i].text : "no file", "");
    CHECK_WARNED("possible");
    CHECK_EQ(kernel_take_slots(map_fd, kernel_cpus()), 0);
  }
}

static void new_refuses_a_bad_online_mask(void) {
  int map_fd = kernel_map(kernel_cpus());

  for (int i = 0; i < mask_count; i++) {
    if (masks[i].count >= 0)
      continue;
    messages_clear();
    kernel_set_file("online", masks[i].text);
    if (!CHECK_NULL(make(map_fd), -masks[i].count))
      CHECK_TEXT(masks[i].text ? masks[i].text : "no file", "");
    CHECK_WARNED("online");
    CHECK_EQ(kernel_take_slots(map_fd, kernel_cpus()), 0);
  }
}

static void new_takes_every_online_mask(void) {
  int map_fd = kernel_map(kernel_cpus());

  for (int i = 0; i < mask_count; i++) {
    struct perf_buffer* pb;

    if (masks[i].count < 0)
      continue;
    kernel_set_file("online", masks[i].text);
    pb = make(map_fd);
    if (!CHECK(pb != NULL))
      CHECK_TEXT(masks[i].text, "");
    perf_buffer__free(pb);
  }
}

/* Texts that no kernel writes and that the stock library accepts. */
static void masks_with_odd_marks(void) {
  static const char* const texts[] = {"0,\n", ",0\n", " 0-1\n", "0-1\n\n"};
  int map_fd = kernel_map(kernel_cpus());

  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    struct perf_buffer* pb;

    kernel_set_file("online", texts[i]);
    if (differs()) {
      CHECK_NULL(make(map_fd), EINVAL);
      continue;
    }
    pb = make(map_fd);
    CHECK(pb != NULL);
    perf_buffer__free(pb);
  }
}

/* With the explicit list of new_raw it does not matter which CPUs are online or possible. */
static void a_list_and_a_bad_online_mask(void) {
  struct perf_event_attr attr = seen_attr();
  int cpu = 0, map_fd = kernel_map(kernel_cpus());
  struct perf_buffer_raw_opts opts = {
      .sz = sizeof(opts), .cpu_cnt = 1, .cpus = &cpu, .map_keys = &cpu};
  struct perf_buffer* pb;

  kernel_set_file("online", "1\n");
  pb = perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, &opts);
  if (CHECK(pb != NULL))
    CHECK_EQ(perf_buffer__buffer_cnt(pb), 1);
  perf_buffer__free(pb);
  kernel_set_file("possible", "x\n");
  pb = perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, &opts);
  CHECK(pb != NULL);
  perf_buffer__free(pb);
  kernel_set_file("online", "x\n");
  if (differs()) {
    pb = perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, &opts);
    CHECK(pb != NULL);
    perf_buffer__free(pb);
  } else {
    CHECK_NULL(perf_buffer__new_raw(map_fd, 1, &attr, seen_record, &seen, &opts), EINVAL);
  }
}

/* The longest mask of even CPUs that has at most `length` characters, the newline included. */
static const char* long_mask(size_t length) {
  static char text[4096];
  size_t end = 0;

  for (unsigned cpu = 0; end + 6 < length; cpu += 2)
    end += (size_t)snprintf(text + end, sizeof(text) - end, "%s%u", cpu ? "," : "", cpu);
  text[end] = '\n';
  text[end + 1] = '\0';
  return text;
}

static void masks_of_any_length(void) {
  static const size_t lengths[] = {100, 127, 136, 255, 260, 1000, 3000};
  int map_fd = kernel_map(kernel_cpus());

  for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
    struct perf_buffer* pb;

    kernel_set_file("online", long_mask(lengths[i]));
    if (lengths[i] >= 128 && !differs()) {
      CHECK_NULL(make(map_fd), E2BIG);
      continue;
    }
    /* CPUs 0, 2, ... of the existing ones. */
    pb = make(map_fd);
    if (CHECK(pb != NULL))
      CHECK_EQ(perf_buffer__buffer_cnt(pb), (kernel_cpus() + 1) / 2);
    perf_buffer__free(pb);
  }
}

static void masks_out_of_order(void) {
  static const char* const texts[] = {"1,0\n", "0-1,1\n", "0-1,0-1\n"};
  int map_fd = kernel_map(kernel_cpus());

  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    struct perf_buffer* pb;

    kernel_set_file("online", texts[i]);
    pb = make(map_fd);
    if (CHECK(pb != NULL))
      CHECK_EQ(perf_buffer__buffer_cnt(pb), kernel_cpus() < 2 ? 1 : 2);
    perf_buffer__free(pb);
  }
}

/* An offline CPU has no buffer: for the CPUs after it, the index is not the number of the CPU. */
static void indices_are_packed(void) {
  const unsigned cpus = kernel_cpus();
  int map_fd = kernel_map(cpus);
  struct perf_buffer* pb;
  char online[32];

  if (cpus < 2)
    skip("one CPU");
  if (kernel_is_sim()) {
    sim.set_online(0, 0);
  } else {
    snprintf(online, sizeof(online), "1-%u\n", cpus - 1);
    kernel_set_file("online", online);
  }
  pb = make(map_fd);
  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), cpus - 1);
  for (unsigned cpu = 1; cpu < cpus; cpu++) {
    CHECK_EQ(kernel_output(map_fd, cpu, "12345678", 8), 0);
    CHECK_EQ(perf_buffer__consume_buffer(pb, cpu - 1), 0);
    CHECK_EQ(seen.count, cpu);
    CHECK_EQ(seen.events[cpu - 1].cpu, cpu);
  }
  CHECK_FAILS(perf_buffer__consume_buffer(pb, cpus - 1), EINVAL);
  CHECK_FAILS(perf_buffer__buffer_fd(pb, cpus - 1), EINVAL);
  /* It does have a slot in the map: that of CPU 0 is empty. */
  CHECK_EQ(kernel_take_slots(map_fd, 1), 0);
  CHECK_EQ(kernel_take_slots(map_fd, cpus), cpus - 1);
  perf_buffer__free(pb);
}

static void a_cpu_in_the_middle_is_offline(void) {
  int map_fd = kernel_map(4);
  struct perf_buffer* pb;

  sim.set_online(1, 0);
  pb = make(map_fd);
  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), 3);
  for (unsigned cpu = 0; cpu < 4; cpu++)
    if (cpu != 1)
      CHECK_EQ(kernel_output(map_fd, cpu, "12345678", 8), 0);
  CHECK_EQ(perf_buffer__poll(pb, 1000), 3);
  CHECK_EQ(seen.count, 3);
  for (unsigned i = 0, cpus = 0; i < seen.count; i++) {
    cpus |= 1u << seen.events[i].cpu;
    if (i == 2)
      CHECK_EQ(cpus, 13);
  }
  perf_buffer__free(pb);
}

/* say writes a range of CPUs to a file. */
static void say(const char* file, unsigned first, unsigned last) {
  char text[32];

  snprintf(text, sizeof(text), "%u-%u\n", first, last);
  kernel_set_file(file, text);
}

static void no_cpu_is_online(void) {
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb;

  say("online", kernel_cpus(), kernel_cpus());
  pb = make(map_fd);
  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), 0);
  CHECK_EQ(perf_buffer__consume(pb), 0);
  CHECK_FAILS(perf_buffer__poll(pb, 0), EINVAL);
  CHECK_FAILS(perf_buffer__buffer_fd(pb, 0), EINVAL);
  perf_buffer__free(pb);
}

static void fewer_possible_cpus_than_slots(void) {
  int map_fd = kernel_map(kernel_cpus());
  struct perf_buffer* pb;

  kernel_set_file("possible", "0\n");
  pb = make(map_fd);
  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), 1);
  perf_buffer__free(pb);
}

static void more_cpus_than_there_are(void) {
  int map_fd = kernel_map(2 * kernel_cpus());
  struct perf_buffer* pb;

  /* Possible, but not online: no error. */
  say("possible", 0, 2 * kernel_cpus() - 1);
  pb = make(map_fd);
  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), kernel_cpus());
  perf_buffer__free(pb);
}

static void online_beyond_the_kernels_own(void) {
  int map_fd = kernel_map(2 * kernel_cpus());

  say("possible", 0, 2 * kernel_cpus() - 1);
  say("online", 0, 2 * kernel_cpus() - 1);
  CHECK_NULL(make(map_fd), EINVAL);
  CHECK_EQ(kernel_take_slots(map_fd, 2 * kernel_cpus()), 0);
}

static void many_cpus(void) {
  enum { many = 512 };
  unsigned counts[many] = {0};
  struct perf_buffer* pb;
  int map_fd;

  sim.reset(many);
  map_fd = kernel_map(many);
  pb = make(map_fd);
  if (!CHECK(pb != NULL))
    return;
  CHECK_EQ(perf_buffer__buffer_cnt(pb), many);
  for (unsigned cpu = 0; cpu < many; cpu++)
    CHECK_EQ(kernel_output(map_fd, cpu, "12345678", 8), 0);
  CHECK_EQ(perf_buffer__poll(pb, 1000), many);
  CHECK_EQ(seen.count, many);
  for (unsigned i = 0; i < seen.count; i++)
    counts[seen.events[i].cpu]++;
  for (unsigned cpu = 0; cpu < many; cpu++)
    CHECK_EQ(counts[cpu], 1);
  perf_buffer__free(pb);
}

static void cpus_that_come_and_go(void) {
  bool follows = differs();
  int map_fd = kernel_map(4);
  struct perf_buffer* pb;

  sim.set_online(1, 0);
  pb = make(map_fd);
  if (!CHECK(pb != NULL))
    return;
  sim.set_online(1, 1);
  sim.set_online(2, 0);
  sim.set_online(2, 1);
  /* Time for a library that listens to the kernel's announcements. */
  for (int second = 0; second < 4; second++)
    CHECK_EQ(perf_buffer__poll(pb, 1000), 0);
  CHECK_EQ(perf_buffer__buffer_cnt(pb), follows ? 4 : 3);
  CHECK_EQ(kernel_output(map_fd, 1, "12345678", 8), follows ? 0 : -ENOENT);
  CHECK_EQ(kernel_output(map_fd, 2, "12345678", 8), follows ? 0 : -EOPNOTSUPP);
  CHECK_EQ(perf_buffer__poll(pb, 1000), follows ? 2 : 0);
  CHECK_EQ(seen.count, follows ? 2 : 0);
  perf_buffer__free(pb);
  CHECK_EQ(kernel_take_slots(map_fd, 4), 0);
}

CASES(cpus) = {
#define CASE(name_, function_, needs_, ...)                                                        \
  { .name = "cpus." #name_, .function = #function_, .needs = needs_, .body = name_, __VA_ARGS__ }
    CASE(masks_of_possible_cpus, libbpf_num_possible_cpus, NEEDS_EITHER),
    CASE(possible_cpus_are_counted, libbpf_num_possible_cpus, NEEDS_EITHER),
    CASE(possible_cpus_keep_errno, libbpf_num_possible_cpus, NEEDS_EITHER),
    CASE(new_refuses_a_bad_possible_mask, perf_buffer__new, NEEDS_EITHER),
    CASE(new_refuses_a_bad_online_mask, perf_buffer__new, NEEDS_EITHER),
    CASE(new_takes_every_online_mask, perf_buffer__new, NEEDS_EITHER),
    CASE(masks_with_odd_marks, perf_buffer__new, NEEDS_EITHER, .difference = "strict-cpu-mask"),
    CASE(a_list_and_a_bad_online_mask, perf_buffer__new_raw, NEEDS_EITHER,
         .difference = "listed-cpus-need-no-mask"),
    CASE(masks_of_any_length, perf_buffer__new, NEEDS_EITHER, .difference = "long-cpu-mask"),
    CASE(masks_out_of_order, perf_buffer__new, NEEDS_EITHER, .stock_outcome = ANYHOW,
         .difference = "cpu-mask-out-of-order"),
    CASE(indices_are_packed, perf_buffer__new, NEEDS_EITHER),
    CASE(a_cpu_in_the_middle_is_offline, perf_buffer__new, NEEDS_SIM),
    CASE(cpus_that_come_and_go, perf_buffer__new, NEEDS_SIM, .difference = "cpus-followed"),
    CASE(no_cpu_is_online, perf_buffer__new, NEEDS_EITHER),
    CASE(fewer_possible_cpus_than_slots, perf_buffer__new, NEEDS_EITHER),
    CASE(more_cpus_than_there_are, perf_buffer__new, NEEDS_EITHER),
    CASE(online_beyond_the_kernels_own, perf_buffer__new, NEEDS_LIVE),
    CASE(many_cpus, perf_buffer__new, NEEDS_SIM),
    {.name = NULL},
#undef CASE
};
