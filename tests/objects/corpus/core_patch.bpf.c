// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What CO-RE records make of instructions. The kernel refuses most of these programs; what stands
// in them can be read.
#include <stdbool.h>

#include "row.h"

struct inner {
  int z;
};
struct sizes {
  unsigned shorter;
  bool from_bool;
  unsigned char from_char;
  int signed_shorter;
  signed char signed_longer;
  void* pointer;
  unsigned array[3];
  unsigned bits : 9;
  unsigned same;
  unsigned into_signed;
  unsigned to_struct;
  unsigned missing;
} __attribute__((preserve_access_index));
struct far_away {
  int field;
} __attribute__((preserve_access_index));
enum wide { WIDE_ONE = 1 };
enum e { E_NEGATIVE = -5, E_MISSING = 9 };

#if defined(ROW_load_same)
#define DO return at->same;
#elif defined(ROW_load_shorter)
#define DO return at->shorter;
#elif defined(ROW_store_constant_shorter)
#define DO at->shorter = 7;
#elif defined(ROW_store_register_shorter)
#define DO at->shorter = (long)ctx;
#elif defined(ROW_load_bool_longer)
#define DO return at->from_bool;
#elif defined(ROW_store_register_longer)
#define DO at->from_char = (long)ctx;
#elif defined(ROW_load_signed_shorter)
#define DO return at->signed_shorter;
#elif defined(ROW_load_signed_longer)
#define DO return at->signed_longer;
#elif defined(ROW_address_signed_shorter)
#define DO bpf_probe_read_kernel(&read, sizeof(read), &at->signed_shorter);
#elif defined(ROW_load_pointer)
#define DO return (long)at->pointer;
#elif defined(ROW_load_element_longer)
#define DO return at->array[1];
#elif defined(ROW_load_unsigned_to_signed)
#define DO return at->into_signed;
#elif defined(ROW_load_int_of_a_struct)
#define DO return at->to_struct;
#elif defined(ROW_load_far_away)
#define DO return ((struct far_away*)at)->field;
#elif defined(ROW_load_missing)
#define DO return at->missing;
#elif defined(ROW_store_missing)
#define DO at->missing = 7;
#elif defined(ROW_address_missing)
#define DO bpf_probe_read_kernel(&read, sizeof(read), &at->missing);
#elif defined(ROW_address_far_away)
#define DO bpf_probe_read_kernel(&read, sizeof(read), &((struct far_away*)at)->field);
#elif defined(ROW_number_of_64_bits)
#define DO return __builtin_preserve_enum_value(*(enum e*)E_NEGATIVE, 1);
#elif defined(ROW_number_of_64_bits_missing)
#define DO return __builtin_preserve_enum_value(*(enum e*)E_MISSING, 1);
#elif defined(ROW_number_of_32_bits)
#define DO return __builtin_preserve_field_info(at->same, 0);
#elif defined(ROW_poison_that_is_not_reached)
#define DO                                                                                         \
  if (__builtin_preserve_field_info(at->missing, 2))                                               \
    return at->missing;
#endif

SEC("raw_tp/sys_enter") long entry(struct bpf_raw_tracepoint_args* ctx) {
  struct sizes* at = (void*)ctx->args[1];
  int read = 0;

  DO;
  return read;
}

char _license[] SEC("license") = "GPL";
