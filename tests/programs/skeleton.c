/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* A program that is used through a skeleton and a subskeleton, as C and as C++: it counts its own
 * system calls. What it prints is the same with every libbpf. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "skeleton.skel.h"
#include "skeleton.subskel.h"

static int quiet(enum libbpf_print_level level, const char* format, va_list arguments) {
  return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

static int failed(const char* what, int error) {
  fprintf(stderr, "skeleton: %s failed with %d\n", what, error);
  return error == -EPERM ? 77 : 1;
}

#ifdef __cplusplus
#define OPEN skeleton::open
#define LOAD skeleton::load
#define ATTACH skeleton::attach
#define DETACH skeleton::detach
#define DESTROY skeleton::destroy
#else
#define OPEN skeleton__open
#define LOAD skeleton__load
#define ATTACH skeleton__attach
#define DETACH skeleton__detach
#define DESTROY skeleton__destroy
#endif

static int print_counts(struct skeleton* skeleton) {
  for (int key = 0; key < 8; key++) {
    long count = 0;

    if (bpf_map_lookup_elem(bpf_map__fd(skeleton->maps.counts), &key, &count) == 0)
      printf("counts[%d] %ld\n", key, count);
  }
  return 0;
}

/* use_part looks at the object as a library would that knows a part of it. */
static int use_part(struct bpf_object* object) {
  struct skeleton_part* const sub = skeleton_part__open(object);

  if (sub == NULL)
    return failed("skeleton_part__open", -errno);
  printf("part: seen %ld step %d totals %ld, %s\n", *sub->bss.seen, *sub->data.step,
         (*sub->data_totals.totals)[1], bpf_map__name(sub->maps.events));
  skeleton_part__destroy(sub);
  return 0;
}

int main(void) {
  struct skeleton* skeleton;
  size_t size = 0;
  int error;

  libbpf_set_print(quiet);
  skeleton = OPEN();
  if (skeleton == NULL)
    return failed("open", -errno);
  printf("%s has %d bytes\n", bpf_object__name(skeleton->obj),
         skeleton__elf_bytes(&size) != NULL && size > 0);
  printf("step %d totals %ld limits %ld label %.8s\n", skeleton->data->step,
         skeleton->data_totals->totals[1], (long)skeleton->rodata_limits->limits[2],
         (const char*)skeleton->rodata->label);
  skeleton->rodata->wanted_pid = getpid();
  skeleton->data->step = 2;
  skeleton->bss->seen = 0;
  error = LOAD(skeleton);
  if (error != 0)
    return failed("load", error);
  printf("left out %d, seen %ld\n", bpf_program__fd(skeleton->progs.left_out) < 0,
         (long)skeleton->bss->seen);
  error = ATTACH(skeleton);
  if (error != 0)
    return failed("attach", error);
  printf("linked %d %d %d\n", skeleton->links.on_call != NULL, skeleton->links.filter != NULL,
         skeleton->links.left_out != NULL);
  for (int call = 0; call < 8; call++)
    (void)getppid();
  DETACH(skeleton);
  printf("linked %d\n", skeleton->links.on_call != NULL);
  printf("seen %ld done %d totals %ld\n", (long)skeleton->bss->seen, skeleton->bss->is_done,
         skeleton->data_totals->totals[1]);
  print_counts(skeleton);
  error = use_part(skeleton->obj);
  DESTROY(skeleton);
  return error;
}
