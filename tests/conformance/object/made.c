/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Running loaders, and looking at what they have made. */
#include "object/made.h"

#include <stdlib.h>
#include <string.h>

#include "object/objects.h"

struct bpf_map_desc* map_in(struct made* made, unsigned map) {
  return (struct bpf_map_desc*)(void*)made->descriptions + map;
}

struct bpf_prog_desc* program_in(struct made* made, unsigned program) {
  return (struct bpf_prog_desc*)(void*)map_in(made, made->maps) + program;
}

unsigned map_index(const struct bpf_object* object, const char* name) {
  struct bpf_map *map = NULL, *wanted = map_of(object, name);
  unsigned index = 0;

  while ((map = bpf_object__next_map(object, map)) != wanted)
    index++;
  return index;
}

unsigned program_index(const struct bpf_object* object, const char* name) {
  struct bpf_program *program = NULL, *wanted = program_of(object, name);
  unsigned index = 0;

  while ((program = bpf_object__next_program(object, program)) != wanted)
    index++;
  return index;
}

int made_map(struct made* made, const struct bpf_object* object, const char* name) {
  return map_in(made, map_index(object, name))->map_fd;
}

int made_program(struct made* made, const struct bpf_object* object, const char* name) {
  return program_in(made, program_index(object, name))->prog_fd;
}

void set_up(struct made* made, const struct bpf_object* object) {
  struct bpf_map* map = NULL;
  struct bpf_program* program = NULL;

  memset(made, 0, sizeof(*made));
  while ((map = bpf_object__next_map(object, map)))
    made->maps++;
  while ((program = bpf_object__next_program(object, program)))
    made->programs++;
  if (made->maps > most_maps || made->programs > most_programs)
    abort();
  made->context.sz = (__u32)(sizeof(made->context) + made->maps * sizeof(struct bpf_map_desc) +
                             made->programs * sizeof(struct bpf_prog_desc));
}

void generate(struct bpf_object* object, struct gen_loader_opts* opts) {
  opts->sz = sizeof(*opts);
  if (!CHECK_EQ(bpf_object__gen_loader(object, opts), 0) ||
      !CHECK_EQ(bpf_object__load(object), 0) || !CHECK(opts->insns_sz != 0 && opts->data_sz != 0))
    exit(1);
}

int run(struct made* made, const struct gen_loader_opts* opts) {
  struct bpf_load_and_run_opts run_opts = {
      .ctx = &made->context,
      .data = opts->data,
      .insns = opts->insns,
      .data_sz = opts->data_sz,
      .insns_sz = opts->insns_sz,
  };

  return bpf_load_and_run(&run_opts);
}

void close_all(struct made* made) {
  for (unsigned i = 0; i < made->maps; i++)
    skel_closenz(map_in(made, i)->map_fd);
  for (unsigned i = 0; i < made->programs; i++)
    skel_closenz(program_in(made, i)->prog_fd);
}

struct bpf_object* open_and_run(const char* name, struct made* made) {
  struct gen_loader_opts opts = {0};
  struct bpf_object* object = open_object(name, NULL);

  set_up(made, object);
  generate(object, &opts);
  CHECK_EQ(run(made, &opts), 0);
  return object;
}

struct bpf_map_info map_info(int fd) {
  struct bpf_map_info info = {0};
  __u32 size = sizeof(info);

  CHECK_EQ(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
  return info;
}

struct bpf_prog_info program_info(int fd) {
  struct bpf_prog_info info = {0};
  __u32 size = sizeof(info);

  CHECK_EQ(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
  return info;
}
