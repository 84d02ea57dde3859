/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* results: what functions of bpf.h return on this kernel, a line each. The program has namespaces
 * of its own, in which /tmp is empty but for a bpf file system and a tree of cgroups. */
#include "results.h"

#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { skipped = 77 };
#define BPF_FOLDER "/tmp/bpf"
#define CGROUPS "/tmp/cgroups"

const char* section = "";

int show(int result, const char* format, ...) {
  const int error = errno;
  va_list arguments;

  printf("%s: ", section);
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  if (result >= 0)
    printf(": %d\n", result);
  else if (result == -524)
    printf(": ENOTSUPP%s\n", error == 524 ? "" : "!");
  else
    printf(": %s%s\n", strerrorname_np(-result), error == -result ? "" : "!");
  return result;
}

int open_shown(int fd, const char* words) {
  show(fd >= 0 ? 0 : fd, "%s%s", words, fd >= 0 ? ": fd" : "");
  return fd;
}

const struct bpf_insn return_0[2] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
    {.code = BPF_JMP | BPF_EXIT},
};
const struct bpf_insn no_exit[1] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
};

int load(enum bpf_prog_type type, enum bpf_attach_type attach_type) {
  return bpf_prog_load(type, "results", "GPL", return_0, 2,
                       WITH(bpf_prog_load_opts, .expected_attach_type = attach_type));
}

int map_of(enum bpf_map_type type, __u32 key, __u32 value, __u32 entries, __u32 flags) {
  return bpf_map_create(type, "results", key, value, entries,
                        WITH(bpf_map_create_opts, .map_flags = flags));
}

static int quiet(enum libbpf_print_level level, const char* format, va_list arguments) {
  (void)level;
  (void)format;
  (void)arguments;
  return 0;
}

static void need(bool done, const char* what) {
  if (done)
    return;
  printf("SKIP: %s: %s\n", what, strerror(errno));
  exit(skipped);
}

static void need_mount(const char* kind, const char* place) {
  need((mkdir(place, 0700) == 0 || errno == EEXIST) && mount(kind, place, kind, 0, NULL) == 0,
       place);
}

static void enter_namespaces(void) {
  need(unshare(CLONE_NEWNS | CLONE_NEWNET) == 0, "unshare");
  need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "private mounts");
  need_mount("tmpfs", "/tmp");
  need_mount("bpf", BPF_FOLDER);
  need_mount("cgroup2", CGROUPS);
}

static void print_results(const char* cgroup) {
  const int fd = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  libbpf_set_print(quiet);
  results_of_maps();
  results_of_attaching(fd);
  close(fd);
  results_of_the_rest(BPF_FOLDER);
  /* This one changes into the folder. */
  results_of_objects(BPF_FOLDER);
}

int main(void) {
  char cgroup[sizeof(CGROUPS "/ringside-results-") + 16];
  int status = 0;
  pid_t pid;

  if (bpf_map_create == NULL) {
    fputs("results: no libbpf is preloaded\n", stderr);
    return 2;
  }
  enter_namespaces();
  snprintf(cgroup, sizeof(cgroup), CGROUPS "/ringside-results-%d", getpid());
  need(mkdir(cgroup, 0700) == 0, cgroup);
  /* A cgroup outlives its mount, so it is removed even if the library crashes. */
  pid = fork();
  if (pid == 0) {
    print_results(cgroup);
    exit(0);
  }
  need(pid > 0 && waitpid(pid, &status, 0) == pid, "fork");
  rmdir(cgroup);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
