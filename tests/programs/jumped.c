/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* jumped OBJECT: bpf_object__open of a stock library, FOREIGN_LIBRARY, ends with a jump to
 * bpf_object__open_file, which the loader has bound to ours. Ours cannot tell that call from one of
 * the program, which has only pointers. So the object is ours, and a warning says so, once. */
#include <bpf/libbpf.h>

#include "foreign.h"
#include "foreign_warnings.h"

#define FUNCTIONS(f)                                                                               \
  f(bpf_object__open);                                                                             \
  f(bpf_object__open_file);                                                                        \
  f(bpf_object__name);                                                                             \
  f(bpf_object__close);                                                                            \
  f(libbpf_set_print)

struct library {
  FUNCTIONS(DECLARE);
};

int main(int argc, char** argv) {
  const char* const foreign = getenv("FOREIGN_LIBRARY");
  void* const handle = foreign_open();
  struct bpf_object* object;
  struct library ours, stock;

  if (argc != 2 || !foreign)
    return 2;
#define LOOK_UP(name) FOREIGN_LOOK_UP(ours, stock, handle, name)
  FUNCTIONS(LOOK_UP);
  ours.libbpf_set_print(keep_warning);
  object = ours.bpf_object__open(argv[1]);
  CHECK(object != NULL && warnings == 0);
  ours.bpf_object__close(object);

  object = stock.bpf_object__open(argv[1]);
  CHECK(object != NULL && warnings == 1);
  CHECK(strstr(said, "bpf_object__open_file: it was called through a pointer"));
  CHECK(strstr(said, foreign));
  CHECK(strcmp(ours.bpf_object__name(object), "many") == 0);
  ours.bpf_object__close(object);

  object = ours.bpf_object__open_file(argv[1], NULL);
  CHECK(object != NULL && warnings == 1);
  ours.bpf_object__close(object);
  return failures != 0;
}
