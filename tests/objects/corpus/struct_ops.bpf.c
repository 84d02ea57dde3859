// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Tables of functions for the kernel, as the file has them.
#include "row.h"

struct my_ops {
  int number;
  int (*init)(void);
  int (*done)(void);
};

SEC("struct_ops/init") int init(void* ctx) {
  return 0;
}
SEC("struct_ops.s/done") int done(void* ctx) {
  return 0;
}

#if defined(ROW_each_section)
SEC(".struct_ops") struct my_ops plain = {.number = 1, .init = (void*)init, .done = (void*)done};
SEC(".struct_ops.link") struct my_ops linked = {.number = 2, .init = (void*)init};
#elif defined(ROW_optional_sections)
SEC("?.struct_ops") struct my_ops optional = {.number = 1, .init = (void*)init};
SEC("?.struct_ops.link") struct my_ops optional_link = {.number = 2, .done = (void*)done};
#elif defined(ROW_two_in_a_section)
SEC(".struct_ops") struct my_ops second = {.number = 1, .init = (void*)init};
SEC(".struct_ops") struct my_ops first = {.number = 2, .done = (void*)done};
#elif defined(ROW_of_an_unnamed_type)
SEC(".struct_ops") struct { int (*init)(void); } unnamed = {.init = (void*)init};
#elif defined(ROW_not_a_struct)
SEC(".struct_ops") long number = 1;
#elif defined(ROW_program_in_a_number)
struct with_pointer {
  int* pointer;
};
SEC(".struct_ops") struct with_pointer ops = {.pointer = (void*)init};
#elif defined(ROW_program_of_another_kind)
SEC("socket") int other(void* ctx) {
  return 0;
}
SEC(".struct_ops") struct my_ops ops = {.init = (void*)other};
#elif defined(ROW_program_of_text)
NOINLINE int helper(void* ctx) {
  return 0;
}
SEC(".struct_ops") struct my_ops ops = {.init = (void*)helper};
#elif defined(ROW_data_for_a_program)
int data = 1;
SEC(".struct_ops") struct my_ops ops = {.init = (void*)&data};
#elif defined(ROW_unknown_to_the_kernel)
SEC(".struct_ops") struct my_ops ops = {.init = (void*)init, .done = (void*)done};
#elif defined(ROW_program_of_no_table)
SEC("?.struct_ops") struct my_ops ops = {.init = (void*)init};
#endif

char _license[] SEC("license") = "GPL";
