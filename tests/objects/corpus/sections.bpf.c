// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What sections of a file are for.
#include "row.h"

#if defined(ROW_bare_license_without_end)
const char _license[3] SEC("license") = "GPL";
#elif defined(ROW_bare_license_of_70_bytes)
const char _license[70] SEC("license") = "GPL";
#elif defined(ROW_bare_license_without_content)
asm(".section license,\"a\",@progbits\n");
#elif defined(ROW_bare_version)
const unsigned _version SEC("version") = 0x30201;
#elif defined(ROW_bare_version_of_2_bytes)
const unsigned short _version SEC("version") = 0x301;
#elif defined(ROW_bare_maps_of_before_1_0)
struct {
  unsigned type, key_size, value_size, max_entries;
} old SEC("maps") = {BPF_MAP_TYPE_ARRAY, 4, 4, 1};
#elif defined(ROW_data_maps)
int data = 1;
const int rodata = 2;
int zero;
int more SEC(".data.more") = 3;
const int table SEC(".rodata.table") = 4;
asm(".section .bss.more,\"aw\",@nobits\n.zero 8\n");
#elif defined(ROW_bare_unknown_names)
int own SEC("own_section") = 1;
int database SEC(".database") = 2;
#elif defined(ROW_bare_empty_ones)
asm(".section .data.none,\"aw\",@progbits\n"
    ".section .rodata.none,\"a\",@progbits\n"
    ".section .bss.none,\"aw\",@nobits\n"
    ".section nothing,\"ax\",@progbits\n");
#elif defined(ROW_bare_zeros_under_names_of_data)
asm(".section .data.zero,\"aw\",@nobits\n.zero 8\n"
    ".section .rodata.zero,\"a\",@nobits\n.zero 8\n");
#elif defined(ROW_bare_content_under_names_of_zeros)
asm(".section .bss.full,\"aw\",@progbits\n.quad 7\n");
#elif defined(ROW_bare_notes_are_ignored)
asm(".section own_section,\"\",@note\n.quad 7\n");
#elif defined(ROW_bare_types_without_content)
asm(".section .BTF,\"\",@nobits\n.zero 8\n");
#elif defined(ROW_bare_types_that_are_broken)
asm(".section .BTF,\"\",@progbits\n.quad 7\n");
#elif defined(ROW_bare_maps_without_types)
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
} m SEC(".maps");
#elif defined(ROW_bare_struct_ops_without_types)
struct {
  long number;
} ops SEC(".struct_ops");
#elif defined(ROW_bare_relocations_of_data)
int target = 1;
int* pointer = &target;
#elif defined(ROW_bare_two_of_one_name)
asm(".section .data.own,\"aw\",@progbits,unique,1\n.quad 1\n"
    ".section .data.own,\"aw\",@progbits,unique,2\n.quad 2\n.quad 3\n");
#endif
