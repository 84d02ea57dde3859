/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* token LIBRARY OBJECT: a process in a user namespace of its own, which has no privileges outside
 * of it, makes a map and a program by a token that its parent allows. Their names must be there:
 * the stock library tries names out without the token, is refused, and drops them. Without the
 * token a map is refused, and the library says why. An object is loaded by a token of the bpf file
 * system at its usual place, without being told. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define FUNCTIONS(X)                                                                               \
  X(libbpf_set_print)                                                                              \
  X(bpf_token_create)                                                                              \
  X(bpf_map_create)                                                                                \
  X(bpf_prog_load)                                                                                 \
  X(bpf_obj_get_info_by_fd)                                                                        \
  X(bpf_object__open_file)                                                                         \
  X(bpf_object__load)                                                                              \
  X(bpf_object__token_fd)                                                                          \
  X(bpf_object__find_program_by_name)                                                              \
  X(bpf_program__fd)
#include "../support/functions.h"

enum { skipped = 77, token_flag = 1 << 16 };

static void fail(const char* what) {
  fprintf(stderr, "token: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void skip(const char* what) {
  printf("token: %s: %s\n", what, strerror(errno));
  exit(skipped);
}

/* A descriptor goes from one process to the other; so does a word that says that work is done. */
static void send_fd(int socket, int fd) {
  char byte = 0;
  struct iovec bytes = {&byte, 1};
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control = {.room = {0}};
  struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};

  if (fd >= 0) {
    message.msg_control = control.room;
    message.msg_controllen = sizeof(control.room);
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
  }
  if (sendmsg(socket, &message, 0) != 1)
    fail("sendmsg");
}

/* -1 if the other process has ended, or has sent none. */
static int receive_fd(int socket) {
  char byte;
  struct iovec bytes = {&byte, 1};
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  struct msghdr message = {.msg_iov = &bytes,
                           .msg_iovlen = 1,
                           .msg_control = control.room,
                           .msg_controllen = sizeof(control.room)};
  int fd = -1;

  if (recvmsg(socket, &message, 0) == 1 && message.msg_controllen >= CMSG_LEN(sizeof(int)))
    memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
  return fd;
}

/* check_name: that the kernel knows an object by its name. */
static void check_name(const char* got, const char* wanted) {
  if (strcmp(got, wanted) != 0) {
    fprintf(stderr, "token: the name is '%s', not '%s'\n", got, wanted);
    exit(1);
  }
}

static void make_map(int token) {
  LIBBPF_OPTS(bpf_map_create_opts, opts, .token_fd = (__u32)token, .map_flags = token_flag);
  const int fd = p_bpf_map_create(BPF_MAP_TYPE_ARRAY, "by_token", 4, 4, 1, &opts);
  struct bpf_map_info info = {0};
  __u32 size = sizeof(info);

  if (fd < 0)
    fail("bpf_map_create");
  if (p_bpf_obj_get_info_by_fd(fd, &info, &size) != 0)
    fail("bpf_obj_get_info_by_fd of the map");
  check_name(info.name, "by_token");
}

static void load_program(int token) {
  static const struct bpf_insn insns[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT},
  };
  LIBBPF_OPTS(bpf_prog_load_opts, opts, .token_fd = (__u32)token, .prog_flags = token_flag);
  const int fd = p_bpf_prog_load(BPF_PROG_TYPE_XDP, "by_token", "GPL", insns, 2, &opts);
  struct bpf_prog_info info = {0};
  __u32 size = sizeof(info);

  if (fd < 0)
    fail("bpf_prog_load");
  if (p_bpf_obj_get_info_by_fd(fd, &info, &size) != 0)
    fail("bpf_obj_get_info_by_fd of the program");
  check_name(info.name, "by_token");
}

/* load_object loads an object where the bpf file system has its usual place. */
static void load_object(int mount, const char* path) {
  LIBBPF_OPTS(bpf_object_open_opts, without, .bpf_token_path = "");
  struct bpf_object* object = p_bpf_object__open_file(path, &without);
  struct bpf_prog_info info = {0};
  __u32 size = sizeof(info);

  if (syscall(SYS_move_mount, mount, "", AT_FDCWD, "/sys/fs/bpf", MOVE_MOUNT_F_EMPTY_PATH) != 0)
    skip("move_mount");
  if (object == NULL)
    fail("bpf_object__open_file");
  if (p_bpf_object__load(object) == 0)
    fail("an object that must not have a token is loaded");
  object = p_bpf_object__open_file(path, NULL);
  if (object == NULL || p_bpf_object__load(object) != 0)
    fail("loading an object");
  if (p_bpf_object__token_fd(object) < 0)
    fail("the object has no token");
  if (p_bpf_obj_get_info_by_fd(
          p_bpf_program__fd(p_bpf_object__find_program_by_name(object, "pass")), &info, &size) != 0)
    fail("bpf_obj_get_info_by_fd of the object's program");
  check_name(info.name, "pass");
}

static char warning[1024];

static int keep_warning(enum libbpf_print_level level, const char* format, va_list arguments) {
  if (level != LIBBPF_WARN)
    return 0;
  return vsnprintf(warning, sizeof(warning), format, arguments);
}

/* Maps of this type are for the privileged, whatever kernel.unprivileged_bpf_disabled is. */
static void be_refused(void) {
  const libbpf_print_fn_t before = p_libbpf_set_print(keep_warning);
  const int fd = p_bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "refused", 4, 4, 1, NULL);

  if (fd >= 0 || errno != EPERM)
    fail("bpf_map_create without a token");
  if (strstr(warning, "in a user namespace") == NULL || strstr(warning, "token") == NULL) {
    fprintf(stderr, "token: a refusal is explained by '%s'\n", warning);
    exit(1);
  }
  p_libbpf_set_print(before);
}

static void child(int socket, const char* object) {
  int folder, mount, token;

  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
    skip("unshare");
  be_refused();
  folder = (int)syscall(SYS_fsopen, "bpf", FSOPEN_CLOEXEC);
  if (folder < 0)
    skip("fsopen");
  send_fd(socket, folder);
  receive_fd(socket);
  mount = (int)syscall(SYS_fsmount, folder, FSMOUNT_CLOEXEC, 0);
  if (mount < 0)
    skip("fsmount");
  /* A mount is only a place; a token wants its root to be open. */
  folder = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    fail("openat");
  token = p_bpf_token_create(folder, NULL);
  if (token < 0)
    skip("bpf_token_create");
  make_map(token);
  load_program(token);
  load_object(mount, object);
  puts("a map, a program and an object by a token have their names");
  exit(0);
}

/* allow sets what the child's file system may give tokens for, which takes privileges. */
static void allow(int folder) {
  static const char* const options[] = {"delegate_cmds", "delegate_maps", "delegate_progs",
                                        "delegate_attachs"};

  for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
    if (syscall(SYS_fsconfig, folder, FSCONFIG_SET_STRING, options[i], "any", 0) != 0)
      skip(options[i]);
  if (syscall(SYS_fsconfig, folder, FSCONFIG_CMD_CREATE, NULL, NULL, 0) != 0)
    skip("making a bpf file system");
}

int main(int count, char** arguments) {
  const char* const problem = count == 3 ? load_functions(arguments[1]) : "token LIBRARY OBJECT";
  int sockets[2], folder, status;
  pid_t pid;

  if (problem != NULL) {
    fprintf(stderr, "%s\n", problem);
    return 2;
  }
  if (p_bpf_token_create == NULL)
    skip("the library has no tokens");
  if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets) != 0)
    fail("socketpair");
  fflush(stdout);
  pid = fork();
  if (pid < 0)
    fail("fork");
  if (pid == 0) {
    close(sockets[0]);
    child(sockets[1], arguments[2]);
  }
  close(sockets[1]);
  folder = receive_fd(sockets[0]);
  if (folder >= 0) {
    allow(folder);
    send_fd(sockets[0], -1);
  }
  if (waitpid(pid, &status, 0) != pid)
    fail("waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
