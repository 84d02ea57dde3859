/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* btf_files LIBRARY: BTF of files, and what a libbpf makes of it on standard output.
 *
 *   dedup TIMES FILE...        all types of the files, TIMES times, added to one BTF and deduped
 *   dump ORDER POINTER FILE    all types as C, for pointers of 4 or 8 bytes. ORDER: 0 is ascending,
 *                              1 descending, all others are the seeds of shuffles */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define FUNCTIONS(X)                                                                               \
  X(btf__new_empty)                                                                                \
  X(btf__parse)                                                                                    \
  X(btf__type_cnt)                                                                                 \
  X(btf__add_btf)                                                                                  \
  X(btf__dedup)                                                                                    \
  X(btf__raw_data)                                                                                 \
  X(btf__set_pointer_size)                                                                         \
  X(btf__free)                                                                                     \
  X(btf_dump__new)                                                                                 \
  X(btf_dump__dump_type)                                                                           \
  X(btf_dump__free)
#include "../support/functions.h"

static void need(int held, const char* what) {
  if (held)
    return;
  fprintf(stderr, "btf_files: %s failed\n", what);
  exit(1);
}

static void dedup(int times, char** files, int count) {
  struct btf* const all = p_btf__new_empty();
  uint32_t size = 0;

  for (int turn = 0; turn < times; turn++)
    for (int number = 0; number < count; number++) {
      struct btf* const one = p_btf__parse(files[number], NULL);

      need(one != NULL, files[number]);
      need(p_btf__add_btf(all, one) > 0, "btf__add_btf");
      p_btf__free(one);
    }
  need(p_btf__dedup(all, NULL) == 0, "btf__dedup");
  const void* const data = p_btf__raw_data(all, &size);

  need(data != NULL && fwrite(data, 1, size, stdout) == size, "btf__raw_data");
  p_btf__free(all);
}

static void print(void* context, const char* format, va_list arguments) {
  (void)context;
  vprintf(format, arguments);
}

/* ids 1 to count - 1 in an order. */
static uint32_t* order_of(uint32_t count, unsigned order) {
  uint32_t* const ids = calloc(count, sizeof(*ids));
  uint64_t state = order;

  need(ids != NULL, "calloc");
  for (uint32_t at = 0; at + 1 < count; at++)
    ids[at] = order == 1 ? count - 1 - at : at + 1;
  for (uint32_t at = count - 1; order > 1 && at > 1; at--) {
    state = state * 6364136223846793005 + 1442695040888963407;
    const uint32_t other = (uint32_t)((state >> 32) % at);
    const uint32_t id = ids[at - 1];

    ids[at - 1] = ids[other];
    ids[other] = id;
  }
  return ids;
}

static void dump(unsigned order, unsigned pointer, const char* file) {
  struct btf* const btf = p_btf__parse(file, NULL);

  need(btf != NULL, file);
  need(p_btf__set_pointer_size(btf, pointer) == 0, "btf__set_pointer_size");
  const uint32_t count = p_btf__type_cnt(btf);
  uint32_t* const ids = order_of(count, order);
  struct btf_dump* const made = p_btf_dump__new(btf, print, NULL, NULL);

  need(made != NULL, "btf_dump__new");
  for (uint32_t at = 0; at + 1 < count; at++)
    need(p_btf_dump__dump_type(made, ids[at]) == 0, "btf_dump__dump_type");
  p_btf_dump__free(made);
  p_btf__free(btf);
  free(ids);
}

int main(int argc, char** argv) {
  need(argc >= 5, "btf_files LIBRARY dedup|dump ...: reading the arguments");
  const char* const problem = load_functions(argv[1]);

  need(problem == NULL, problem);
  if (strcmp(argv[2], "dedup") == 0)
    dedup(atoi(argv[3]), argv + 4, argc - 4);
  else {
    need(strcmp(argv[2], "dump") == 0 && argc == 6, "reading the arguments");
    dump((unsigned)atoi(argv[3]), (unsigned)atoi(argv[4]), argv[5]);
  }
  need(fflush(stdout) == 0, "writing");
  return 0;
}
