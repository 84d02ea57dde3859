/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* demo-target: the program that is traced. It says that it is waiting, reads a byte from standard
 * input, makes a number of system calls at a steady rate or without pauses, and reports the
 * duration of one call, with and without tracing. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "demo/program.h"

/* The calls come in bursts at equal distances. Without pauses there is one burst. */
enum { BURSTS_PER_SECOND = 100, UNTRACED_CALLS = 20000 };

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void wait_until(uint64_t ns) {
  const struct timespec when = {.tv_sec = (time_t)(ns / 1000000000u),
                                .tv_nsec = (long)(ns % 1000000000u)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) != 0)
    ;
}

/* Makes the calls and returns their duration, without the pauses. */
static uint64_t make_calls(uint64_t calls, uint64_t bursts) {
  const uint64_t started_ns = now_ns();
  uint64_t number = 0, spent_ns = 0;

  for (uint64_t burst = 1; burst <= bursts; burst++) {
    const uint64_t end = calls * burst / bursts;
    const uint64_t before_ns = now_ns();
    for (; number < end; number++)
      syscall(DEMO_SYSCALL, number);
    spent_ns += now_ns() - before_ns;
    if (bursts > 1)
      wait_until(started_ns + burst * (1000000000u / BURSTS_PER_SECOND));
  }
  return spent_ns;
}

static int usage(void) {
  fputs("usage: demo-target --calls N --seconds S --deadline SECONDS [--back-to-back]\n"
        "Part of `ringside demo`.\n",
        stderr);
  return 2;
}

int main(int argc, char** argv) {
  static const struct option options[] = {{"calls", required_argument, NULL, 'c'},
                                          {"seconds", required_argument, NULL, 's'},
                                          {"deadline", required_argument, NULL, 'd'},
                                          {"back-to-back", no_argument, NULL, 'b'},
                                          {NULL, 0, NULL, 0}};
  uint64_t calls = 0, seconds = 0;
  unsigned deadline_s = 0;
  int back_to_back = 0;

  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (option == 'c')
      calls = strtoull(optarg, NULL, 10);
    else if (option == 's')
      seconds = strtoull(optarg, NULL, 10);
    else if (option == 'd')
      deadline_s = (unsigned)strtoul(optarg, NULL, 10);
    else if (option == 'b')
      back_to_back = 1;
    else
      return usage();
  }
  if (calls == 0 || seconds == 0 || deadline_s == 0 || optind != argc)
    return usage();

  alarm(deadline_s); /* whatever happens, it ends */
  const uint64_t untraced_ns = make_calls(UNTRACED_CALLS, 1);
  puts("{\"event\":\"waiting\"}");
  fflush(stdout);
  char go;
  if (read(STDIN_FILENO, &go, 1) != 1)
    return EXIT_FAILURE;
  const uint64_t spent_ns = make_calls(calls, back_to_back ? 1 : seconds * BURSTS_PER_SECOND);
  printf("{\"event\":\"done\",\"calls\":%" PRIu64 ",\"ns_per_call\":%.1f,"
         "\"ns_untraced\":%.1f}\n",
         calls, (double)spent_ns / (double)calls, (double)untraced_ns / UNTRACED_CALLS);
  return EXIT_SUCCESS;
}
