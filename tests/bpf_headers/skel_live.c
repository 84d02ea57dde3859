/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* A light skeleton by hand, on the running kernel: a loader program of a few instructions makes an
 * array that can be mapped, fills it with what the skeleton has prepared, and gives its descriptor
 * back. Prints the line of the first check that fails; exits with 77 where bpf(2) is not allowed.
 */
#include <errno.h>

#include <bpf/skel_internal.h>
#include <dirent.h>
#include <stddef.h>
#include <stdio.h>

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      printf("line %d: errno %d\n", __LINE__, errno);                                              \
      return 1;                                                                                    \
    }                                                                                              \
  } while (0)

enum { PAGE = 4096, VALUE_SIZE = 16 };

/* What the loader's map holds: the attributes of its two calls, the key and the value. */
struct blob {
  union bpf_attr create, update;
  __u32 key;
  char value[VALUE_SIZE];
};

/* The context: what every loader gets, and one map. */
struct context {
  struct bpf_loader_ctx ctx;
  struct {
    struct bpf_map_desc data;
  } maps;
};

#define INSN(opcode, destination, source, offset, immediate)                                       \
  {                                                                                                \
    .code = (opcode), .dst_reg = (destination), .src_reg = (source), .off = (offset),              \
    .imm = (immediate)                                                                             \
  }
/* register = the address of a member of the blob, in the map that is the first of fd_array. */
#define ADDRESS(destination, member)                                                               \
  INSN(BPF_LD | BPF_DW | BPF_IMM, destination, BPF_PSEUDO_MAP_IDX_VALUE, 0, 0),                    \
      INSN(0, 0, 0, 0, offsetof(struct blob, member))
#define SET(destination, number) INSN(BPF_ALU64 | BPF_MOV | BPF_K, destination, 0, 0, number)
#define COPY(destination, source) INSN(BPF_ALU64 | BPF_MOV | BPF_X, destination, source, 0, 0)
#define LOAD(size, destination, source, offset)                                                    \
  INSN(BPF_LDX | BPF_MEM | (size), destination, source, offset, 0)
#define STORE(size, destination, offset, source)                                                   \
  INSN(BPF_STX | BPF_MEM | (size), destination, source, offset, 0)
#define CALL(helper) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
#define EXIT INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define EXIT_IF_NEGATIVE INSN(BPF_JMP | BPF_JSGE | BPF_K, 0, 0, 1, 0), EXIT

static const struct bpf_insn loader[] = {
    COPY(6, 1),
    /* r7 = the new map */
    SET(1, BPF_MAP_CREATE),
    ADDRESS(2, create),
    SET(3, offsetof(union bpf_attr, map_extra)),
    CALL(BPF_FUNC_sys_bpf),
    EXIT_IF_NEGATIVE,
    COPY(7, 0),
    /* the value = what is at initial_value */
    ADDRESS(1, value),
    SET(2, VALUE_SIZE),
    LOAD(BPF_DW, 3, 6, offsetof(struct context, maps.data.initial_value)),
    CALL(BPF_FUNC_copy_from_user),
    EXIT_IF_NEGATIVE,
    /* map, key and value into the attributes, and from there into the map */
    ADDRESS(2, update),
    STORE(BPF_W, 2, offsetof(union bpf_attr, map_fd), 7),
    ADDRESS(1, key),
    STORE(BPF_DW, 2, offsetof(union bpf_attr, key), 1),
    ADDRESS(1, value),
    STORE(BPF_DW, 2, offsetof(union bpf_attr, value), 1),
    SET(1, BPF_MAP_UPDATE_ELEM),
    SET(3, offsetof(union bpf_attr, flags) + sizeof(__u64)),
    CALL(BPF_FUNC_sys_bpf),
    EXIT_IF_NEGATIVE,
    STORE(BPF_W, 6, offsetof(struct context, maps.data.map_fd), 7),
    SET(0, 0),
    EXIT,
};
static const struct bpf_insn failing_loader[] = {SET(0, -E2BIG), EXIT};
static const struct bpf_insn refused_loader[] = {EXIT};

static int open_descriptors(void) {
  DIR* folder = opendir("/proc/self/fd");
  int count = 0;
  if (!folder)
    return -1;
  while (readdir(folder))
    count++;
  closedir(folder);
  return count;
}

static int run(struct context* context, const struct bpf_insn* insns, size_t size,
               const char** told) {
  struct blob blob;
  struct bpf_load_and_run_opts opts;
  int error;

  memset(&blob, 0, sizeof(blob));
  blob.create.map_type = BPF_MAP_TYPE_ARRAY;
  blob.create.key_size = sizeof(__u32);
  blob.create.value_size = VALUE_SIZE;
  blob.create.max_entries = 1;
  blob.create.map_flags = BPF_F_MMAPABLE;
  memset(&opts, 0, sizeof(opts));
  context->ctx.sz = sizeof(*context);
  opts.ctx = &context->ctx;
  opts.data = &blob;
  opts.data_sz = sizeof(blob);
  opts.insns = insns;
  opts.insns_sz = (__u32)size;
  error = bpf_load_and_run(&opts);
  *told = opts.errstr;
  return error;
}

int main(void) {
  const int before = open_descriptors();
  static const char contents[VALUE_SIZE] = "prepared";
  static struct context made;
  struct context* context = &made;
  const char* told;
  char* memory;
  int error;

  error = run(context, failing_loader, sizeof(failing_loader), &told);
  if (error == -EPERM) {
    printf("SKIP: bpf(2) is not allowed\n");
    return 77;
  }
  CHECK(error == -E2BIG && told);
  CHECK(run(context, refused_loader, sizeof(refused_loader), &told) < 0 && told);
  CHECK(open_descriptors() == before);

  memory = skel_alloc(PAGE);
  CHECK(memory && memory[0] == 0 && memory[PAGE - 1] == 0);
  skel_free(memory);
  memory = skel_prep_map_data(contents, PAGE, sizeof(contents));
  CHECK(memory && memcmp(memory, contents, sizeof(contents)) == 0);
  memory[0] = 'P';
  context->maps.data.initial_value = (unsigned long)memory;
  error = run(context, loader, sizeof(loader), &told);
  if (error)
    printf("%s: %d\n", told, error);
  CHECK(error == 0 && told == NULL && context->maps.data.map_fd > 0);
  CHECK(open_descriptors() == before + 1);

  /* The map's memory is where the prepared one was, and is the map's. */
  CHECK(skel_finalize_map_data(&context->maps.data.initial_value, PAGE, PROT_READ | PROT_WRITE,
                               context->maps.data.map_fd) == memory);
  CHECK(strcmp(memory, "Prepared") == 0);
  {
    const char changed[VALUE_SIZE] = "changed";
    __u32 key = 0;
    CHECK(skel_map_update_elem(context->maps.data.map_fd, &key, changed, 0) == 0);
    CHECK(strcmp(memory, "changed") == 0);
    CHECK(skel_map_delete_elem(context->maps.data.map_fd, &key) == -1 && errno == EINVAL);
  }
  skel_free_map_data(memory, context->maps.data.initial_value, PAGE);
  CHECK(skel_closenz(context->maps.data.map_fd) == 0 && skel_closenz(0) == -EINVAL);
  CHECK(open_descriptors() == before);
  return 0;
}
