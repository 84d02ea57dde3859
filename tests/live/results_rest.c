/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* results_of_the_rest. */
#include "results.h"

#include <fcntl.h>

/* TEST_RUN shows what comes back. */
#define TEST_RUN(fd, ...)                                                                          \
  do {                                                                                             \
    struct bpf_test_run_opts run = {.sz = sizeof(run), __VA_ARGS__};                               \
    CALL(bpf_prog_test_run_opts(fd, &run));                                                        \
    printf("%s: returned %u, %u and %u bytes\n", section, run.retval, run.data_size_out,           \
           run.ctx_size_out);                                                                      \
  } while (0)

void results_of_the_rest(const char* folder) {
  static char packet[64], out[64];
  const int xdp = load(BPF_PROG_TYPE_XDP, 0), raw = load(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
  const int kprobe = load(BPF_PROG_TYPE_KPROBE, 0);
  const int map = map_of(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
  const int bpf_folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int link = bpf_raw_tracepoint_open("sched_switch", raw);
  char name[32];
  __u32 length = sizeof(name), id = 9, type = 9;
  __u64 offset = 9, address = 9;

  section = "test_run";
  TEST_RUN(xdp, .data_in = packet, .data_size_in = sizeof(packet));
  TEST_RUN(xdp, .data_in = packet, .data_size_in = sizeof(packet), .data_out = out,
           .data_size_out = sizeof(out), .repeat = 3);
  TEST_RUN(xdp, .data_in = packet, .data_size_in = sizeof(packet), .data_out = out,
           .data_size_out = 8);
  TEST_RUN(xdp, .data_in = packet, .data_size_in = 13);
  TEST_RUN(xdp, .repeat = 0);
  TEST_RUN(xdp, .data_in = packet, .data_size_in = sizeof(packet), .flags = 1);
  TEST_RUN(kprobe, .repeat = 0);
  TEST_RUN(raw, .repeat = 0);
  TEST_RUN(raw, .repeat = 1);
  TEST_RUN(raw, .flags = 1, .cpu = 9999);
  TEST_RUN(-1, .repeat = 0);
  CALL(bpf_prog_test_run_opts(xdp, NULL));

  section = "task_fd_query";
  CALL(bpf_task_fd_query(getpid(), link, 0, name, &length, &id, &type, &offset, &address));
  printf("%s: '%s', length %u, type %u\n", section, name, length, type);
  length = 4;
  CALL(bpf_task_fd_query(getpid(), link, 0, name, &length, &id, &type, &offset, &address));
  printf("%s: '%s', length %u, type %u\n", section, name, length, type);
  length = 0;
  CALL(bpf_task_fd_query(getpid(), link, 0, NULL, &length, &id, &type, &offset, &address));
  CALL(bpf_task_fd_query(getpid(), link, 1, NULL, &length, &id, &type, &offset, &address));
  CALL(bpf_task_fd_query(getpid(), 0, 0, NULL, &length, &id, &type, &offset, &address));
  CALL(bpf_task_fd_query(getpid(), -1, 0, NULL, &length, &id, &type, &offset, &address));
  CALL(bpf_task_fd_query(0x3fffffff, link, 0, NULL, &length, &id, &type, &offset, &address));
  printf("%s: id %u, type %u, offset %llu, address %llu\n", section, id, type,
         (unsigned long long)offset, (unsigned long long)address);

  section = "the rest";
  CLOSED(bpf_enable_stats(BPF_STATS_RUN_TIME));
  CLOSED(bpf_enable_stats(99));
  CALL(bpf_prog_bind_map(xdp, map, NULL));
  CALL(bpf_prog_bind_map(xdp, map, NULL));
  CALL(bpf_prog_bind_map(xdp, map, WITH(bpf_prog_bind_opts, .flags = 1)));
  CALL(bpf_prog_bind_map(map, xdp, NULL));
  CALL(bpf_prog_bind_map(-1, map, NULL));
  CLOSED(bpf_token_create(bpf_folder, NULL));
  CLOSED(bpf_token_create(-1, NULL));
  CLOSED(bpf_token_create(0, NULL));
  CLOSED(bpf_token_create(bpf_folder, WITH(bpf_token_create_opts, .flags = 1)));
  CALL(bpf_prog_stream_read(xdp, 1, out, sizeof(out), NULL));
  CALL(bpf_prog_stream_read(xdp, 2, out, sizeof(out), NULL));
  CALL(bpf_prog_stream_read(xdp, 3, out, sizeof(out), NULL));
  CALL(bpf_prog_stream_read(map, 1, out, sizeof(out), NULL));
  CALL(bpf_prog_assoc_struct_ops(xdp, map, NULL));
  close(link);
  close(bpf_folder);
  close(map);
  close(kprobe);
  close(raw);
  close(xdp);
}
