/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* tools: loads and attaches each program of BPF objects by itself, and tells how that went.
 *
 *   tools OBJECT...
 *
 * A line for each program: OBJECT PROGRAM SECTION, and "attached", "attached, ran" if it has run
 * while this process did what many of the tools watch, or what failed, and why. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static int say_nothing(enum libbpf_print_level level, const char* format, va_list args) {
  (void)level, (void)format, (void)args;
  return 0;
}

static bool sized_by_its_program(const struct bpf_map* map) {
  return bpf_map__max_entries(map) == 0 && bpf_map__type(map) != BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

/* only prepares an object for one of its programs, as the tools do: some of their maps have no size
 * in the file. */
static struct bpf_program* only(struct bpf_object* object, unsigned number) {
  struct bpf_program *program = NULL, *found = NULL;
  struct bpf_map* map = NULL;

  for (unsigned i = 0; (program = bpf_object__next_program(object, program)); i++) {
    bpf_program__set_autoload(program, i == number);
    if (i == number)
      found = program;
  }
  while ((map = bpf_object__next_map(object, map)))
    if (sized_by_its_program(map))
      bpf_map__set_max_entries(map, 64);
  return found;
}

static void tell(const struct bpf_object* object, const struct bpf_program* program,
                 const char* what, int error) {
  printf("%s %s %s: %s%s%s\n", bpf_object__name(object), bpf_program__name(program),
         bpf_program__section_name(program), what, error ? ": " : "", error ? strerror(error) : "");
}

/* act does what the tools trace: it uses files, starts a process, sends a signal and sleeps. */
static void act(void) {
  char path[] = "/tmp/vm-tools-XXXXXX", byte = 'x';
  int fd = mkstemp(path);
  struct stat facts;
  pid_t child;

  if (fd < 0 || write(fd, &byte, 1) != 1 || fsync(fd) != 0 || pread(fd, &byte, 1, 0) != 1 ||
      stat(path, &facts) != 0)
    perror(path);
  close(fd);
  unlink(path);
  child = fork();
  if (child == 0)
    _exit(0);
  kill(child, 0);
  waitpid(child, NULL, 0);
  usleep(1000);
}

static bool has_run(const struct bpf_program* program) {
  struct bpf_prog_info info = {0};
  __u32 size = sizeof(info);

  return bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0 && info.run_cnt > 0;
}

/* try_program returns false behind the last program of an object. */
static bool try_program(const char* path, unsigned number) {
  struct bpf_object* object = bpf_object__open_file(path, NULL);
  struct bpf_program* program = object ? only(object, number) : NULL;
  struct bpf_link* link;
  int error;

  if (!object)
    printf("%s: not opened: %s\n", path, strerror(errno));
  if (!program) {
    bpf_object__close(object);
    return false;
  }
  error = -bpf_object__load(object);
  if (error != 0) {
    tell(object, program, "not loaded", error);
  } else if (!(link = bpf_program__attach(program))) {
    tell(object, program, "not attached", errno);
  } else {
    act();
    const bool ran = has_run(program);
    error = -bpf_link__destroy(link);
    tell(object, program,
         error ? "attached, but not destroyed"
         : ran ? "attached, ran"
               : "attached",
         error);
  }
  bpf_object__close(object);
  return true;
}

int main(int argc, char** argv) {
  const int counted = bpf_enable_stats(BPF_STATS_RUN_TIME);

  if (counted < 0)
    fprintf(stderr, "tools: runs are not counted: %s\n", strerror(-counted));
  libbpf_set_print(say_nothing);
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  for (int i = 1; i < argc; i++)
    for (unsigned number = 0; try_program(argv[i], number);)
      number++;
  return 0;
}
