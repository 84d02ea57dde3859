/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* results: how what a function of libbpf returns is shown. The program is linked with no libbpf:
 * the one that is preloaded is what it is about. */
#ifndef RINGSIDE_LIVE_RESULTS_H
#define RINGSIDE_LIVE_RESULTS_H

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "conformance/harness/under_test.h"

/* What the lines that follow are about. */
extern const char* section;

/* show writes a line: a failure is the name of its errno, with a "!" if errno is not the same. */
__attribute__((format(printf, 2, 3))) int show(int result, const char* format, ...);
/* open_shown is the same for a descriptor, which is "fd", and returns it. */
int open_shown(int fd, const char* words);

/* CALL shows a call by its own words, OPEN one that gives a descriptor; CLOSED closes that. */
#define CALL(call) show((errno = 0, (call)), "%s", #call)
#define OPEN(call) open_shown((errno = 0, (call)), #call)
#define CLOSED(call) close(OPEN(call))

/* WITH is options by value. */
#define WITH(type, ...)                                                                            \
  &(struct type) {                                                                                 \
    .sz = sizeof(struct type), __VA_ARGS__                                                         \
  }

/* A program that is right, and one that never ends. */
extern const struct bpf_insn return_0[2], no_exit[1];

int load(enum bpf_prog_type type, enum bpf_attach_type attach_type);
int map_of(enum bpf_map_type type, __u32 key, __u32 value, __u32 entries, __u32 flags);

/* results_of_maps: making maps, their elements one by one and many at once. */
void results_of_maps(void);
/* results_of_objects: programs and BTF that are loaded, and all objects by name and by id.
 * `folder` is a bpf file system. */
void results_of_objects(const char* folder);
/* results_of_attaching: to a cgroup and to devices, by links and without. */
void results_of_attaching(int cgroup);
/* results_of_the_rest: programs that run, what a task has attached, tokens, streams. */
void results_of_the_rest(const char* folder);

#endif /* RINGSIDE_LIVE_RESULTS_H */
