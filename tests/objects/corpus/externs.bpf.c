// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Symbols that are not in the file.
#include <stdbool.h>

#include "row.h"

#if defined(ROW_bare_without_types)
extern int missing;
#define USED missing
#elif defined(ROW_of_no_section)
extern int missing;
#define USED missing
#elif defined(ROW_of_another_section)
extern int missing SEC("other");
#define USED missing
#elif defined(ROW_unknown_to_types)
asm(".section socket,\"ax\",@progbits\n" FUNCTION(other) "r1 = missing ll\nr0 = 0\nexit\n"
                                                         ".size other, 32\n");
#define USED 0
#elif defined(ROW_kconfig_in_order)
extern unsigned long LINUX_U8 __kconfig __weak;
extern int CONFIG_I __kconfig __weak;
extern enum libbpf_tristate CONFIG_T __kconfig __weak;
extern int LINUX_F __kconfig __weak;
extern int LINUX_V __kconfig __weak;
extern unsigned short CONFIG_US __kconfig __weak;
extern bool CONFIG_A __kconfig __weak;
extern bool CONFIG_B __kconfig __weak;
extern char CONFIG_C __kconfig __weak;
extern signed char CONFIG_SC __kconfig __weak;
extern bool LINUX_C __kconfig __weak;
extern char CONFIG_S[6] __kconfig __weak;
#define USED                                                                                       \
  LINUX_U8 + CONFIG_I + CONFIG_T + LINUX_F + LINUX_V + CONFIG_US + CONFIG_A + CONFIG_B +           \
      CONFIG_C + CONFIG_SC + LINUX_C + CONFIG_S[1]
#elif defined(ROW_kconfig_function)
extern int CONFIG_F(void) __kconfig;
#define USED CONFIG_F()
#elif defined(ROW_kconfig_struct)
extern struct { int x; } CONFIG_STRUCT __kconfig;
#define USED CONFIG_STRUCT.x
#elif defined(ROW_kconfig_of_0_bytes)
extern struct {
} CONFIG_EMPTY __kconfig;
#define USED *(char*)&CONFIG_EMPTY
#elif defined(ROW_kconfig_pointer)
extern int* CONFIG_POINTER __kconfig;
#define USED *CONFIG_POINTER
#elif defined(ROW_kconfig_of_16_bytes)
extern __int128 CONFIG_WIDE __kconfig;
#define USED (int)CONFIG_WIDE
#elif defined(ROW_kconfig_of_an_enum)
extern enum other { SOME } CONFIG_ENUM __kconfig;
#define USED CONFIG_ENUM
#elif defined(ROW_kconfig_array_of_ints)
extern int CONFIG_INTS[3] __kconfig;
#define USED CONFIG_INTS[1]
#elif defined(ROW_ksyms)
extern const void untyped __ksym __weak;
extern const int typed __ksym __weak;
extern int function(int named, void*) __ksym __weak;
extern int flavored___some(void) __ksym __weak;
#define USED                                                                                       \
  (long)&untyped + (&typed ? 1 : 0) + (function ? function(1, 0) : 2) +                            \
      (flavored___some ? flavored___some() : 3)
#elif defined(ROW_both)
extern int CONFIG_BOTH __kconfig __weak;
extern const void both __ksym __weak;
#define USED CONFIG_BOTH + (long)&both
#endif

SEC("socket") int entry(void* ctx) {
  return USED;
}

char _license[] SEC("license") = "GPL";
