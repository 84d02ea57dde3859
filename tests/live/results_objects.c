/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* results_of_objects. */
#include "results.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static char log_text[4096];
static const __u32 zero_info[2];

#define LOAD(insns, count, ...)                                                                    \
  CLOSED(bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "results", "GPL", insns, count,                \
                       WITH(bpf_prog_load_opts, __VA_ARGS__)))

static void loading_programs(void) {
  section = "prog_load";
  LOAD(return_0, 2, .attempts = 0);
  LOAD(return_0, 0, .attempts = 0);
  LOAD(return_0, 2000000, .attempts = 0);
  LOAD(no_exit, 1, .attempts = 0);
  LOAD(return_0, 2, .attempts = -1);
  LOAD(return_0, 2, .prog_flags = 1U << 30);
  LOAD(return_0, 2, .log_level = 1, .log_buf = log_text, .log_size = sizeof(log_text));
  LOAD(no_exit, 1, .log_level = 1, .log_buf = log_text, .log_size = sizeof(log_text));
  LOAD(no_exit, 1, .log_level = 0, .log_buf = log_text, .log_size = sizeof(log_text));
  LOAD(no_exit, 1, .log_level = 1, .log_buf = log_text, .log_size = 128);
  LOAD(return_0, 2, .log_level = 1, .log_buf = log_text, .log_size = 8);
  LOAD(return_0, 2, .log_level = 1);
  LOAD(return_0, 2, .log_level = 8, .log_buf = log_text, .log_size = sizeof(log_text));
  LOAD(return_0, 2, .log_level = 16, .log_buf = log_text, .log_size = sizeof(log_text));
  LOAD(return_0, 2, .log_buf = log_text);
  LOAD(return_0, 2, .log_size = 8);
  LOAD(return_0, 2, .attach_prog_fd = 1, .attach_btf_obj_fd = 1);
  LOAD(return_0, 2, .attach_prog_fd = 999);
  LOAD(return_0, 2, .prog_btf_fd = 999);
  LOAD(return_0, 2, .token_fd = 999);
  LOAD(return_0, 2, .token_fd = 999, .prog_flags = 1 << 16);
  LOAD(return_0, 2, .fd_array_cnt = 1);
  LOAD(return_0, 2, .expected_attach_type = 999);
  LOAD(return_0, 2, .prog_ifindex = 9999);
  LOAD(return_0, 2, .kern_version = 1);
  LOAD(return_0, 2, .func_info = zero_info, .func_info_cnt = 1, .func_info_rec_size = 8);
  LOAD(return_0, 2, .func_info_rec_size = 7, .func_info_cnt = 1, .func_info = zero_info);
  CLOSED(bpf_prog_load((enum bpf_prog_type)99, "results", "GPL", return_0, 2, NULL));
  CLOSED(bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "bad-name", "GPL", return_0, 2, NULL));
  CLOSED(bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, NULL, NULL, return_0, 2, NULL));
  CLOSED(bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, NULL, "GPL", NULL, 2, NULL));
  CLOSED(load(BPF_PROG_TYPE_KPROBE, 0));
  CLOSED(load(BPF_PROG_TYPE_XDP, (enum bpf_attach_type)999));
  CLOSED(load(BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT));
  CLOSED(load(BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_XDP));
}

static void loading_btf(void) {
  static const struct {
    unsigned short magic;
    unsigned char version, flags;
    __u32 header_size, type_offset, type_size, string_offset, string_size;
    __u32 types[4];
    char strings[8];
  } good = {0xeb9f, 1, 0, 24, 0, 16, 16, 1, {0, 0x01000000, 4, 0x20}, ""};
  const size_t size = 24 + 16 + 1;

  section = "btf_load";
  CLOSED(bpf_btf_load(&good, size, NULL));
  CLOSED(bpf_btf_load(&good, size - 1, NULL));
  CLOSED(bpf_btf_load(&good, 0, NULL));
  CLOSED(bpf_btf_load(&good, 17 << 20, NULL));
  CLOSED(bpf_btf_load(NULL, size, NULL));
  CLOSED(bpf_btf_load(
      &good, size - 1,
      WITH(bpf_btf_load_opts, .log_level = 1, .log_buf = log_text, .log_size = sizeof(log_text))));
  CLOSED(bpf_btf_load(&good, size - 1,
                      WITH(bpf_btf_load_opts, .log_buf = log_text, .log_size = sizeof(log_text))));
  CLOSED(bpf_btf_load(&good, size - 1,
                      WITH(bpf_btf_load_opts, .log_level = 1, .log_buf = log_text, .log_size = 4)));
  CLOSED(bpf_btf_load(&good, size,
                      WITH(bpf_btf_load_opts, .log_level = 1, .log_buf = log_text, .log_size = 4)));
  CLOSED(bpf_btf_load(&good, size, WITH(bpf_btf_load_opts, .log_size = 4)));
  CLOSED(bpf_btf_load(&good, size, WITH(bpf_btf_load_opts, .log_level = 1)));
  CLOSED(bpf_btf_load(&good, size, WITH(bpf_btf_load_opts, .token_fd = 999)));
  CLOSED(bpf_btf_load(&good, size, WITH(bpf_btf_load_opts, .token_fd = 999, .btf_flags = 1 << 16)));
}

static void pins(const char* folder) {
  const int map = map_of(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
  const int program = load(BPF_PROG_TYPE_SOCKET_FILTER, 0);

  section = "pins";
  if (chdir(folder) != 0)
    abort();
  CALL(bpf_obj_pin(map, "map"));
  CALL(bpf_obj_pin(map, "map"));
  CALL(bpf_obj_pin(program, "program"));
  CALL(bpf_obj_pin(map, "none/map"));
  CALL(bpf_obj_pin(map, "a.dot"));
  CALL(bpf_obj_pin(map, "/tmp/elsewhere"));
  CALL(bpf_obj_pin(map, NULL));
  CALL(bpf_obj_pin(-1, "bad"));
  CALL(bpf_obj_pin(0, "bad"));
  CALL(bpf_obj_pin_opts(map, "flags", WITH(bpf_obj_pin_opts, .file_flags = 1U << 30)));
  CALL(bpf_obj_pin_opts(map, "path", WITH(bpf_obj_pin_opts, .path_fd = AT_FDCWD)));
  CALL(bpf_obj_pin_opts(map, "path",
                        WITH(bpf_obj_pin_opts, .path_fd = AT_FDCWD, .file_flags = 1 << 14)));
  CLOSED(bpf_obj_get("map"));
  CLOSED(bpf_obj_get("program"));
  CLOSED(bpf_obj_get("none"));
  CLOSED(bpf_obj_get("/etc/passwd"));
  CLOSED(bpf_obj_get("."));
  CLOSED(bpf_obj_get(NULL));
  CLOSED(bpf_obj_get_opts("map", WITH(bpf_obj_get_opts, .file_flags = BPF_F_RDONLY)));
  CLOSED(bpf_obj_get_opts("program", WITH(bpf_obj_get_opts, .file_flags = BPF_F_RDONLY)));
  CLOSED(bpf_obj_get_opts("map", WITH(bpf_obj_get_opts, .file_flags = 1U << 30)));
  unlink("map");
  unlink("program");
  unlink("path");
  close(program);
  close(map);
}

/* INFO shows what became of the size. */
#define INFO(fd, info, size)                                                                       \
  do {                                                                                             \
    __u32 length = size;                                                                           \
    CALL(bpf_obj_get_info_by_fd(fd, info, &length));                                               \
    printf("%s: length %u\n", section, length);                                                    \
  } while (0)

static void ids(void) {
  const int map = map_of(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
  const int program = load(BPF_PROG_TYPE_SOCKET_FILTER, 0);
  static char large[8192];
  struct bpf_map_info map_info = {0};
  struct bpf_prog_info prog_info = {0};
  __u32 id;

  section = "ids";
  CALL(bpf_map_get_next_id(0, &id));
  CALL(bpf_prog_get_next_id(0, &id));
  CALL(bpf_map_get_next_id(0x7ffffffe, &id));
  CALL(bpf_map_get_next_id(0x7fffffff, &id));
  CALL(bpf_prog_get_next_id(0xffffffff, &id));
  CALL(bpf_link_get_next_id(0x7ffffffe, &id));
  CALL(bpf_btf_get_next_id(0x7ffffffe, &id));
  CLOSED(bpf_map_get_fd_by_id(0));
  CLOSED(bpf_prog_get_fd_by_id(0x7fffff00));
  CLOSED(bpf_btf_get_fd_by_id(0x7fffff00));
  CLOSED(bpf_link_get_fd_by_id(0x7fffff00));
  section = "info";
  INFO(map, &map_info, sizeof(map_info));
  INFO(program, &prog_info, sizeof(prog_info));
  INFO(map, large, 4096);
  INFO(map, large, sizeof(large));
  INFO(map, &map_info, 0);
  INFO(map, NULL, 8);
  INFO(-1, &map_info, 8);
  INFO(0, &map_info, 8);
  memset(large, 0, sizeof(large));
  large[4000] = 1;
  INFO(map, large, 4096);
  id = 0;
  if (bpf_map_get_info_by_fd(map, &map_info, &(__u32){sizeof(map_info)}) == 0)
    id = map_info.id;
  CLOSED(bpf_map_get_fd_by_id(id));
  CLOSED(bpf_map_get_fd_by_id_opts(id, WITH(bpf_get_fd_by_id_opts, .open_flags = BPF_F_RDONLY)));
  CLOSED(bpf_map_get_fd_by_id_opts(id, WITH(bpf_get_fd_by_id_opts, .open_flags = 1U << 30)));
  CLOSED(bpf_map_get_fd_by_id_opts(id, WITH(bpf_get_fd_by_id_opts, .token_fd = 999)));
  CLOSED(bpf_prog_get_fd_by_id_opts(prog_info.id,
                                    WITH(bpf_get_fd_by_id_opts, .open_flags = BPF_F_RDONLY)));
  close(program);
  close(map);
}

void results_of_objects(const char* folder) {
  loading_programs();
  loading_btf();
  ids();
  pins(folder);
}
