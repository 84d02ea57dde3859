/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* stats: where did my events go? A BPF program sends an event for each call of a certain system
 * call; we make more of them than the rings can hold, read what is there, and ask
 * <ringside/ringside.h> for the rest of the story.
 *
 *   cc stats.c -lringside -lbpf -o stats && sudo ./stats
 *
 * The part that you would take over is print_stats(). The rest makes events. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <ringside/ringside.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* No kernel has a system call of that number: nobody makes it but us. */
enum { kCall = 5077, kEvents = 10000, kPages = 8, kNotHere = 77 };

/* Numbers of one ring, or of all (RINGSIDE_ALL_RINGS). LIBBPF_OPTS sets stats.sz, by which the
 * library knows which fields we were compiled with. Any thread may ask, at any time. */
static int print_stats(const struct perf_buffer* pb, size_t ring) {
  LIBBPF_OPTS(ringside_stats, stats);
  int err = ringside_perf_buffer__stats(pb, ring, &stats);

  if (err)
    return err;
  if (ring == RINGSIDE_ALL_RINGS)
    printf("all CPUs: ");
  else
    printf("CPU %4d: ", stats.cpu);
  /* Both kinds of loss: those that the kernel has written a record of, and those that it has only
   * counted so far. */
  printf("%llu read, %llu lost, %llu corrupt; at most %llu of %llu bytes waited\n",
         (unsigned long long)stats.records,
         (unsigned long long)(stats.lost_recorded + stats.lost_unrecorded),
         (unsigned long long)stats.corrupt, (unsigned long long)stats.highest_fill,
         (unsigned long long)stats.size);
  return 0;
}

static unsigned long long seen;

static void on_sample(void* ctx, int cpu, void* data, __u32 size) {
  (void)ctx;
  (void)cpu;
  (void)data;
  (void)size;
  seen++;
}

/* refused says what the kernel would not do for us, and gives the exit status. */
static int refused(const char* what, int err) {
  int not_allowed = err == -EPERM || err == -EACCES || err == -ENOSYS;

  fprintf(not_allowed ? stdout : stderr, "%s%s: %s\n", not_allowed ? "SKIP: " : "", what,
          strerror(-err));
  return not_allowed ? kNotHere : 1;
}

/* A program for the raw tracepoint sys_enter. It is what a compiler would make of
 *
 *   __u64 id = ctx->args[1];
 *   if (id == kCall)
 *     bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &id, sizeof(id));
 */
static int load_program(int map_fd) {
  const struct bpf_insn program[] = {
      {.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 6, .src_reg = 1, .off = 8},
      {.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 6, .off = 8, .imm = kCall},
      {.code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 10, .src_reg = 6, .off = -8},
      {.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 2, .src_reg = 1, .imm = map_fd},
      {0},
      {.code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = 3, .imm = -1},
      {.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 4, .src_reg = 10},
      {.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 4, .imm = -8},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 5, .imm = sizeof(__u64)},
      {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_perf_event_output},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT}};

  return bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "stats_example", "Dual BSD/GPL", program,
                       sizeof(program) / sizeof(program[0]), NULL);
}

int main(void) {
  struct perf_buffer* pb;
  int map, program, link, i, err;

  map = bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, "events", 4, 4,
                       (unsigned)libbpf_num_possible_cpus(), NULL);
  if (map < 0)
    return refused("creating a map", map);
  program = load_program(map);
  if (program < 0)
    return refused("loading the BPF program", program);
  pb = perf_buffer__new(map, kPages, on_sample, NULL, NULL, NULL);
  if (!pb)
    return refused("perf_buffer__new", -errno);
  link = bpf_raw_tracepoint_open("sys_enter", program);
  if (link < 0)
    return refused("attaching the BPF program", link);

  /* Much more than 8 pages hold. Nobody reads meanwhile. */
  for (i = 0; i < kEvents; i++)
    syscall(kCall);
  close(link);

  printf("before reading:\n");
  err = print_stats(pb, RINGSIDE_ALL_RINGS);
  perf_buffer__consume(pb);

  printf("after reading:\n");
  for (i = 0; !err && (size_t)i < perf_buffer__buffer_cnt(pb); i++)
    err = print_stats(pb, (size_t)i);
  if (!err)
    err = print_stats(pb, RINGSIDE_ALL_RINGS);
  printf("%llu events were sent to the callback, of %d\n", seen, kEvents);

  perf_buffer__free(pb);
  close(program);
  close(map);
  return err ? 1 : 0;
}
