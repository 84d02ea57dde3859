/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* The traced side: the BPF programs, the calls that they see, and what they count. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>

#include "../support/ring_programs.h"
#include "wakeups.h"

/* The traced call is one that no kernel has, so that no other program makes it; the number has the
 * process in it, so that no other bench does. The tracepoint fires all the same. */
enum { kFirstCall = 1 << 24, kCallsBetweenClocks = 64, kSettleSeconds = 5 };

#define INSN_ADD_IMM(dst, value) BPF_INSN(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value)
#define INSN_MOV64_IMM(dst, value)                                                                 \
  BPF_INSN(BPF_LD | BPF_DW | BPF_IMM, dst, 0, 0, (int32_t)(uint32_t)(value)),                      \
      BPF_INSN(0, 0, 0, 0, (int32_t)(uint32_t)((value) >> 32))
/* Adds 1 to the first word of an array map's value. */
#define INSN_COUNT(fd)                                                                             \
  INSN_MAP_VALUE(1, fd, 0), INSN_LOAD(BPF_DW, 2, 1, 0), INSN_ADD_IMM(2, 1),                        \
      INSN_STORE(BPF_DW, 1, 0, 2)

static int traced_call(void) {
  return kFirstCall + getpid();
}

static int create_counter(void) {
  int fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);

  if (fd < 0)
    bench_die("creating an array map", -fd);
  return fd;
}

static uint64_t read_counter(int fd) {
  uint64_t value = 0;
  int key = 0, error = sys_bpf_map_lookup(fd, &key, &value);

  if (error)
    bench_die("reading an array map", -error);
  return value;
}

static int attach(int prog_fd) {
  int fd = sys_bpf_raw_tracepoint_open("sys_enter", prog_fd);

  if (fd < 0)
    bench_die("attaching to the raw tracepoint sys_enter", -fd);
  return fd;
}

/* load_tracer loads a program that writes a record for each traced call: the time, eight times
 * over. What cannot be written is counted. */
static int load_tracer(const struct session* session, uint64_t ring_flags) {
  enum { kWrite = 18, kRecord = -kRecordBytes };
  const struct bpf_insn begin[kWrite] = {
      INSN_MOV_REG(6, 1),
      INSN_LOAD(BPF_DW, 2, 1, 8), /* the system call's number */
      INSN_JUMP_IMM(BPF_JEQ, 2, traced_call(), 2),
      INSN_MOV_IMM(0, 0),
      INSN_EXIT(),
      INSN_CALL(BPF_FUNC_ktime_get_ns),
      INSN_STORE(BPF_DW, 10, kRecord, 0),
      INSN_STORE(BPF_DW, 10, kRecord + 8, 0),
      INSN_STORE(BPF_DW, 10, kRecord + 16, 0),
      INSN_STORE(BPF_DW, 10, kRecord + 24, 0),
      INSN_STORE(BPF_DW, 10, kRecord + 32, 0),
      INSN_STORE(BPF_DW, 10, kRecord + 40, 0),
      INSN_STORE(BPF_DW, 10, kRecord + 48, 0),
      INSN_STORE(BPF_DW, 10, kRecord + 56, 0),
      INSN_MOV_REG(7, 10),
      INSN_ADD_IMM(7, kRecord),
      INSN_MAP(1, session->map_fd),
  };
  const struct bpf_insn to_perf[] = {
      INSN_MOV_REG(2, 1),
      INSN_MOV_REG(1, 6),
      BPF_INSN(BPF_ALU | BPF_MOV | BPF_K, 3, 0, 0, -1), /* BPF_F_CURRENT_CPU */
      INSN_MOV_REG(4, 7),
      INSN_MOV_IMM(5, kRecordBytes),
      INSN_CALL(BPF_FUNC_perf_event_output),
  };
  const struct bpf_insn to_ring[] = {
      INSN_MOV_REG(2, 7),
      INSN_MOV_IMM(3, kRecordBytes),
      INSN_MOV_IMM(4, (int)ring_flags),
      INSN_CALL(BPF_FUNC_ringbuf_output),
  };
  const struct bpf_insn end[] = {
      INSN_JUMP_IMM(BPF_JEQ, 0, 0, 5),
      INSN_COUNT(session->dropped_fd),
      INSN_MOV_IMM(0, 0),
      INSN_EXIT(),
  };
  struct bpf_insn program[64];
  size_t count = kWrite;
  int fd;

  memcpy(program, begin, sizeof(begin));
  if (session->ring == kPerfRing) {
    memcpy(program + count, to_perf, sizeof(to_perf));
    count += LENGTH_OF(to_perf);
  } else {
    memcpy(program + count, to_ring, sizeof(to_ring));
    count += LENGTH_OF(to_ring);
  }
  memcpy(program + count, end, sizeof(end));
  count += LENGTH_OF(end);
  fd = sys_bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, program, count, NULL, 0);
  if (fd < 0)
    bench_die("loading a BPF program", -fd);
  return fd;
}

/* load_call_counter loads a program that counts the system calls of one process. */
static int load_call_counter(pid_t process, int counter_fd) {
  struct stat namespace;

  /* A process id means something only within its namespace, which the kernel knows by the device
   * and inode of its file, and it packs device numbers in its own way. */
  if (stat("/proc/self/ns/pid", &namespace))
    bench_die("looking at /proc/self/ns/pid", errno);
  const uint64_t device = (uint64_t)major(namespace.st_dev) << 20 | minor(namespace.st_dev);
  const struct bpf_insn program[] = {
      INSN_MOV64_IMM(1, device),
      INSN_MOV64_IMM(2, (uint64_t) namespace.st_ino),
      INSN_MOV_REG(3, 10),
      INSN_ADD_IMM(3, -8),
      INSN_MOV_IMM(4, sizeof(struct bpf_pidns_info)),
      INSN_CALL(BPF_FUNC_get_ns_current_pid_tgid),
      INSN_JUMP_IMM(BPF_JNE, 0, 0, 7),
      INSN_LOAD(BPF_W, 1, 10, -4),
      INSN_JUMP_IMM(BPF_JNE, 1, process, 5),
      INSN_COUNT(counter_fd),
      INSN_MOV_IMM(0, 0),
      INSN_EXIT(),
  };
  int fd = LOAD_RAW_TRACEPOINT(program);

  if (fd < 0)
    bench_die("loading a BPF program", -fd);
  return fd;
}

/* That is the n-th of the CPUs that the process might use when it began. */
void wakeups_pin(int n) {
  static cpu_set_t allowed;
  cpu_set_t one;

  if (CPU_COUNT(&allowed) == 0)
    sched_getaffinity(0, sizeof(allowed), &allowed);
  for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (CPU_ISSET(cpu, &allowed) && n-- == 0) {
      CPU_ZERO(&one);
      CPU_SET(cpu, &one);
      sched_setaffinity(0, sizeof(one), &one);
    }
  }
}

/* start_reader forks the reader and returns when it is ready to read. */
static void start_reader(struct session* session, const struct setup* setup) {
  pid_t parent = getpid();
  int ends[2];
  char nothing;

  if (pipe(ends))
    bench_die("making a pipe", errno);
  session->reader = fork();
  if (session->reader < 0)
    bench_die("forking", errno);
  if (session->reader == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
      _exit(1);
    wakeups_pin(kReaderCpu);
    close(ends[0]);
    wakeups_read(setup, session->map_fd, session->told, ends[1]);
  }
  close(ends[1]);
  if (read(ends[0], &nothing, 1) != 1) {
    int status = 0;

    waitpid(session->reader, &status, 0);
    exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
  }
  close(ends[0]);
}

void wakeups_start(struct session* session, const struct setup* setup, struct told* told) {
  int is_perf = setup->ring == kPerfRing;

  wakeups_pin(kTracedCpu);
  *session = (struct session){.ring = setup->ring, .told = told, .dropped_fd = create_counter()};
  session->map_fd =
      is_perf ? sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4,
                                   (uint32_t)sysconf(_SC_NPROCESSORS_CONF), 0)
              : sys_bpf_map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, (uint32_t)setup->ring_bytes, 0);
  if (session->map_fd < 0)
    bench_die("creating a map", -session->map_fd);
  session->prog_fd = load_tracer(session, setup->reader == kFloor ? BPF_RB_NO_WAKEUP : 0);
  atomic_store(&told->records, 0);
  atomic_store(&told->keep_delays, 0);
  atomic_store(&told->delay_count, 0);
  start_reader(session, setup);
  session->link_fd = attach(session->prog_fd);
}

static double call_repeatedly(double duration_ns, uint64_t* calls) {
  int call = traced_call();
  double start = bench_now_ns(), end = start;

  for (*calls = 0; end - start < duration_ns; end = bench_now_ns()) {
    for (int i = 0; i < kCallsBetweenClocks; i++)
      syscall(call);
    *calls += kCallsBetweenClocks;
  }
  return (end - start) / (double)*calls;
}

double wakeups_call(struct session* session, double duration_ns) {
  uint64_t calls;
  double ns = call_repeatedly(duration_ns, &calls);

  session->calls += calls;
  return ns;
}

double wakeups_call_times(struct session* session, uint64_t calls) {
  int call = traced_call();
  double start = bench_now_ns();

  for (uint64_t i = 0; i < calls; i++)
    syscall(call);
  session->calls += calls;
  return (bench_now_ns() - start) / (double)calls;
}

double wakeups_call_untraced(double duration_ns) {
  uint64_t calls;

  wakeups_pin(kTracedCpu);
  return call_repeatedly(duration_ns, &calls);
}

static void wait_until(double ns) {
  const struct timespec when = {.tv_sec = (time_t)(ns / 1e9),
                                .tv_nsec = (long)(ns - (double)(time_t)(ns / 1e9) * 1e9)};

  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL))
    ;
}

uint64_t wakeups_call_at(struct session* session, double rate, double duration_ns) {
  int call = traced_call(), sleeps = rate < 1000;
  double start = bench_now_ns(), now;
  uint64_t calls = 0;

  for (;;) {
    double due = start + (double)(calls + 1) * 1e9 / rate;

    if (sleeps)
      wait_until(due);
    while ((now = bench_now_ns()) < due)
      ;
    if (now - start > duration_ns)
      break;
    syscall(call);
    calls++;
  }
  session->calls += calls;
  return calls;
}

double wakeups_reader_cpu_ns(const struct session* session) {
  struct timespec used;
  clockid_t clock;
  int error = clock_getcpuclockid(session->reader, &clock);

  if (error || clock_gettime(clock, &used))
    bench_die("reading the reader's CPU time", error ? error : errno);
  return (double)used.tv_sec * 1e9 + (double)used.tv_nsec;
}

uint64_t wakeups_settle(const struct session* session) {
  double end = bench_now_ns() + kSettleSeconds * 1e9;
  uint64_t lost = read_counter(session->dropped_fd), records;

  while ((records = atomic_load(&session->told->records)) + lost != session->calls) {
    if (bench_now_ns() > end) {
      fprintf(stderr, "wakeups_bench: %llu calls, but %llu records read and %llu lost\n",
              (unsigned long long)session->calls, (unsigned long long)records,
              (unsigned long long)lost);
      exit(1);
    }
    wait_until(bench_now_ns() + 1e6);
  }
  return lost;
}

uint64_t wakeups_idle_calls(const struct session* session, double duration_ns) {
  int counter_fd = create_counter(), prog_fd = load_call_counter(session->reader, counter_fd);
  int link_fd = attach(prog_fd);
  uint64_t calls;

  wait_until(bench_now_ns() + duration_ns);
  calls = read_counter(counter_fd);
  close(link_fd);
  close(prog_fd);
  close(counter_fd);
  return calls;
}

void wakeups_end(struct session* session) {
  close(session->link_fd);
  kill(session->reader, SIGKILL);
  waitpid(session->reader, NULL, 0);
  close(session->prog_fd);
  close(session->map_fd);
  close(session->dropped_fd);
}
