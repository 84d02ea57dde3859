/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* map: making maps, and their elements. */
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bpf/tap.h"
#include "harness/conform.h"

static const int key = 1;
static int value, next;

static void open_with_names(void) {
  tap_open();
  TAP_NAME(key);
  TAP_NAME(value);
  TAP_NAME(next);
}

static void create(void) {
  tap_open();
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16, NULL), tap_fd);
  CHECK_TAKEN("MAP_CREATE map_type=1 key_size=4 value_size=8 max_entries=16");
  tap_answer(-ENOMEM);
  CHECK_FAILS(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16, NULL), ENOMEM);
  CHECK_TAKEN("MAP_CREATE map_type=1 key_size=4 value_size=8 max_entries=16");
}

static void names(void) {
  tap_open();
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, "counts", 4, 8, 1, NULL), tap_fd);
  CHECK_TAKEN("MAP_CREATE map_type=2 key_size=4 value_size=8 max_entries=1 map_name=counts");
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, "a_name_of_20_letters", 4, 8, 1, NULL), tap_fd);
  CHECK_TAKEN("MAP_CREATE map_type=2 key_size=4 value_size=8 max_entries=1 "
              "map_name=a_name_of_20_le");
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, "", 4, 8, 1, NULL), tap_fd);
  CHECK_TAKEN("MAP_CREATE map_type=2 key_size=4 value_size=8 max_entries=1");
}

static void create_options(void) {
  OPTS(bpf_map_create_opts, opts, .btf_fd = 3, .btf_key_type_id = 4, .btf_value_type_id = 5,
       .btf_vmlinux_value_type_id = 6, .inner_map_fd = 7, .map_flags = 8, .map_extra = 0x900000009,
       .numa_node = 10, .map_ifindex = 11);

  tap_open();
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16, &opts), tap_fd);
  CHECK_TAKEN("MAP_CREATE map_type=1 key_size=4 value_size=8 max_entries=16 map_flags=8 "
              "inner_map_fd=7 numa_node=10 map_ifindex=11 btf_fd=3 btf_key_type_id=4 "
              "btf_value_type_id=5 btf_vmlinux_value_type_id=6 map_extra=0x900000009");
}

static void create_with_token(void) {
  OPTS(bpf_map_create_opts, opts, .value_type_btf_obj_fd = -1, .token_fd = 9, .map_flags = 1 << 16);

  tap_open();
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_STRUCT_OPS, NULL, 4, 8, 1, &opts), tap_fd);
  CHECK_TAKEN("MAP_CREATE map_type=26 key_size=4 value_size=8 max_entries=1 map_flags=0x10000 "
              "value_type_btf_obj_fd=-1 map_token_fd=9");
}

static void create_exclusive(void) {
  static const char hash[32];
  OPTS(bpf_map_create_opts, opts, .excl_prog_hash = hash, .excl_prog_hash_size = 32);

  tap_open();
  TAP_NAME(hash);
  CHECK_EQ(bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 8, 1, &opts), tap_fd);
  CHECK_TAKEN("MAP_CREATE map_type=2 key_size=4 value_size=8 max_entries=1 excl_prog_hash=@hash "
              "excl_prog_hash_size=32");
}

static void create_refuses_options(void) {
  struct {
    struct bpf_map_create_opts opts;
    char behind[8];
  } long_opts = {.opts = {.sz = sizeof(long_opts)}, .behind = {[7] = 1}};

  tap_open();
  CHECK_FAILS(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16,
                             &(struct bpf_map_create_opts){.sz = sizeof(size_t) - 1}),
              EINVAL);
  CHECK_FAILS(bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 8, 16, &long_opts.opts), EINVAL);
  CHECK_TAKEN("");
}

/* A descriptor that the kernel gives may be one of the three that a process should leave alone. */
static void low_descriptors(void) {
  tap_open();
  for (int low = 0; low < 3; low++) {
    int fd;

    CHECK(dup2(open("/dev/null", O_RDONLY), low) == low);
    tap_answer(low);
    fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL);
    CHECK(fd >= 3);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(low, F_GETFD), -1);
    CHECK_EQ(close(fd), 0);
  }
}

/* Where the descriptor cannot be replaced by a higher one, none is left. */
static void no_descriptor_is_left(void) {
  const int null = open("/dev/null", O_RDONLY);
  struct rlimit limit, before;
  int last;

  tap_open();
  getrlimit(RLIMIT_NOFILE, &before);
  CHECK(dup2(null, 0) == 0);
  last = dup(0);
  limit = (struct rlimit){(rlim_t)last + 1, before.rlim_max};
  CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  tap_answer(0);
  messages_clear();
  CHECK_FAILS(bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL), EMFILE);
  CHECK_EQ(messages_of(LIBBPF_WARN), 1);
  CHECK_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  CHECK_EQ(fcntl(0, F_GETFD), -1);
  close(last);
  CHECK(dup2(null, 0) == 0);
  close(null);
}

static void elements(void) {
  open_with_names();
  CHECK_EQ(bpf_map_update_elem(7, &key, &value, BPF_NOEXIST), 0);
  CHECK_TAKEN("MAP_UPDATE_ELEM map_fd=7 key=@key value=@value flags=1");
  CHECK_EQ(bpf_map_update_elem(7, &key, &value, 0x100000002), 0);
  CHECK_TAKEN("MAP_UPDATE_ELEM map_fd=7 key=@key value=@value flags=0x100000002");
  CHECK_EQ(bpf_map_lookup_elem(7, &key, &value), 0);
  CHECK_TAKEN("MAP_LOOKUP_ELEM map_fd=7 key=@key value=@value");
  CHECK_EQ(bpf_map_lookup_elem_flags(7, &key, &value, BPF_F_LOCK), 0);
  CHECK_TAKEN("MAP_LOOKUP_ELEM map_fd=7 key=@key value=@value flags=4");
  CHECK_EQ(bpf_map_lookup_and_delete_elem(7, &key, &value), 0);
  CHECK_TAKEN("MAP_LOOKUP_AND_DELETE_ELEM map_fd=7 key=@key value=@value");
  CHECK_EQ(bpf_map_lookup_and_delete_elem_flags(7, &key, &value, BPF_F_LOCK), 0);
  CHECK_TAKEN("MAP_LOOKUP_AND_DELETE_ELEM map_fd=7 key=@key value=@value flags=4");
  CHECK_EQ(bpf_map_delete_elem(7, &key), 0);
  CHECK_TAKEN("MAP_DELETE_ELEM map_fd=7 key=@key");
  CHECK_EQ(bpf_map_delete_elem_flags(7, &key, 4), 0);
  CHECK_TAKEN("MAP_DELETE_ELEM map_fd=7 key=@key flags=4");
  CHECK_EQ(bpf_map_get_next_key(7, &key, &next), 0);
  CHECK_TAKEN("MAP_GET_NEXT_KEY map_fd=7 key=@key next_key=@next");
  CHECK_EQ(bpf_map_freeze(7), 0);
  CHECK_TAKEN("MAP_FREEZE map_fd=7");
}

static void elements_without_keys(void) {
  open_with_names();
  CHECK_EQ(bpf_map_update_elem(7, NULL, &value, 0), 0);
  CHECK_TAKEN("MAP_UPDATE_ELEM map_fd=7 value=@value");
  CHECK_EQ(bpf_map_lookup_elem(7, NULL, NULL), 0);
  CHECK_TAKEN("MAP_LOOKUP_ELEM map_fd=7");
  CHECK_EQ(bpf_map_get_next_key(7, NULL, &next), 0);
  CHECK_TAKEN("MAP_GET_NEXT_KEY map_fd=7 next_key=@next");
  CHECK_EQ(bpf_map_get_next_key(0, &next, &next), 0);
  CHECK_TAKEN("MAP_GET_NEXT_KEY key=@next next_key=@next");
}

static void element_errors(void) {
  open_with_names();
  for (int i = 0; i < 10; i++)
    tap_answer(-EBADF - i);
  CHECK_FAILS(bpf_map_update_elem(-1, &key, &value, 0), EBADF);
  CHECK_TAKEN("MAP_UPDATE_ELEM map_fd=0xffffffff key=@key value=@value");
  CHECK_FAILS(bpf_map_lookup_elem(7, &key, &value), EBADF + 1);
  CHECK_FAILS(bpf_map_lookup_elem_flags(7, &key, &value, 0), EBADF + 2);
  CHECK_FAILS(bpf_map_lookup_and_delete_elem(7, &key, &value), EBADF + 3);
  CHECK_FAILS(bpf_map_lookup_and_delete_elem_flags(7, &key, &value, 0), EBADF + 4);
  CHECK_FAILS(bpf_map_delete_elem(7, &key), EBADF + 5);
  CHECK_FAILS(bpf_map_delete_elem_flags(7, &key, 0), EBADF + 6);
  CHECK_FAILS(bpf_map_get_next_key(7, &key, &next), EBADF + 7);
  CHECK_FAILS(bpf_map_freeze(7), EBADF + 8);
}

CASES(map) = {
#define CASE(name_, ...)                                                                           \
  { .name = "map." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(create, "bpf_map_create"),
    CASE(names, "bpf_map_create"),
    CASE(create_options, "bpf_map_create"),
    CASE(create_with_token, "bpf_map_create", .since = "1.4"),
    CASE(create_exclusive, "bpf_map_create", .since = "1.7"),
    CASE(create_refuses_options, "bpf_map_create"),
    CASE(low_descriptors, "bpf_map_create"),
    CASE(no_descriptor_is_left, "bpf_map_create"),
    CASE(elements, "bpf_map_update_elem"),
    CASE(elements_without_keys, "bpf_map_update_elem"),
    CASE(element_errors, "bpf_map_update_elem"),
    {.name = NULL},
#undef CASE
};
