/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* first_use: what a process asks of the kernel before its first map, and before its first name. */
#include <string.h>

#include "bpf/tap.h"
#include "harness/conform.h"

#define CREATE "MAP_CREATE map_type=2 key_size=4 value_size=4 max_entries=1"

static unsigned calls_in(const char* taken) {
  unsigned count = *taken != '\0';

  for (; (taken = strstr(taken, "; ")); taken += 2)
    count++;
  return count;
}

/* The stock library loads a program to see whether memory is charged to the process's limit. */
static void before_the_first_map(void) {
  const char* taken;

  tap_open_cold();
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL), tap_fd);
  taken = tap_taken();
  CHECK_EQ(calls_in(taken), differs() ? 1 : 2);
  CHECK(strstr(taken, CREATE) != NULL);
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL), tap_fd);
  CHECK_TAKEN(CREATE);
}

/* And one with a name, to see whether names are known. */
static void before_the_first_name(void) {
  tap_open_cold();
  bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL);
  tap_taken();
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, "named", 4, 4, 1, NULL), tap_fd);
  CHECK_EQ(calls_in(tap_taken()), differs() ? 1 : 2);
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, "named", 4, 4, 1, NULL), tap_fd);
  CHECK_TAKEN(CREATE " map_name=named");
}

/* A process that may not load programs may have a token with which it can make maps. */
static void names_when_programs_are_refused(void) {
  tap_open_cold();
  if (differs()) {
    CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, "named", 4, 4, 1, NULL), tap_fd);
    CHECK_TAKEN(CREATE " map_name=named");
    return;
  }
  tap_answer(-EPERM), tap_answer(-EPERM);
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, "named", 4, 4, 1, NULL), tap_fd);
  tap_taken();
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, "named", 4, 4, 1, NULL), tap_fd);
  CHECK_TAKEN(CREATE);
}

/* A kernel before 4.15 knows no names, and says E2BIG. */
static void a_kernel_without_names(void) {
  tap_open_cold();
  if (!differs()) {
    tap_answer(tap_fd), tap_answer(-E2BIG);
    CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, "named", 4, 4, 1, NULL), tap_fd);
  } else {
    tap_answer(-E2BIG);
    CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, "named", 4, 4, 1, NULL), tap_fd);
    CHECK_TAKEN(CREATE " map_name=named; " CREATE);
  }
  tap_taken();
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, "named", 4, 4, 1, NULL), tap_fd);
  CHECK_TAKEN(CREATE);
}

static void bad_options_first(void) {
  const struct bpf_map_create_opts bad = {.sz = 1};

  tap_open_cold();
  CHECK_FAILS(bpf_map_create(BPF_MAP_TYPE_ARRAY, "named", 4, 4, 1, &bad), EINVAL);
  CHECK_EQ(calls_in(tap_taken()) == 0, differs());
}

static void limit_before_the_first_map(void) {
  tap_open();
  CHECK_EQ(libbpf_set_memlock_rlim(4096), 0);
  CHECK_TAKEN("");
}

CASES(first_use) = {
#define CASE(name_, ...)                                                                           \
  { .name = "first_use." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(before_the_first_map, "bpf_map_create", .difference = "no-probes-at-first-use",
         .kernel = "5.11"),
    CASE(before_the_first_name, "bpf_map_create", .difference = "no-probes-at-first-use"),
    CASE(names_when_programs_are_refused, "bpf_map_create", .difference = "no-probes-at-first-use",
         .kernel = "5.11"),
    CASE(a_kernel_without_names, "bpf_map_create", .difference = "no-probes-at-first-use",
         .kernel = "5.11"),
    CASE(bad_options_first, "bpf_map_create", .difference = "options-first"),
    CASE(limit_before_the_first_map, "libbpf_set_memlock_rlim", .since = "1.4"),
    {.name = NULL},
#undef CASE
};
