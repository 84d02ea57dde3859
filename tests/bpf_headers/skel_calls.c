/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Each bpf(2) call that the functions of skel_internal.h make, as a line: command, size, and the
 * words that are not 0. Compiled with our header and with stock's. With the argument "own": what
 * only ours does. */
#include <errno.h>

#include <bpf/skel_internal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

enum { MAP = 1000, PROGRAM = 2000 };

/* The command that fails, and what the loader program returns. */
static int failing = -1, program_result;
static char data[24], insns[16], name[] = "short", long_name[] = "a name of more than 15 bytes";

/* An address in the attributes as the name of what is there; NULL if it is none. */
extern char __executable_start, end; /* NOLINT(readability-identifier-naming): the linker's */
static const char* named(uint64_t address) {
  const char here = 0;
  const void* pointer = (const void*)(uintptr_t)address;
  if (pointer == data)
    return "data";
  if (pointer == insns)
    return "insns";
  if (pointer == name)
    return "name";
  if (address > (uintptr_t)&__executable_start && address < (uintptr_t)&end)
    return "constant";
  return address > (uintptr_t)&here && address < (uintptr_t)&here + 65536 ? "variable" : NULL;
}

/* The system call of the header's functions. */
long syscall(long number, ...) {
  va_list arguments;
  int command;
  union bpf_attr* attr;
  unsigned size, i;
  uint32_t words[64] = {0};

  va_start(arguments, number);
  command = va_arg(arguments, int);
  attr = va_arg(arguments, union bpf_attr*);
  size = va_arg(arguments, unsigned);
  va_end(arguments);
  printf("%ld command %d size %u:", number, command, size);
  memcpy(words, attr, size);
  for (i = 0; i < size / 4; i++) {
    uint64_t both;
    if (words[i] == 0)
      continue;
    memcpy(&both, &words[i & ~1U], sizeof(both));
    if (i % 2 == 0 && named(both))
      printf(" %u=%s", i++ * 4, named(both));
    else
      printf(" %u=%#x", i * 4, words[i]);
  }
  printf("\n");
  if (command == failing) {
    errno = EPERM;
    return -1;
  }
  if (command == BPF_PROG_TEST_RUN)
    attr->test.retval = (__u32)program_result;
  if (command == BPF_MAP_CREATE)
    return MAP;
  return command == BPF_PROG_LOAD ? PROGRAM : 0;
}

static void load_and_run(int fails, int result, void* signature) {
  struct bpf_loader_ctx ctx = {.sz = 44, .log_level = 1, .log_size = 5, .log_buf = 6};
  struct bpf_load_and_run_opts opts = {.ctx = &ctx,
                                       .data = data,
                                       .insns = insns,
                                       .data_sz = sizeof(data),
                                       .insns_sz = sizeof(insns),
                                       .signature = signature,
                                       .signature_sz = signature ? 7 : 0,
                                       .keyring_id = signature ? -3 : 0,
                                       .excl_prog_hash = signature,
                                       .excl_prog_hash_sz = signature ? 32 : 0};
  int error;
  failing = fails;
  program_result = result;
  error = bpf_load_and_run(&opts);
  printf("= %d, told: %d\n", error, opts.errstr != NULL);
}

int main(int argc, char** argv) {
  static const int commands[] = {
      -1, BPF_MAP_CREATE, BPF_MAP_UPDATE_ELEM, BPF_MAP_FREEZE, BPF_PROG_LOAD, BPF_PROG_TEST_RUN};
  unsigned i;

  if (argc > 1 && strcmp(argv[1], "own") == 0) {
    skel_map_create(BPF_MAP_TYPE_HASH, long_name, 1, 2, 3, NULL, 0);
    skel_map_get_fd_by_id(77);
    load_and_run(-1, 0, data);
    load_and_run(BPF_OBJ_GET_INFO_BY_FD, 0, data);
    return 0;
  }
  skel_map_create(BPF_MAP_TYPE_HASH, name, 4, 5, 6, data, 32);
  skel_map_freeze(7);
  skel_map_update_elem(3, data, insns, 9);
  skel_map_delete_elem(3, data);
  skel_raw_tracepoint_open(name, 5);
  skel_link_create(3, 4, BPF_TRACE_FENTRY);
  printf("%d %d\n", skel_closenz(0), skel_closenz(-3));
  for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
    load_and_run(commands[i], 0, NULL);
  load_and_run(-1, 3, NULL);
  load_and_run(-1, -22, NULL);
  return 0;
}
