/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* confined: a reader that, once all is open, lets through no system call but those that the stock
 * library's poll makes. Any other ends it. Records keep coming meanwhile.
 *
 *   live-confined perf|ring */
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schedule.h"

#ifndef SYS_epoll_wait /* newer machines have epoll_pwait alone */
#define SYS_epoll_wait SYS_epoll_pwait
#endif

enum { kBytes = 1 << 20, kPages = 64, kPollMs = 100, kReadUs = 2500000 };

/* When the first filter comes, and what the environment says. */
enum confinement { kFilterAtNew, kFilterLater, kExact, kConfinements };
static const char* const names[kConfinements] = {
    "a filter from the start", "a filter later",
    "RINGSIDE_WAKEUPS=exact, RINGSIDE_FOLLOW_CPUS=off"};

static void on_perf(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx, (void)cpu, (void)data, (void)size;
}
static int on_ring(void* ctx, void* data, size_t size) {
  (void)ctx, (void)data, (void)size;
  return 0;
}

static void set_filter(struct sock_filter* filter, unsigned short length) {
  const struct sock_fprog program = {length, filter};

  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
    source_give_up("setting a filter", -errno);
}

/* The stock library waits. The rest is what this program does. */
static void allow_little(int allow_prctl) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_wait, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_pwait, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allow_prctl ? SYS_prctl : SYS_exit_group, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };

  set_filter(filter, sizeof(filter) / sizeof(*filter));
}

static void allow_all(void) {
  struct sock_filter filter[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

  set_filter(filter, 1);
}

__attribute__((noreturn)) static void read_confined(const struct source* source, int is_perf,
                                                    enum confinement confinement) {
  struct perf_buffer* perf = NULL;
  struct ring_buffer* ring = NULL;
  double end_us;

  source_pin(1);
  if (confinement == kFilterAtNew)
    allow_all();
  if (confinement == kExact) {
    setenv("RINGSIDE_WAKEUPS", "exact", 1);
    setenv("RINGSIDE_FOLLOW_CPUS", "off", 1);
  }
  if (is_perf)
    perf = perf_buffer__new(source->map_fd, kPages, on_perf, NULL, NULL, NULL);
  else
    ring = ring_buffer__new(source->map_fd, on_ring, NULL, NULL);
  if (!perf && !ring)
    source_give_up("making a reader", -errno);
  allow_little(confinement == kFilterLater);
  end_us = schedule_now_us() + kReadUs;
  while (schedule_now_us() < end_us)
    if ((is_perf ? perf_buffer__poll(perf, kPollMs) : ring_buffer__poll(ring, kPollMs)) < 0)
      _exit(1);
  _exit(0);
}

int main(int argc, char** argv) {
  const struct schedule load = {.calls = 400000, .per_period = 1, .period_us = 20};
  struct progress* progress =
      mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int is_perf = argc > 1 && !strcmp(argv[1], "perf"), failed = 0;

  if (progress == MAP_FAILED)
    return 2;
  for (int i = 0; i < kConfinements; i++) {
    struct source source;
    int status = 0;
    pid_t writer, child;

    if (is_perf)
      source_open(&source);
    else
      source_open_ring(&source, kBytes);
    writer = schedule_start(&load, &source, 0, progress);
    child = fork();
    if (child == 0)
      read_confined(&source, is_perf, (enum confinement)i);
    waitpid(child, &status, 0);
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    source_close(&source);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
      return 77;
    printf("%s: %s\n", names[i],
           status == 0           ? "read on"
           : WIFSIGNALED(status) ? "killed"
                                 : "failed");
    failed += status != 0;
  }
  return failed != 0;
}
