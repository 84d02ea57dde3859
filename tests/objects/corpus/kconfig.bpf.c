// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Configuration of each type, which texts of test programs set.
#include <stdbool.h>

#include "row.h"

#if defined(ROW_types)
extern bool CONFIG_BOOL __kconfig __weak;
extern enum libbpf_tristate CONFIG_TRISTATE __kconfig __weak;
extern char CONFIG_CHAR __kconfig __weak;
extern unsigned char CONFIG_U8 __kconfig __weak;
extern signed char CONFIG_S8 __kconfig __weak;
extern unsigned short CONFIG_U16 __kconfig __weak;
extern short CONFIG_S16 __kconfig __weak;
extern unsigned CONFIG_U32 __kconfig __weak;
extern int CONFIG_S32 __kconfig __weak;
extern unsigned long CONFIG_U64 __kconfig __weak;
extern long CONFIG_S64 __kconfig __weak;
extern char CONFIG_TEXT[6] __kconfig __weak;

SEC("raw_tp/sys_enter") int entry(void* ctx) {
  return CONFIG_BOOL + CONFIG_TRISTATE + CONFIG_CHAR + CONFIG_U8 + CONFIG_S8 + CONFIG_U16 +
         CONFIG_S16 + CONFIG_U32 + CONFIG_S32 + CONFIG_U64 + CONFIG_S64 + CONFIG_TEXT[1];
}
#endif

char _license[] SEC("license") = "GPL";
