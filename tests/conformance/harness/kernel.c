/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* kernel: both back ends. On the real kernel a BPF program runs when a case asks for it; the
 * simulated kernel has functions that control it. */
#define _GNU_SOURCE
#include "harness/kernel.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "harness/conform.h"
#include "harness/kernel_live.h"
#include "support/bpf_calls.h"

#define CPU_FOLDER "/sys/devices/system/cpu"

struct sim_calls sim;
static unsigned cpu_count;

/* A map of the running case, and on the real kernel the program that uses it. */
struct emitter {
  int map_fd, program_fd;
};
enum { max_emitters = 32 };
static struct emitter emitters[max_emitters];
static unsigned emitter_count;
static int data_fd = -1;
static void* data_bytes;

/* The affinity of the process. Output on another CPU changes it for a moment. */
static cpu_set_t home_cpus;

void kernel_die(const char* what, int error) {
  fprintf(stderr, "conform: %s: %s\n", what, strerror(error));
  exit(2);
}

#define FIND(name) (*(void**)& sim.name = dlsym(RTLD_DEFAULT, "sim_" #name))

bool kernel_is_sim(void) {
  static int answer = -1;

  if (answer < 0) {
    FIND(reset), FIND(set_online), FIND(set_file), FIND(output), FIND(emit);
    FIND(emit_raw), FIND(set_positions), FIND(event_fd), FIND(fail), FIND(fail_from);
    FIND(set_page_count_bits), FIND(set_variables), FIND(add_module);
    FIND(calls), FIND(now_ns), FIND(hold_clock), FIND(output_at), FIND(live);
    FIND(ringbuf_output), FIND(ringbuf_reserve), FIND(ringbuf_submit), FIND(ringbuf_discard);
    FIND(ringbuf_set_positions), FIND(ringbuf_poke), FIND(ringbuf_wake), FIND(ringbuf_output_at);
    FIND(user_ringbuf_drain), FIND(user_ringbuf_drain_at);
    answer = sim.output != NULL;
  }
  return answer;
}

const char* kernel_refusal(void) {
  static char text[128];
  int map_fd, program_fd = -1, event_array;

  if (kernel_is_sim())
    return "the simulator is preloaded";
  event_array = sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1, 0);
  map_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1, BPF_F_MMAPABLE);
  if (event_array >= 0 && map_fd >= 0)
    program_fd = sys_bpf_load_emitter(event_array, map_fd, 8);
  if (event_array < 0 || map_fd < 0)
    snprintf(text, sizeof(text), "bpf() makes no map here: %s",
             strerror(-(event_array < 0 ? event_array : map_fd)));
  else if (program_fd < 0)
    snprintf(text, sizeof(text), "bpf() loads no program here: %s", strerror(-program_fd));
  close(event_array), close(map_fd);
  if (program_fd < 0)
    return text;
  close(program_fd);
  return NULL;
}

bool kernel_since(const char* release) {
  struct utsname names;

  return kernel_is_sim() || (uname(&names) == 0 && newer_or_equal(names.release, release));
}

void kernel_start(unsigned cpus) {
  const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

  emitter_count = 0;
  if (kernel_is_sim()) {
    sim.reset(cpu_count = cpus);
    /* Every run of a case must see the same. */
    sim.hold_clock();
    return;
  }
  cpu_count = (unsigned)sysconf(_SC_NPROCESSORS_CONF);
  /* Maps were counted against this limit before Linux 5.11. */
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
  sched_getaffinity(0, sizeof(home_cpus), &home_cpus);
  data_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, kernel_payload_max, 1, BPF_F_MMAPABLE);
  if (data_fd < 0)
    kernel_die("map for payloads", -data_fd);
  data_bytes = mmap(NULL, kernel_payload_max, PROT_READ | PROT_WRITE, MAP_SHARED, data_fd, 0);
  if (data_bytes == MAP_FAILED)
    kernel_die("mapping of payloads", errno);
}

void kernel_end(void) {
  while (emitter_count > 0)
    kernel_close(emitters[0].map_fd);
  if (kernel_is_sim())
    return;
  munmap(data_bytes, kernel_payload_max);
  close(data_fd);
}

unsigned kernel_cpus(void) {
  return cpu_count;
}

void kernel_keep(int map_fd, int program_fd) {
  if (emitter_count == max_emitters)
    kernel_die("maps of this case", ENOSPC);
  emitters[emitter_count++] = (struct emitter){map_fd, program_fd};
}

int kernel_data_fd(void) {
  return data_fd;
}

int kernel_map(unsigned max_entries) {
  int map_fd = sys_bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, max_entries, 0);
  int program_fd = -1;

  if (map_fd < 0)
    kernel_die("perf event array", -map_fd);
  if (!kernel_is_sim()) {
    program_fd = sys_bpf_load_emitter(map_fd, data_fd, kernel_payload_max);
    if (program_fd < 0)
      kernel_die("program", -program_fd);
  }
  kernel_keep(map_fd, program_fd);
  return map_fd;
}

int kernel_other_map(void) {
  int map_fd = sys_bpf_map_create(BPF_MAP_TYPE_ARRAY, 4, 4, 8, 0);

  if (map_fd < 0)
    kernel_die("array map", -map_fd);
  kernel_keep(map_fd, -1);
  return map_fd;
}

static struct emitter* find_emitter(int map_fd) {
  for (unsigned i = 0; i < emitter_count; i++)
    if (emitters[i].map_fd == map_fd)
      return &emitters[i];
  kernel_die("no such map in this case", EBADF);
  return NULL;
}

void kernel_close(int map_fd) {
  struct emitter* emitter = find_emitter(map_fd);

  if (emitter->program_fd >= 0)
    close(emitter->program_fd);
  close(map_fd);
  *emitter = emitters[--emitter_count];
}

unsigned kernel_take_slots(int map_fd, unsigned count) {
  unsigned taken = 0;

  for (uint32_t key = 0; key < count; key++)
    taken += sys_bpf_map_delete(map_fd, &key) == 0;
  return taken;
}

int kernel_program_of(int map_fd) {
  return find_emitter(map_fd)->program_fd;
}

int kernel_run(int program_fd, unsigned cpu, const uint64_t* args, size_t count) {
  cpu_set_t there;
  int error, returned = 0;

  /* If the program runs on the CPU of the caller, the wakeup comes before the call returns. */
  CPU_ZERO(&there);
  CPU_SET(cpu, &there);
  if (sched_setaffinity(0, sizeof(there), &there) != 0)
    kernel_die("affinity", errno);
  error = sys_bpf_run_on_cpu(program_fd, cpu, args, count, &returned);
  sched_setaffinity(0, sizeof(home_cpus), &home_cpus);
  if (error != 0)
    kernel_die("BPF_PROG_TEST_RUN", -error);
  return returned;
}

int kernel_run_writer(int map_fd, unsigned cpu, uint64_t flags, const void* data, uint32_t size) {
  const uint64_t args[2] = {size, flags};

  if (size > kernel_payload_max)
    kernel_die("payload", E2BIG);
  if (size > 0)
    memcpy(data_bytes, data, size);
  return kernel_run(kernel_program_of(map_fd), cpu, args, 2);
}

int kernel_output(int map_fd, unsigned cpu, const void* data, uint32_t size) {
  if (kernel_is_sim())
    return sim.output(map_fd, cpu, data, size);
  return kernel_run_writer(map_fd, cpu, BPF_F_CURRENT_CPU, data, size);
}

int kernel_output_to(int map_fd, unsigned cpu, unsigned key, const void* data, uint32_t size) {
  return kernel_run_writer(map_fd, cpu, key, data, size);
}

static void write_file(const char* path, const char* text) {
  FILE* file = fopen(path, "w");

  if (!file || fputs(text, file) < 0 || fclose(file) != 0)
    kernel_die(path, errno);
}

/* own_cpu_folder mounts a folder with the same masks over the kernel's, for this case alone. */
static void own_cpu_folder(void) {
  static const char* const names[] = {"possible", "online", "present"};
  char texts[3][4096] = {"", "", ""}, path[64];
  static bool done;

  if (done)
    return;
  done = true;
  for (unsigned i = 0; i < 3; i++) {
    FILE* file;

    snprintf(path, sizeof(path), CPU_FOLDER "/%s", names[i]);
    file = fopen(path, "r");
    if (!file || !fgets(texts[i], sizeof(texts[i]), file))
      kernel_die(path, errno);
    fclose(file);
  }
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount("none", CPU_FOLDER, "tmpfs", 0, NULL) != 0)
    skip("no mount namespace of its own");
  for (unsigned i = 0; i < 3; i++) {
    snprintf(path, sizeof(path), CPU_FOLDER "/%s", names[i]);
    write_file(path, texts[i]);
  }
}

void kernel_set_file(const char* name, const char* text) {
  char path[64];

  snprintf(path, sizeof(path), CPU_FOLDER "/%s", name);
  if (kernel_is_sim()) {
    sim.set_file(path, text);
    return;
  }
  own_cpu_folder();
  if (text)
    write_file(path, text);
  else
    unlink(path);
}

void kernel_drop_privileges(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct had[2], kept[2] = {{0, 0, 0}, {0, 0, 0}};
  char paranoid[8] = "";
  int fd = open("/proc/sys/kernel/perf_event_paranoid", O_RDONLY | O_CLOEXEC);

  if (kernel_is_sim())
    sim.fail_from("perf_event_open", 1, EACCES);
  else if (fd < 0 || read(fd, paranoid, sizeof(paranoid) - 1) <= 0 || atoi(paranoid) < 1)
    skip("perf_event_paranoid lets everybody open events here");
  close(fd);
  /* Without this, Linux 5.10 may refuse bpf() as a whole. */
  if (syscall(SYS_capget, &header, had) != 0)
    kernel_die("capget", errno);
  kept[CAP_TO_INDEX(CAP_BPF)].permitted = kept[CAP_TO_INDEX(CAP_BPF)].effective =
      had[CAP_TO_INDEX(CAP_BPF)].permitted & CAP_TO_MASK(CAP_BPF);
  if (syscall(SYS_capset, &header, kept) != 0)
    kernel_die("capset", errno);
}

struct kernel_open kernel_open_now(void) {
  struct kernel_open now = {0, 0};
  char line[512];
  FILE* maps;
  DIR* folder;

  if (kernel_is_sim()) {
    struct sim_live live = sim.live();

    now.fds = live.fds;
    now.mappings = live.mappings;
  }
  maps = fopen("/proc/self/maps", "r");
  while (maps && fgets(line, sizeof(line), maps))
    now.mappings += strstr(line, "[perf_event]") || strstr(line, "anon_inode:bpf-map");
  if (maps)
    fclose(maps);
  folder = opendir("/proc/self/fd");
  while (folder && readdir(folder))
    now.fds++;
  if (folder)
    closedir(folder);
  return now;
}
