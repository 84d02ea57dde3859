/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* dumped: what cases about btf_dump share: small BTFs, and the text that a dump hands over. */
#ifndef RINGSIDE_CONFORM_BTF_DUMPED_H
#define RINGSIDE_CONFORM_BTF_DUMPED_H

#include "harness/conform.h"

/* What the last dump printed. */
extern char dumped[4096];

/* new_types: an empty BTF, in which a pointer has 8 bytes. dump_of: the dump of its types, which
 * prints to `dumped`; the first call makes it. free_types frees both. */
struct types {
  struct btf* btf;
};
struct types new_types(void);
struct btf_dump* dump_of(struct types types);
void free_types(struct types types);

/* A member of a struct, at an offset in bits; with `bits` it is a bit field. */
struct field_of {
  const char* name;
  int type;
  unsigned offset;
  unsigned bits;
};
int add_struct(struct types types, const char* name, unsigned size, const struct field_of* fields,
               unsigned count);
#define STRUCT(types_, name_, size_, ...)                                                          \
  add_struct(types_, name_, size_, (const struct field_of[]){__VA_ARGS__},                         \
             sizeof((const struct field_of[]){__VA_ARGS__}) / sizeof(struct field_of))

/* signed_int: an int of some bytes. char_array: an array of chars. */
int signed_int(struct types types, const char* name, unsigned size);
int unsigned_int(struct types types, const char* name, unsigned size);
int char_array(struct types types, unsigned count);
int array_of(struct types types, int element, unsigned count);

/* type_text and data_text: what dump_type and dump_type_data print of a type, when the call gives
 * `result`. data_text prints compact data. */
const char* type_text(struct types types, int id, int result);
const char* data_text(struct types types, int id, const void* data, size_t size,
                      const struct btf_dump_type_data_opts* opts, int result);

#endif /* RINGSIDE_CONFORM_BTF_DUMPED_H */
