/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* made: running loaders, which bpf_object__gen_loader makes, and what they have made. */
#ifndef RINGSIDE_CONFORM_MADE_H
#define RINGSIDE_CONFORM_MADE_H

#include "harness/conform.h"

/* Its functions are inline: those of the library under test are not among them. */
#include <bpf/skel_internal.h>

enum { most_maps = 80, most_programs = 48 };

/* made is what a loader gets and gives. The descriptions lie one behind the other in memory. */
struct made {
  struct bpf_loader_ctx context;
  unsigned char descriptions[most_maps * sizeof(struct bpf_map_desc) +
                             most_programs * sizeof(struct bpf_prog_desc)];
  unsigned maps, programs;
} __attribute__((aligned(8)));

/* set_up makes it ready for an object's loader. */
void set_up(struct made* made, const struct bpf_object* object);
/* generate makes the loader of an object, which ends the case if it fails; run runs it. */
void generate(struct bpf_object* object, struct gen_loader_opts* opts);
int run(struct made* made, const struct gen_loader_opts* opts);
/* open_and_run does all that for an object of tests/objects. */
struct bpf_object* open_and_run(const char* name, struct made* made);
/* close_all closes what was made. */
void close_all(struct made* made);

/* What stands for a map or program in it, by its place or by its name in the object. */
struct bpf_map_desc* map_in(struct made* made, unsigned map);
struct bpf_prog_desc* program_in(struct made* made, unsigned program);
unsigned map_index(const struct bpf_object* object, const char* name);
unsigned program_index(const struct bpf_object* object, const char* name);
int made_map(struct made* made, const struct bpf_object* object, const char* name);
int made_program(struct made* made, const struct bpf_object* object, const char* name);

/* What the kernel says of a descriptor. */
struct bpf_map_info map_info(int fd);
struct bpf_prog_info program_info(int fd);

#endif /* RINGSIDE_CONFORM_MADE_H */
