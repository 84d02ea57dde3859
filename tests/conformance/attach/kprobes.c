/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* kprobes: programs on functions of the kernel. A kernel without kprobes or trampolines skips them:
 * `./dev vm` has kernels with both. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "attach/attaching.h"
#include "harness/conform.h"

static const char* const function = "__x64_sys_getpriority";

/* A system call with arguments: the function of one without has several names in the kernel. */
static void act_getpriority(void) {
  getpriority(PRIO_PROCESS, 0);
}

/* need ends the case where the kernel has no such links, and gives the link of those that do. */
static struct bpf_link* need(struct bpf_link* link) {
  const int error = errno;

  if (!link && (error == ENOENT || error == EPERM || error == EOPNOTSUPP || error == EINVAL)) {
    end_program();
    skip("the kernel has no kprobes, or no trampolines for programs");
  }
  return link;
}

static void by_name(void) {
  struct bpf_program* program;
  OPTS(bpf_kprobe_opts, opts, .retprobe = true);

  own_namespaces();
  program = program_loaded("kprobe_named");
  CHECK_LINK(need(bpf_program__attach_kprobe(program, false, function)), 0, act_getpriority, 1);
  CHECK_LINK(bpf_program__attach_kprobe(program, true, function), 0, act_getpriority, 1);
  CHECK_NULL(bpf_program__attach_kprobe(program, false, "nothing_at_all"), ENOENT);
  CHECK_LINK(bpf_program__attach_kprobe_opts(program, function, &opts), 0, act_getpriority, 1);
  CHECK_LINK(bpf_program__attach(program), 0, act_getpriority, 1);
  end_program();
  CHECK_LINK(bpf_program__attach(program_loaded("kretprobe_named")), 0, act_getpriority, 1);
  end_program();
}

static void modes(void) {
  struct bpf_program* program;
  OPTS(bpf_kprobe_opts, opts);

  own_namespaces();
  program = program_loaded("kprobe_named");
  bpf_link__destroy(need(bpf_program__attach_kprobe(program, false, function)));
  for (int mode = 0; mode < 3; mode++) {
    opts.attach_mode = (enum probe_attach_mode)mode;
    CHECK_LINK(bpf_program__attach_kprobe_opts(program, function, &opts), 0, act_getpriority, 1);
  }
  opts.attach_mode = (enum probe_attach_mode)4;
  CHECK_NULL(bpf_program__attach_kprobe_opts(program, function, &opts), EINVAL);
  end_program();
}

static void system_call(void) {
  struct bpf_program* program;
  OPTS(bpf_ksyscall_opts, opts, .retprobe = true);

  own_namespaces();
  program = program_loaded("system_call");
  CHECK_LINK(need(bpf_program__attach_ksyscall(program, "getpriority", NULL)), 0, act_getpriority,
             1);
  CHECK_LINK(bpf_program__attach_ksyscall(program, "getpriority", &opts), 0, act_getpriority, 1);
  CHECK_LINK(bpf_program__attach(program), 0, act_getpriority, 1);
  CHECK_NULL(bpf_program__attach_ksyscall(program, "nothing", NULL), ENOENT);
  end_program();
}

static void many(void) {
  struct bpf_program* program;
  const char* names[] = {"__x64_sys_getpriority", "__x64_sys_getuid"};
  OPTS(bpf_kprobe_multi_opts, opts, .syms = names, .cnt = 2);

  own_namespaces();
  program = program_loaded("kprobe_multi");
  CHECK_LINK(need(bpf_program__attach_kprobe_multi_opts(program, "__x64_sys_getpriorit?", NULL)), 0,
             act_getpriority, 1);
  CHECK_LINK(bpf_program__attach_kprobe_multi_opts(program, NULL, &opts), 0, act_getpriority, 1);
  CHECK_LINK(bpf_program__attach(program), 0, act_getpriority, 1);
  CHECK_NULL(bpf_program__attach_kprobe_multi_opts(program, "no_such_function_*", NULL), ENOENT);
  CHECK_NULL(bpf_program__attach_kprobe_multi_opts(program, "x", &opts), EINVAL);
  end_program();
  CHECK_LINK(bpf_program__attach(program_loaded("kretprobe_multi")), 0, act_getpriority, 1);
  end_program();
}

static void session(void) {
  struct bpf_program* program;
  OPTS(bpf_kprobe_multi_opts, opts, .session = true);

  own_namespaces();
  program = program_loaded("kprobe_session");
  CHECK_LINK(need(bpf_program__attach(program)), 0, act_getpriority, 2);
  CHECK_LINK(bpf_program__attach_kprobe_multi_opts(program, function, &opts), 0, act_getpriority,
             2);
  opts.retprobe = true;
  CHECK_NULL(bpf_program__attach_kprobe_multi_opts(program, function, &opts), EINVAL);
  end_program();
}

/* A process group is asked for: of a process by its number, for which security modules are asked.
 */
static void act_getpgid(void) {
  getpgid(getpid());
}

/* guards_by_programs: BPF programs are among the kernel's security modules. */
static bool guards_by_programs(void) {
  char folder[] = "/tmp/conform-security-XXXXXX", path[64], names[512] = "";
  bool found = false;
  int fd;

  own_namespaces();
  if (mkdtemp(folder) && mount("securityfs", folder, "securityfs", 0, NULL) == 0) {
    snprintf(path, sizeof(path), "%s/lsm", folder);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    found = read(fd, names, sizeof(names) - 1) > 0 && strstr(names, "bpf") != NULL;
    close(fd);
    umount2(folder, MNT_DETACH);
  }
  rmdir(folder);
  return found;
}

static void guard(void) {
  struct bpf_program* program;

  if (!guards_by_programs())
    skip("BPF programs are none of the kernel's security modules: boot it with lsm=bpf");
  program = program_loaded("guard");
  CHECK_LINK(need(bpf_program__attach_lsm(program)), 0, act_getpgid, 1);
  end_program();
  CHECK_LINK(bpf_program__attach(program_loaded("guard")), 0, act_getpgid, 1);
  end_program();
}

static void traced(void) {
  struct bpf_program* program = program_loaded("enter");

  CHECK_LINK(need(bpf_program__attach(program)), 0, act_getpriority, 1);
  end_program();
  CHECK_LINK(bpf_program__attach_trace(program_loaded("enter")), 0, act_getpriority, 1);
  end_program();
  CHECK_LINK(bpf_program__attach(program_loaded("leave")), 0, act_getpriority, 1);
  end_program();
}

CASES(attach_kprobes) = {
#define CASE(name_, ...)                                                                           \
  { .name = "attach_kprobes." #name_, .body = name_, .needs = NEEDS_LIVE, .function = __VA_ARGS__ }
    CASE(by_name, "bpf_program__attach_kprobe"),
    CASE(modes, "bpf_program__attach_kprobe_opts", .since = "1.2"),
    CASE(system_call, "bpf_program__attach_ksyscall"),
    CASE(many, "bpf_program__attach_kprobe_multi_opts", .since = "1.3"),
    CASE(session, "bpf_program__attach_kprobe_multi_opts", .since = "1.5", .kernel = "6.10"),
    CASE(guard, "bpf_program__attach_lsm"),
    CASE(traced, "bpf_program__attach_trace"),
    {.name = NULL},
#undef CASE
};
