/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* dumped: small BTFs, and the text that a dump hands over. */
#include "btf/dumped.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

char dumped[4096];

static struct btf_dump* dump;

__attribute__((format(printf, 2, 0))) static void gather(void* context, const char* format,
                                                         va_list args) {
  const size_t length = strlen(dumped);

  CHECK(context == dumped);
  vsnprintf(dumped + length, sizeof(dumped) - length, format, args);
}

struct types new_types(void) {
  struct types types = {.btf = btf__new_empty()};

  btf__set_pointer_size(types.btf, 8);
  return types;
}

struct btf_dump* dump_of(struct types types) {
  if (!dump)
    CHECK((dump = btf_dump__new(types.btf, gather, dumped, NULL)) != NULL);
  return dump;
}

void free_types(struct types types) {
  btf_dump__free(dump);
  dump = NULL;
  btf__free(types.btf);
}

int add_struct(struct types types, const char* name, unsigned size, const struct field_of* fields,
               unsigned count) {
  const int id = btf__add_struct(types.btf, name, size);

  for (unsigned i = 0; i < count; i++)
    CHECK_EQ(
        btf__add_field(types.btf, fields[i].name, fields[i].type, fields[i].offset, fields[i].bits),
        0);
  return id;
}

int signed_int(struct types types, const char* name, unsigned size) {
  return btf__add_int(types.btf, name, size, BTF_INT_SIGNED);
}

int unsigned_int(struct types types, const char* name, unsigned size) {
  return btf__add_int(types.btf, name, size, 0);
}

int char_array(struct types types, unsigned count) {
  return array_of(types, signed_int(types, "char", 1), count);
}

int array_of(struct types types, int element, unsigned count) {
  return btf__add_array(types.btf, element, element, count);
}

const char* type_text(struct types types, int id, int result) {
  dumped[0] = '\0';
  CHECK_EQ(btf_dump__dump_type(dump_of(types), (__u32)id), result);
  return dumped;
}

const char* data_text(struct types types, int id, const void* data, size_t size,
                      const struct btf_dump_type_data_opts* opts, int result) {
  const struct btf_dump_type_data_opts compact = {.sz = sizeof(compact), .compact = true};

  if (!opts)
    opts = &compact;
  dumped[0] = '\0';
  CHECK_EQ(btf_dump__dump_type_data(dump_of(types), (__u32)id, data, size, opts), result);
  return dumped;
}
