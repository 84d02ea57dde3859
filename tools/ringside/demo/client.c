/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* demo-client: an ordinary libbpf program, linked with the stock library. It counts the numbered
 * system calls of one process, and reports on standard output, one JSON object a line. */
#define _GNU_SOURCE /* dladdr */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "demo/program.h"

/* The number of pages that perf_event_mlock_kb allows every user for a CPU, with the header page.
 * With half of them a program that does not wait for wakeups sometimes overruns the ring, if the
 * reader runs on the same CPU. */
enum { RING_PAGES = 128, POLL_MS = 100, PROGRESS_MS = 100, QUIET_POLLS = 20 };

/* What was seen until now. Each number must come once, and the numbers must rise on each CPU. */
struct tally {
  uint64_t expected, received, repeated, unexpected, out_of_order, lost, bytes, checksum;
  uint8_t* seen;  /* one byte for each number */
  uint64_t* next; /* for each CPU, the lowest number that is in order */
  int cpus;
};

static volatile sig_atomic_t finish;

static void on_finish(int signal_number) {
  (void)signal_number;
  finish = 1;
}

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  struct tally* tally = ctx;
  uint64_t record[DEMO_RECORD_WORDS];
  uint64_t hash = 1469598103934665603u;

  tally->bytes += size;
  if (size < sizeof(record) || cpu < 0 || cpu >= tally->cpus) {
    tally->unexpected++;
    return;
  }
  memcpy(record, data, sizeof(record));
  if (record[0] >= tally->expected) {
    tally->unexpected++;
    return;
  }
  if (tally->seen[record[0]]) {
    tally->repeated++;
    return;
  }
  tally->seen[record[0]] = 1;
  tally->received++;
  if (record[0] < tally->next[cpu])
    tally->out_of_order++;
  tally->next[cpu] = record[0] + 1;
  /* A sum does not depend on the order in which the CPUs are read. */
  for (int i = 0; i < DEMO_RECORD_WORDS; i++)
    hash = (hash ^ record[i]) * 1099511628211u;
  tally->checksum += hash;
}

static void on_lost(void* ctx, int cpu, __u64 count) {
  struct tally* tally = ctx;
  (void)cpu;
  tally->lost += count;
}

static uint64_t clock_us(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static void print_string(const char* text) {
  putchar('"');
  for (; *text != '\0'; text++) {
    const unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\' || c < ' ')
      printf("\\u%04x", c);
    else
      putchar(c);
  }
  putchar('"');
}

/* Prints which call of libbpf failed. */
static int failed(const char* function, int error) {
  printf("{\"event\":\"failed\",\"function\":\"%s\",\"errno\":%d}\n", function, error);
  return EXIT_FAILURE;
}

/* Reads until a signal says to finish. Without a target it reads until every record has come, or
 * until no more records come. Returns 0 or a negative errno. */
static int read_records(struct perf_buffer* buffer, const struct tally* tally, bool has_target,
                        uint64_t* polls) {
  uint64_t reported_us = 0;
  int quiet = 0;

  while (!finish) {
    const int rings = perf_buffer__poll(buffer, POLL_MS);
    if (rings < 0 && rings != -EINTR)
      return rings;
    quiet = rings == 0 ? quiet + 1 : 0;
    if (rings > 0)
      ++*polls;
    if (!has_target && (tally->received == tally->expected || quiet == QUIET_POLLS))
      break;
    const uint64_t now_us = clock_us(CLOCK_MONOTONIC);
    if (now_us - reported_us >= PROGRESS_MS * 1000u) {
      reported_us = now_us;
      printf("{\"event\":\"progress\",\"received\":%" PRIu64 "}\n", tally->received);
    }
  }
  return perf_buffer__consume(buffer);
}

static int count_records(struct tally* tally, int tgid) {
  const int map = bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "demo_records", sizeof(int),
                                 sizeof(int), (__u32)tally->cpus, NULL);
  if (map < 0)
    return failed("bpf_map_create", -map);

  const int program = load_program(map, tgid);
  if (program < 0)
    return failed("bpf_prog_load", -program);

  struct perf_buffer* buffer = perf_buffer__new(map, RING_PAGES, on_sample, on_lost, tally, NULL);
  if (buffer == NULL)
    return failed("perf_buffer__new", errno);

  const int link = bpf_raw_tracepoint_open("sys_enter", program);
  if (link < 0)
    return failed("bpf_raw_tracepoint_open", -link);

  puts("{\"event\":\"ready\"}");
  const uint64_t cpu_before_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
  uint64_t polls = 0;
  const int error = read_records(buffer, tally, tgid != 0, &polls);
  const uint64_t cpu_us = clock_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_before_us;
  if (error < 0)
    return failed("perf_buffer__poll", -error);

  close(link);
  perf_buffer__free(buffer);
  close(program);
  close(map);

  /* The file that has the functions of perf_buffer in this process. */
  Dl_info reader;
  int (*poll)(struct perf_buffer*, int) = perf_buffer__poll;
  void* address;
  memcpy(&address, &poll, sizeof(address));
  if (dladdr(address, &reader) == 0)
    return failed("dladdr", ENOENT);

  printf("{\"event\":\"result\",\"expected\":%" PRIu64 ",\"received\":%" PRIu64
         ",\"repeated\":%" PRIu64 ",\"unexpected\":%" PRIu64 ",\"out_of_order\":%" PRIu64
         ",\"lost\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"checksum\":%" PRIu64 ",\"polls\":%" PRIu64
         ",\"cpu_us\":%" PRIu64 ",\"libbpf\":",
         tally->expected, tally->received, tally->repeated, tally->unexpected, tally->out_of_order,
         tally->lost, tally->bytes, tally->checksum, polls, cpu_us);
  print_string(libbpf_version_string());
  printf(",\"library\":");
  print_string(reader.dli_fname);
  puts("}");
  return EXIT_SUCCESS;
}

static int usage(void) {
  fputs("usage: demo-client --records N --deadline SECONDS [--tgid PID]\n"
        "Counts the numbered system calls 0..N-1 of process PID until SIGTERM comes.\n"
        "Part of `ringside demo`.\n",
        stderr);
  return 2;
}

int main(int argc, char** argv) {
  static const struct option options[] = {{"records", required_argument, NULL, 'r'},
                                          {"deadline", required_argument, NULL, 'd'},
                                          {"tgid", required_argument, NULL, 't'},
                                          {NULL, 0, NULL, 0}};
  struct tally tally = {.cpus = libbpf_num_possible_cpus()};
  unsigned deadline_s = 0;
  int tgid = 0;

  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (option == 'r')
      tally.expected = strtoull(optarg, NULL, 10);
    else if (option == 'd')
      deadline_s = (unsigned)strtoul(optarg, NULL, 10);
    else if (option == 't')
      tgid = atoi(optarg);
    else
      return usage();
  }
  if (tally.expected == 0 || deadline_s == 0 || optind != argc)
    return usage();
  if (tally.cpus < 1)
    return failed("libbpf_num_possible_cpus", -tally.cpus);

  setvbuf(stdout, NULL, _IOLBF, 0);
  alarm(deadline_s); /* whatever happens, it ends */
  const struct sigaction action = {.sa_handler = on_finish};
  sigaction(SIGTERM, &action, NULL);

  tally.seen = calloc(tally.expected, sizeof(*tally.seen));
  tally.next = calloc((size_t)tally.cpus, sizeof(*tally.next));
  const int status = tally.seen != NULL && tally.next != NULL ? count_records(&tally, tgid)
                                                              : failed("calloc", ENOMEM);
  free(tally.next);
  free(tally.seen);
  return status;
}
