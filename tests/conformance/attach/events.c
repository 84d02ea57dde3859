/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* events: programs on perf events and on tracepoints. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach/attaching.h"
#include "harness/conform.h"
#include "harness/kernel.h"

enum { link_raw_tracepoint = 1, link_perf_event = 7 };

static void tracepoint(void) {
  struct bpf_program* program;

  own_namespaces();
  program = program_loaded("tracepoint");
  CHECK_LINK(bpf_program__attach_tracepoint(program, "syscalls", "sys_enter_getppid"),
             link_perf_event, act_getppid, 1);
  CHECK_NULL(bpf_program__attach_tracepoint(program, "syscalls", "sys_enter_nothing"), ENOENT);
  CHECK_NULL(bpf_program__attach_tracepoint(program, "nothing", "sys_enter_getppid"), ENOENT);
  end_program();
}

static void tracepoint_without_names(void) {
  struct bpf_program* program;

  own_namespaces();
  program = program_loaded("tracepoint");
  CHECK_NULL(bpf_program__attach_tracepoint(program, NULL, "sys_enter_getppid"),
             differs() ? EINVAL : ENOENT);
  CHECK_NULL(bpf_program__attach_tracepoint(program, "syscalls", NULL),
             differs() ? EINVAL : ENOENT);
  end_program();
}

static void event_before_program(void) {
  struct bpf_program* program;

  own_namespaces();
  program = program_unloaded("tracepoint");
  CHECK_NULL(bpf_program__attach_tracepoint(program, "syscalls", "sys_enter_nothing"), ENOENT);
  CHECK_NULL(bpf_program__attach_tracepoint(program, "syscalls", "sys_enter_getppid"), EINVAL);
  end_program();
}

static void tracepoint_cookie(void) {
  struct bpf_program* program;
  OPTS(bpf_tracepoint_opts, opts, .bpf_cookie = 7);

  own_namespaces();
  program = program_loaded("tracepoint");
  if (kernel_since("5.15"))
    CHECK_LINK(bpf_program__attach_tracepoint_opts(program, "syscalls", "sys_enter_getppid", &opts),
               link_perf_event, act_getppid, 1);
  else
    CHECK_NULL(bpf_program__attach_tracepoint_opts(program, "syscalls", "sys_enter_getppid", &opts),
               EOPNOTSUPP);
  opts.sz = 4;
  CHECK_NULL(bpf_program__attach_tracepoint_opts(program, "syscalls", "sys_enter_getppid", &opts),
             EINVAL);
  end_program();
}

static void raw_tracepoint(void) {
  struct bpf_program* program = program_loaded("raw");
  struct bpf_link* link = bpf_program__attach_raw_tracepoint(program, "sys_enter");

  CHECK(link != NULL);
  CHECK(runs_in(act_getppid) > 0);
  CHECK_EQ(bpf_link__destroy(link), 0);
  CHECK_EQ(runs_in(act_getppid), 0);
  CHECK_NULL(bpf_program__attach_raw_tracepoint(program, "nothing"), ENOENT);
  end_program();
  CHECK_NULL(bpf_program__attach_raw_tracepoint(program_unloaded("raw"), "nothing"), EINVAL);
  end_program();
}

static void raw_tracepoint_cookie(void) {
  struct bpf_program* program = program_loaded("raw");
  OPTS(bpf_raw_tracepoint_opts, opts, .cookie = 7);

  CHECK_ATTACHES(bpf_program__attach_raw_tracepoint_opts(program, "sys_enter", &opts),
                 link_raw_tracepoint);
  end_program();
}

static int clock_event(void) {
  struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
                                 .size = sizeof(attr),
                                 .config = PERF_COUNT_SW_CPU_CLOCK,
                                 .sample_period = 100000,
                                 .disabled = 1};
  int event = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

  if (event < 0)
    skip("the kernel gives no event of the clock");
  return event;
}

/* work_until_count ends when an event has counted: it was enabled. */
static bool counts(int event) {
  unsigned long long count = 0;

  for (int turn = 0; turn < 1000000 && count == 0; turn++)
    if (read(event, &count, sizeof(count)) != sizeof(count))
      return false;
  return count != 0;
}

static void perf_event(void) {
  struct bpf_program* program = program_loaded("sampled");
  int event = clock_event();
  struct bpf_link* link = bpf_program__attach_perf_event(program, event);

  CHECK(link != NULL);
  CHECK_EQ(bpf_link__fd(link) != event, kernel_since("5.15"));
  CHECK(counts(event));
  CHECK_EQ(bpf_link__destroy(link), 0);
  CHECK_EQ(fcntl(event, F_GETFD), -1);
  end_program();
}

static void perf_event_by_ioctl(void) {
  struct bpf_program* program = program_loaded("sampled");
  int event = clock_event();
  OPTS(bpf_perf_event_opts, opts, .force_ioctl_attach = true);
  struct bpf_link* link;

  opts.bpf_cookie = 7;
  CHECK_NULL(bpf_program__attach_perf_event_opts(program, event, &opts), EOPNOTSUPP);
  CHECK(fcntl(event, F_GETFD) >= 0);
  opts.bpf_cookie = 0;
  link = bpf_program__attach_perf_event_opts(program, event, &opts);
  CHECK(link != NULL);
  CHECK_EQ(bpf_link__fd(link), event);
  CHECK(counts(event));
  CHECK_EQ(bpf_link__pin(link, "/sys/fs/bpf/event"), -EINVAL);
  CHECK(bpf_link__pin_path(link) == NULL);
  CHECK_EQ(bpf_link__destroy(link), 0);
  CHECK_EQ(fcntl(event, F_GETFD), -1);
  end_program();
}

static void perf_event_left_disabled(void) {
  struct bpf_program* program = program_loaded("sampled");
  int event = clock_event();
  OPTS(bpf_perf_event_opts, opts, .dont_enable = true);
  struct bpf_link* link = bpf_program__attach_perf_event_opts(program, event, &opts);

  CHECK(link != NULL);
  CHECK(!counts(event));
  CHECK_EQ(ioctl(event, PERF_EVENT_IOC_ENABLE, 0), 0);
  CHECK(counts(event));
  CHECK_EQ(bpf_link__destroy(link), 0);
  end_program();
}

/* counts_on is whether an event that has counted goes on with it. */
static bool counts_on(int event) {
  unsigned long long before = 0, after = 0;

  CHECK_EQ(read(event, &before, sizeof(before)), sizeof(before));
  for (int turn = 0; turn < 1000000 && after <= before; turn++)
    if (read(event, &after, sizeof(after)) != sizeof(after))
      return false;
  return after > before;
}

static void named_perf_event(void) {
  char folder[] = "/tmp/conform-event-XXXXXX", path[64];
  struct bpf_program* program;
  struct bpf_link* link;
  int event, other;

  own_namespaces();
  if (!mkdtemp(folder) || mount("bpf", folder, "bpf", 0, NULL) != 0)
    skip("no bpf file system can be mounted");
  snprintf(path, sizeof(path), "%s/event", folder);
  program = program_loaded("sampled");
  event = clock_event();
  other = fcntl(event, F_DUPFD_CLOEXEC, 0);
  link = bpf_program__attach_perf_event(program, event);
  CHECK_EQ(bpf_link__pin(link, path), 0);
  CHECK(counts(other));
  CHECK_EQ(bpf_link__destroy(link), 0);
  CHECK_EQ(counts_on(other), differs());
  unlink(path);
  close(other);
  end_program();
  umount2(folder, MNT_DETACH);
  rmdir(folder);
}

static void no_perf_event(void) {
  struct bpf_program* program = program_loaded("sampled");
  int event;

  CHECK_NULL(bpf_program__attach_perf_event(program, -1), EINVAL);
  end_program();
  event = clock_event();
  CHECK_NULL(bpf_program__attach_perf_event(program_unloaded("sampled"), event), EINVAL);
  CHECK(fcntl(event, F_GETFD) >= 0);
  close(event);
  end_program();
}

static void errno_of_success(void) {
  struct bpf_program* program;
  struct bpf_link* link;

  own_namespaces();
  program = program_loaded("tracepoint");
  errno = ENOTTY;
  link = bpf_program__attach_tracepoint(program, "syscalls", "sys_enter_getppid");
  CHECK_EQ(errno == ENOTTY, differs());
  CHECK_EQ(bpf_link__destroy(link), 0);
  end_program();
}

CASES(attach_events) = {
#define CASE(name_, ...)                                                                           \
  { .name = "attach_events." #name_, .body = name_, .needs = NEEDS_LIVE, .function = __VA_ARGS__ }
    CASE(tracepoint, "bpf_program__attach_tracepoint"),
    CASE(tracepoint_without_names, "bpf_program__attach_tracepoint",
         .difference = "names-that-are-null"),
    CASE(event_before_program, "bpf_program__attach_tracepoint"),
    CASE(tracepoint_cookie, "bpf_program__attach_tracepoint_opts"),
    CASE(raw_tracepoint, "bpf_program__attach_raw_tracepoint"),
    CASE(raw_tracepoint_cookie, "bpf_program__attach_raw_tracepoint_opts", .since = "1.4",
         .kernel = "6.10"),
    CASE(perf_event, "bpf_program__attach_perf_event"),
    CASE(perf_event_by_ioctl, "bpf_program__attach_perf_event_opts", .since = "1.2"),
    CASE(perf_event_left_disabled, "bpf_program__attach_perf_event_opts", .since = "1.7"),
    CASE(named_perf_event, "bpf_link__destroy", .difference = "named-events-go-on",
         .kernel = "5.15"),
    CASE(no_perf_event, "bpf_program__attach_perf_event"),
    CASE(errno_of_success, "bpf_program__attach_tracepoint", .difference = "errno-of-attaching"),
    {.name = NULL},
#undef CASE
};
