/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* tools: loads and attaches each program of BPF objects by itself, and tells how that went.
 *
 *   tools OBJECT...
 *
 * A line for each program: OBJECT PROGRAM SECTION, and "attached" or what failed, and why. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

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
    error = -bpf_link__destroy(link);
    tell(object, program, error ? "attached, but not destroyed" : "attached", error);
  }
  bpf_object__close(object);
  return true;
}

int main(int argc, char** argv) {
  libbpf_set_print(say_nothing);
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  for (int i = 1; i < argc; i++)
    for (unsigned number = 0; try_program(argv[i], number);)
      number++;
  return 0;
}
