/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* results BPF_FOLDER CGROUP: what functions of bpf.h return on this kernel, a line each. The
 * program is linked with no libbpf: the one that is preloaded is what it is about. A descriptor is
 * "fd"; a failure is the name of its errno, with a "!" if errno is not the same. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "conformance/harness/under_test.h"

static const char* section = "";

/* show writes a line: a result is a negative errno, or what `format` makes of it. */
__attribute__((format(printf, 2, 3))) static int show(int result, const char* format, ...) {
  const int error = errno;
  va_list arguments;

  printf("%s: ", section);
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  if (result >= 0)
    printf(": %d\n", result);
  else if (result == -524)
    printf(": ENOTSUPP%s\n", error == 524 ? "" : "!");
  else
    printf(": %s%s\n", strerrorname_np(-result), error == -result ? "" : "!");
  return result;
}

/* CALL shows a call by its own words. OPEN is the same for one that gives a descriptor. */
#define CALL(call) show((errno = 0, (call)), "%s", #call)
#define OPEN(call) open_shown((errno = 0, (call)), #call)
static int open_shown(int fd, const char* words) {
  show(fd >= 0 ? 0 : fd, "%s%s", words, fd >= 0 ? ": fd" : "");
  return fd;
}
#define CLOSED(call) close(OPEN(call))

/* Options by value. */
#define WITH(type, ...)                                                                            \
  &(struct type) {                                                                                 \
    .sz = sizeof(struct type), __VA_ARGS__                                                         \
  }

static const struct bpf_insn return_0[] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
    {.code = BPF_JMP | BPF_EXIT},
};
static const struct bpf_insn no_exit[] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
};

static int load(enum bpf_prog_type type, enum bpf_attach_type attach_type) {
  return bpf_prog_load(type, "results", "GPL", return_0, 2,
                       WITH(bpf_prog_load_opts, .expected_attach_type = attach_type));
}

static int map_of(enum bpf_map_type type, __u32 key, __u32 value, __u32 entries, __u32 flags) {
  return bpf_map_create(type, "results", key, value, entries,
                        WITH(bpf_map_create_opts, .map_flags = flags));
}

static void creating_maps(void) {
  section = "map_create";
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 4, 8, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_ARRAY, 4, 8, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_UNSPEC, 4, 8, 16, 0));
  CLOSED(map_of((enum bpf_map_type)99, 4, 8, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 0, 8, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 4, 0, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 4, 8, 0, 0));
  CLOSED(map_of(BPF_MAP_TYPE_ARRAY, 8, 8, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 4, 8, 16, 1U << 30));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 4, 8, 16, BPF_F_RDONLY | BPF_F_WRONLY));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 4, 1 << 30, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_HASH, 1 << 20, 8, 16, 0));
  CLOSED(map_of(BPF_MAP_TYPE_ARRAY, 4, 1 << 20, 1 << 20, 0));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, "bad-name", 4, 8, 16, NULL));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, "dots.are_fine", 4, 8, 16, NULL));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, "a_name_of_more_than_15_letters", 4, 8, 16, NULL));
  CLOSED(
      bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
                     WITH(bpf_map_create_opts, .map_flags = BPF_F_NUMA_NODE, .numa_node = 9999)));
  CLOSED(
      bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16, WITH(bpf_map_create_opts, .map_extra = 1)));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
                        WITH(bpf_map_create_opts, .token_fd = 999)));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
                        WITH(bpf_map_create_opts, .token_fd = 999, .map_flags = 1 << 16)));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
                        WITH(bpf_map_create_opts, .value_type_btf_obj_fd = 999)));
  CLOSED(bpf_map_create(
      BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
      WITH(bpf_map_create_opts, .excl_prog_hash = return_0, .excl_prog_hash_size = 32)));
  CLOSED(bpf_map_create(
      BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
      WITH(bpf_map_create_opts, .excl_prog_hash = return_0, .excl_prog_hash_size = 31)));
  CLOSED(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
                        WITH(bpf_map_create_opts, .inner_map_fd = 999)));
  CLOSED(bpf_map_create(
      BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
      WITH(bpf_map_create_opts, .btf_fd = 999, .btf_key_type_id = 1, .btf_value_type_id = 1)));
}

static const __u32 zero = 0, one = 1, two = 2, many = 999;
static __u64 value;
static __u32 next;

static void elements_of(int map) {
  CALL(bpf_map_lookup_elem(map, &one, &value));
  CALL(bpf_map_delete_elem(map, &one));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_EXIST));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_NOEXIST));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_NOEXIST));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_ANY));
  CALL(bpf_map_update_elem(map, &one, &value, 8));
  CALL(bpf_map_update_elem(map, &one, &value, 1ULL << 32));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_F_LOCK));
  CALL(bpf_map_update_elem(map, &many, &value, BPF_NOEXIST));
  CALL(bpf_map_update_elem(map, &many, &value, BPF_ANY));
  CALL(bpf_map_lookup_elem_flags(map, &one, &value, BPF_F_LOCK));
  CALL(bpf_map_lookup_elem_flags(map, &one, &value, 1));
  CALL(bpf_map_lookup_elem(map, &many, &value));
  CALL(bpf_map_get_next_key(map, NULL, &next));
  CALL(bpf_map_get_next_key(map, &two, &next));
  CALL(bpf_map_lookup_elem(map, NULL, &value));
  CALL(bpf_map_lookup_elem(map, &two, NULL));
  CALL(bpf_map_update_elem(map, &one, NULL, BPF_ANY));
  CALL(bpf_map_delete_elem_flags(map, &one, 1));
  CALL(bpf_map_lookup_and_delete_elem_flags(map, &one, &value, 1));
  CALL(bpf_map_lookup_and_delete_elem(map, &one, &value));
  CALL(bpf_map_lookup_and_delete_elem(map, &one, &value));
  CALL(bpf_map_delete_elem(map, &many));
}

static void elements(void) {
  int map;

  section = "hash";
  map = OPEN(map_of(BPF_MAP_TYPE_HASH, 4, 8, 2, BPF_F_NO_PREALLOC));
  elements_of(map);
  CALL(bpf_map_update_elem(map, &zero, &value, BPF_ANY));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_ANY));
  CALL(bpf_map_update_elem(map, &two, &value, BPF_ANY));
  CALL(bpf_map_freeze(map));
  CALL(bpf_map_freeze(map));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_ANY));
  CALL(bpf_map_lookup_elem(map, &one, &value));
  close(map);
  section = "array";
  map = OPEN(map_of(BPF_MAP_TYPE_ARRAY, 4, 8, 3, 0));
  elements_of(map);
  close(map);
  section = "lru";
  map = OPEN(map_of(BPF_MAP_TYPE_LRU_HASH, 4, 8, 16, 0));
  elements_of(map);
  close(map);
  for (int i = 0; i < 2; i++) {
    section = i == 0 ? "queue" : "stack";
    map = OPEN(map_of(i == 0 ? BPF_MAP_TYPE_QUEUE : BPF_MAP_TYPE_STACK, 0, 8, 2, 0));
    CALL(bpf_map_lookup_elem(map, NULL, &value));
    CALL(bpf_map_lookup_elem(map, &one, &value));
    CALL(bpf_map_update_elem(map, NULL, &value, BPF_ANY));
    CALL(bpf_map_update_elem(map, NULL, &value, BPF_NOEXIST));
    CALL(bpf_map_update_elem(map, NULL, &value, BPF_ANY));
    CALL(bpf_map_update_elem(map, NULL, &value, BPF_ANY));
    CALL(bpf_map_update_elem(map, NULL, &value, BPF_EXIST));
    CALL(bpf_map_get_next_key(map, NULL, &next));
    CALL(bpf_map_delete_elem(map, NULL));
    CALL(bpf_map_lookup_and_delete_elem(map, NULL, &value));
    close(map);
  }
  section = "elements";
  CALL(bpf_map_lookup_elem(-1, &one, &value));
  CALL(bpf_map_lookup_elem(0, &one, &value));
  CALL(bpf_map_freeze(0));
  map = OPEN(map_of(BPF_MAP_TYPE_HASH, 4, 8, 2, BPF_F_RDONLY));
  CALL(bpf_map_update_elem(map, &one, &value, BPF_ANY));
  CALL(bpf_map_freeze(map));
  close(map);
  map = OPEN(map_of(BPF_MAP_TYPE_HASH, 4, 8, 2, BPF_F_WRONLY));
  CALL(bpf_map_lookup_elem(map, &one, &value));
  close(map);
}

enum { batch = 51 };
static __u32 keys[4 * batch];
static __u64 values[4 * batch];

/* BATCH shows how many were handled, too. */
#define BATCH(wanted, call)                                                                        \
  do {                                                                                             \
    __u32 count = wanted;                                                                          \
    CALL(call);                                                                                    \
    printf("%s: %s: count %u\n", section, #call, count);                                           \
  } while (0)

static void batches_of(int map) {
  __u32 cursor = 0, far = 1000000;

  for (__u32 i = 0; i < batch; i++)
    keys[i] = i;
  BATCH(batch, bpf_map_update_batch(map, keys, values, &count, NULL));
  BATCH(batch,
        bpf_map_update_batch(map, keys, values, &count, WITH(bpf_map_batch_opts, .elem_flags = 1)));
  BATCH(4 * batch, bpf_map_lookup_batch(map, NULL, &cursor, keys, values, &count, NULL));
  BATCH(0, bpf_map_lookup_batch(map, NULL, &cursor, keys, values, &count, NULL));
  BATCH(10, bpf_map_lookup_batch(map, &far, &cursor, keys, values, &count, NULL));
  BATCH(10, bpf_map_lookup_batch(map, NULL, NULL, keys, values, &count, NULL));
  BATCH(10, bpf_map_lookup_batch(map, NULL, &cursor, keys, values, &count,
                                 WITH(bpf_map_batch_opts, .flags = 1)));
  BATCH(10, bpf_map_lookup_batch(map, NULL, &cursor, keys, values, &count,
                                 WITH(bpf_map_batch_opts, .elem_flags = 1)));
  keys[0] = many;
  BATCH(1, bpf_map_delete_batch(map, keys, &count, NULL));
  BATCH(4 * batch, bpf_map_lookup_and_delete_batch(map, NULL, &cursor, keys, values, &count, NULL));
  BATCH(4 * batch, bpf_map_lookup_and_delete_batch(map, NULL, &cursor, keys, values, &count, NULL));
}

static void batches(void) {
  static const struct {
    const char* name;
    enum bpf_map_type type;
  } types[] = {{"batches of a hash", BPF_MAP_TYPE_HASH},
               {"batches of an array", BPF_MAP_TYPE_ARRAY}};

  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
    int map;

    section = types[i].name;
    map = OPEN(map_of(types[i].type, 4, 8, batch, 0));
    batches_of(map);
    close(map);
  }
  section = "batches";
  BATCH(1, bpf_map_lookup_batch(-1, NULL, keys, keys, values, &count, NULL));
}

static char log_text[4096];

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
  LOAD(return_0, 2, .func_info = &zero, .func_info_cnt = 1, .func_info_rec_size = 8);
  LOAD(return_0, 2, .func_info_rec_size = 7, .func_info_cnt = 1, .func_info = &zero);
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

#define ATTACH(fd, ...)                                                                            \
  CALL(bpf_prog_attach_opts(fd, cgroup, BPF_CGROUP_INET_EGRESS,                                    \
                            WITH(bpf_prog_attach_opts, __VA_ARGS__)))
#define DETACH(fd, ...)                                                                            \
  CALL(bpf_prog_detach_opts(fd, cgroup, BPF_CGROUP_INET_EGRESS,                                    \
                            WITH(bpf_prog_detach_opts, __VA_ARGS__)))
#define QUERY(room, ...)                                                                           \
  do {                                                                                             \
    __u32 found[8] = {0};                                                                          \
    struct bpf_prog_query_opts query = {                                                           \
        .sz = sizeof(query), .prog_ids = room ? found : NULL, .count = room, __VA_ARGS__};         \
    CALL(bpf_prog_query_opts(cgroup, BPF_CGROUP_INET_EGRESS, &query));                             \
    printf("%s: count %u, flags %u\n", section, query.count, query.attach_flags);                  \
  } while (0)

static void attaching(int cgroup) {
  const int a = load(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS);
  const int b = load(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS);
  const int other = load(BPF_PROG_TYPE_SOCKET_FILTER, 0);

  section = "attach";
  DETACH(0, .relative_id = 0);
  QUERY(0, .query_flags = 0);
  ATTACH(other, .flags = 0);
  ATTACH(a, .flags = 1U << 30);
  ATTACH(a, .flags = 0);
  ATTACH(b, .flags = 0);
  ATTACH(a, .flags = BPF_F_ALLOW_MULTI);
  DETACH(a, .relative_id = 0);
  ATTACH(a, .flags = BPF_F_ALLOW_MULTI);
  ATTACH(a, .flags = BPF_F_ALLOW_MULTI);
  ATTACH(b, .flags = 0);
  ATTACH(b, .flags = BPF_F_ALLOW_MULTI);
  QUERY(0, .query_flags = 0);
  QUERY(1, .query_flags = 0);
  QUERY(8, .query_flags = 0);
  QUERY(8, .query_flags = BPF_F_QUERY_EFFECTIVE);
  QUERY(8, .query_flags = 1U << 30);
  QUERY(8, .prog_attach_flags = keys);
  QUERY(8, .link_ids = keys);
  QUERY(8, .link_attach_flags = keys);
  ATTACH(b, .flags = BPF_F_REPLACE, .replace_prog_fd = a);
  ATTACH(b, .flags = BPF_F_REPLACE | BPF_F_ALLOW_MULTI);
  ATTACH(b, .flags = BPF_F_REPLACE | BPF_F_ALLOW_MULTI, .replace_prog_fd = other);
  ATTACH(b, .flags = BPF_F_ALLOW_MULTI, .expected_revision = 999);
  ATTACH(b, .flags = BPF_F_ALLOW_MULTI, .relative_id = 0x7fffff00);
  ATTACH(b, .relative_fd = 1, .relative_id = 1);
  DETACH(0, .relative_id = 0);
  DETACH(other, .relative_id = 0);
  DETACH(a, .relative_id = 0);
  DETACH(b, .relative_id = 0);
  DETACH(b, .relative_id = 0);
  CALL(bpf_prog_attach(a, -1, BPF_CGROUP_INET_EGRESS, 0));
  CALL(bpf_prog_attach(a, 0, BPF_CGROUP_INET_EGRESS, 0));
  CALL(bpf_prog_attach(a, cgroup, (enum bpf_attach_type)999, 0));
  CALL(bpf_prog_attach(-1, cgroup, BPF_CGROUP_INET_EGRESS, 0));
  CALL(bpf_prog_attach(a, cgroup, BPF_CGROUP_INET_INGRESS, 0));
  CALL(bpf_prog_detach2(b, cgroup, BPF_CGROUP_INET_INGRESS));
  CALL(bpf_prog_detach(cgroup, BPF_CGROUP_INET_INGRESS));
  close(other);
  close(b);
  close(a);
}

static void links(int cgroup) {
  enum { loopback = 1, tcx_ingress = 46, netfilter = 45, uprobe_multi = 48, kprobe_multi = 42 };
  const int skb = load(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS);
  const int xdp = load(BPF_PROG_TYPE_XDP, 0), raw = load(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
  const int tcx = load(BPF_PROG_TYPE_SCHED_CLS, 0),
            lookup = load(BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP);
  const int netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  int link, second;

  section = "links of a cgroup";
  link = OPEN(bpf_link_create(skb, cgroup, BPF_CGROUP_INET_EGRESS, NULL));
  second = OPEN(bpf_link_create(skb, cgroup, BPF_CGROUP_INET_EGRESS, NULL));
  close(second);
  CLOSED(bpf_link_create(skb, cgroup, BPF_CGROUP_INET_EGRESS,
                         WITH(bpf_link_create_opts, .flags = 1U << 30)));
  CLOSED(bpf_link_create(skb, -1, BPF_CGROUP_INET_EGRESS, NULL));
  CLOSED(bpf_link_create(-1, cgroup, BPF_CGROUP_INET_EGRESS, NULL));
  CLOSED(bpf_link_create(skb, cgroup, (enum bpf_attach_type)999, NULL));
  CLOSED(bpf_link_create(skb, cgroup, BPF_CGROUP_INET_EGRESS,
                         WITH(bpf_link_create_opts, .cgroup = {1, 1, 0})));
  CLOSED(bpf_link_create(skb, cgroup, BPF_CGROUP_INET_EGRESS,
                         WITH(bpf_link_create_opts, .cgroup.expected_revision = 999)));
  CALL(bpf_link_update(link, skb, NULL));
  CALL(bpf_link_update(link, xdp, NULL));
  CALL(bpf_link_update(link, skb, WITH(bpf_link_update_opts, .old_prog_fd = skb)));
  CALL(bpf_link_update(link, skb,
                       WITH(bpf_link_update_opts, .old_prog_fd = skb, .flags = BPF_F_REPLACE)));
  CALL(bpf_link_update(link, skb,
                       WITH(bpf_link_update_opts, .old_prog_fd = xdp, .flags = BPF_F_REPLACE)));
  CALL(bpf_link_update(link, skb,
                       WITH(bpf_link_update_opts, .old_prog_fd = skb, .old_map_fd = skb)));
  CALL(bpf_link_detach(link));
  CALL(bpf_link_detach(link));
  CALL(bpf_link_update(link, skb, NULL));
  CLOSED(bpf_iter_create(link));
  close(link);
  CALL(bpf_link_detach(-1));
  CLOSED(bpf_iter_create(-1));

  section = "links of a device";
  link = OPEN(bpf_link_create(xdp, loopback, BPF_XDP,
                              WITH(bpf_link_create_opts, .flags = XDP_FLAGS_SKB_MODE)));
  CLOSED(bpf_link_create(xdp, loopback, BPF_XDP,
                         WITH(bpf_link_create_opts, .flags = XDP_FLAGS_SKB_MODE)));
  CLOSED(bpf_link_create(xdp, loopback, BPF_XDP,
                         WITH(bpf_link_create_opts, .flags = XDP_FLAGS_DRV_MODE)));
  CLOSED(bpf_link_create(xdp, loopback, BPF_XDP, WITH(bpf_link_create_opts, .flags = 1U << 30)));
  CLOSED(bpf_link_create(xdp, 9999, BPF_XDP, NULL));
  CLOSED(bpf_link_create(xdp, 0, BPF_XDP, NULL));
  CLOSED(bpf_link_create(xdp, loopback, BPF_XDP,
                         WITH(bpf_link_create_opts, .perf_event.bpf_cookie = 1)));
  CALL(bpf_xdp_attach(loopback, xdp, XDP_FLAGS_SKB_MODE, NULL));
  CALL(bpf_xdp_detach(loopback, XDP_FLAGS_SKB_MODE, NULL));
  CALL(bpf_link_update(link, xdp, NULL));
  close(link);
  CLOSED(bpf_link_create(tcx, loopback, (enum bpf_attach_type)tcx_ingress, NULL));
  CLOSED(bpf_link_create(tcx, 9999, (enum bpf_attach_type)tcx_ingress, NULL));
  CLOSED(bpf_link_create(tcx, loopback, (enum bpf_attach_type)tcx_ingress,
                         WITH(bpf_link_create_opts, .tcx.expected_revision = 999)));

  section = "other links";
  CLOSED(bpf_link_create(lookup, netns, BPF_SK_LOOKUP, NULL));
  CLOSED(bpf_link_create(lookup, -1, BPF_SK_LOOKUP, NULL));
  CLOSED(bpf_link_create(xdp, -1, BPF_PERF_EVENT, NULL));
  CLOSED(bpf_link_create(xdp, 0, (enum bpf_attach_type)kprobe_multi, NULL));
  CLOSED(bpf_link_create(xdp, 0, (enum bpf_attach_type)uprobe_multi, NULL));
  CLOSED(bpf_link_create(xdp, 0, (enum bpf_attach_type)netfilter, NULL));
  CLOSED(bpf_link_create(xdp, 0, BPF_TRACE_ITER, NULL));
  CLOSED(bpf_raw_tracepoint_open("sched_switch", raw));
  CLOSED(bpf_raw_tracepoint_open("no_such_tracepoint", raw));
  CLOSED(bpf_raw_tracepoint_open(NULL, raw));
  CLOSED(bpf_raw_tracepoint_open("sched_switch", xdp));
  CLOSED(bpf_raw_tracepoint_open("sched_switch", -1));
  CLOSED(bpf_raw_tracepoint_open_opts(
      raw, WITH(bpf_raw_tp_opts, .tp_name = "sched_switch", .cookie = 1)));
  close(netns);
  close(lookup);
  close(tcx);
  close(raw);
  close(xdp);
  close(skb);
}

/* TEST_RUN shows what comes back. */
#define TEST_RUN(fd, ...)                                                                          \
  do {                                                                                             \
    struct bpf_test_run_opts run = {.sz = sizeof(run), __VA_ARGS__};                               \
    CALL(bpf_prog_test_run_opts(fd, &run));                                                        \
    printf("%s: returned %u, %u and %u bytes\n", section, run.retval, run.data_size_out,           \
           run.ctx_size_out);                                                                      \
  } while (0)

static void the_rest(const char* folder) {
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

static int quiet(enum libbpf_print_level level, const char* format, va_list arguments) {
  (void)level;
  (void)format;
  (void)arguments;
  return 0;
}

int main(int count, char** arguments) {
  int cgroup;

  if (count != 3 || bpf_map_create == NULL) {
    fputs("results BPF_FOLDER CGROUP, with a libbpf preloaded\n", stderr);
    return 2;
  }
  libbpf_set_print(quiet);
  creating_maps();
  elements();
  batches();
  loading_programs();
  loading_btf();
  ids();
  cgroup = open(arguments[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  attaching(cgroup);
  links(cgroup);
  close(cgroup);
  the_rest(arguments[1]);
  pins(arguments[1]);
  return 0;
}
