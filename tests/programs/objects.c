/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* objects LIBRARY OBJECT [deepbind]: a program that is linked to one libbpf loads another one, as a
 * plugin has it, and works with an object and with BTF of that other. With `deepbind` the other is
 * loaded so that it finds its own functions first. Both libraries are used in turn. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { kSkip = 77 };

#define FUNCTIONS(f)                                                                               \
  f(bpf_object__open_file);                                                                        \
  f(bpf_object__load);                                                                             \
  f(bpf_object__btf);                                                                              \
  f(bpf_object__next_map);                                                                         \
  f(bpf_object__next_program);                                                                     \
  f(bpf_object__close);                                                                            \
  f(bpf_map__fd);                                                                                  \
  f(bpf_program__fd);                                                                              \
  f(btf__type_cnt);                                                                                \
  f(btf__new_empty);                                                                               \
  f(btf__add_btf);                                                                                 \
  f(btf__dedup);                                                                                   \
  f(btf__free)

#define DECLARE(function) __typeof__(&function) function##_
#define FIND(function)                                                                             \
  if (!(library->function##_ = (__typeof__(&function))dlsym(opened, #function)))                   \
  return #function

struct library {
  FUNCTIONS(DECLARE);
};

/* find fills in the functions of a library; it returns the name of one that is not there. */
static const char* find(struct library* library, void* opened) {
  FUNCTIONS(FIND);
  return NULL;
}

/* load opens and loads an object. It returns how many maps, programs and types it has that work, or
 * -1. The types are also copied and deduplicated. */
static int load(const struct library* library, const char* path) {
  struct bpf_object* const object = library->bpf_object__open_file_(path, NULL);
  struct btf* const copy = library->btf__new_empty_();
  int count = 0;

  if (object == NULL || copy == NULL || library->bpf_object__load_(object) != 0)
    return -1;
  for (struct bpf_map* map = NULL; (map = library->bpf_object__next_map_(object, map)) != NULL;)
    count += library->bpf_map__fd_(map) >= 0;
  for (struct bpf_program* program = NULL;
       (program = library->bpf_object__next_program_(object, program)) != NULL;)
    count += library->bpf_program__fd_(program) >= 0;
  if (library->btf__add_btf_(copy, library->bpf_object__btf_(object)) < 0 ||
      library->btf__dedup_(copy, NULL) != 0)
    return -1;
  count += (int)library->btf__type_cnt_(copy);
  library->btf__free_(copy);
  library->bpf_object__close_(object);
  return count;
}

int main(int count, char** arguments) {
  const int flags = RTLD_NOW | RTLD_LOCAL | (count > 3 ? RTLD_DEEPBIND : 0);
  void* const opened = dlopen(arguments[1], flags);
  struct library linked, other;
  const char* missing;
  int first = 0;

  if (opened == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  missing = find(&linked, RTLD_DEFAULT);
  missing = missing != NULL ? missing : find(&other, opened);
  if (missing != NULL) {
    fprintf(stderr, "there is no %s\n", missing);
    return 1;
  }
  if (linked.bpf_object__open_file_ == other.bpf_object__open_file_) {
    fprintf(stderr, "both libraries are the same\n");
    return 1;
  }
  for (int turn = 0; turn < 4; turn++) {
    const int now = load(turn % 2 == 0 ? &linked : &other, arguments[2]);

    if (now < 0 && turn == 0 && errno == EPERM) {
      printf("SKIP: the kernel lets this process load no BPF program\n");
      return kSkip;
    }
    if (now <= 0 || (turn > 0 && now != first)) {
      fprintf(stderr, "turn %d: %d, and at first %d: %s\n", turn, now, first, strerror(errno));
      return 1;
    }
    first = now;
  }
  printf("objects of both libraries, in turn: the same\n");
  return 0;
}
