/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Map definitions. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

struct key {
  int a;
  long b;
};
struct inner {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4);
  __type(key, struct key);
  __type(value, unsigned char[3]);
} first SEC(".maps"), second SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1 << 20);
  __uint(map_flags, 1);
  __uint(key_size, sizeof(struct key));
  __uint(value_size, 12);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} sized SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 2);
  __type(key, int);
  __array(values, struct inner);
} outer SEC(".maps") = {.values = {&first, &second}};

int program(void* ctx);
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 3);
  __uint(pinning, LIBBPF_PIN_NONE);
  __uint(key_size, sizeof(int));
  __array(values, int(void* ctx));
} programs SEC(".maps") = {.values = {[1] = (void*)&program}};

#if VERSION >= 104
struct {
  __uint(type, BPF_MAP_TYPE_ARENA);
  __ulong(map_extra, 0x1ULL << 44);
} arena SEC(".maps");
#endif

SEC("socket") int program(void* ctx) {
  struct key key = {};
  return ctx && bpf_map_lookup_elem(&first, &key) && bpf_map_lookup_elem(&sized, &key) &&
         bpf_map_lookup_elem(&outer, &key);
}
