/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* usdt_live OBJECT EXECUTABLE: attaches the programs of usdt_live.bpf.c to probes of its own, which
 * EXECUTABLE is the path of, comes by the probes, and prints what the programs have left. Exits
 * with 77 where bpf(2) is not allowed. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>

#include "../support/usdt_probe.h"

enum { RESULTS = 32 };

#define PROBE(name, arguments) USDT_PROBE("ringside", name, "_.stapsdt.base", arguments)

__asm__(".pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n"
        ".hidden _.stapsdt.base\n"
        "_.stapsdt.base: .space 1\n"
        ".popsection\n");

/* Signed and unsigned, from registers, memory and constants, of each size. */
static void each(void) {
  static const struct {
    long first, second;
    short third;
  } memory = {-77, 88, (short)0xfedc};
  __asm__ __volatile__(PROBE("each", "-4@%%ebx 8@%%rcx -2@%%dx 1@%%sil -8@(%%rdi) 4@$7 "
                                     "-1@$-5 2@16(%%rdi)")
                       :
                       : "b"(-5L), "c"(0x123456789abL), "d"(0x12345L), "S"(0xfc8L), "D"(&memory));
}

/* An index, scaled; and as many bytes as there are. */
static void indexed(void) {
  static const long memory[] = {1, 2, 3, 4, 5};
  __asm__ __volatile__(PROBE("indexed", "-8@-8(%%rdi,%%rsi,8) 2@$9") : : "D"(memory), "S"(4L));
}

static void broken(void) {
  __asm__ __volatile__(PROBE("broken", "8@(%%rdi)") : : "D"(8L));
}

/* Attaches the program that has the name of the probe. */
static int attach(struct bpf_object* object, const char* path, const char* name,
                  struct bpf_link** link) {
  LIBBPF_OPTS(bpf_usdt_opts, opts, .usdt_cookie = 0x1122334455667788ULL);
  struct bpf_program* program = bpf_object__find_program_by_name(object, name);
  if (!bpf_program__autoload(program))
    return 0;
  *link = bpf_program__attach_usdt(program, 0, path, "ringside", name, &opts);
  if (!*link)
    printf("attaching to %s: %d\n", name, errno);
  return *link ? 0 : -1;
}

int main(int argc, char** argv) {
  static const char* const names[] = {"each", "indexed", "broken"};
  struct bpf_link* links[3] = {0};
  struct bpf_object* object;
  long results[RESULTS];
  int i, key = 0;

  if (argc != 3)
    return 2;
  object = bpf_object__open(argv[1]);
  if (!object)
    return 1;
  if (bpf_object__load(object) != 0)
    return errno == EPERM ? 77 : 1;
  for (i = 0; i < 3; i++)
    if (attach(object, argv[2], names[i], &links[i]) != 0)
      return 1;
  each();
  indexed();
  broken();
  if (bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(object, ".data.output"), &key, results))
    return 1;
  for (i = 0; i < RESULTS; i++)
    printf("%ld ", results[i]);
  printf("\n");
  for (i = 0; i < 3; i++)
    bpf_link__destroy(links[i]);
  bpf_object__close(object);
  return 0;
}
