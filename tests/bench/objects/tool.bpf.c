// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// A tool of the usual size: three programs, three maps, all kinds of data, and CO-RE records about
// seven types of the kernel; with -DMORE about fourteen.
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct ns_common {
  unsigned int inum;
};
struct mnt_namespace {
  struct ns_common ns;
};
struct nsproxy {
  struct mnt_namespace* mnt_ns;
};
struct mm_struct {
  void* pgd;
  unsigned long start_code;
};
struct inode {
  unsigned long i_ino;
};
struct dentry {
  struct inode* d_inode;
};
struct fs_struct {
  int users;
};
struct cred {
  unsigned int securebits;
};
struct signal_struct {
  int nr_threads;
};
struct files_struct {
  unsigned int next_fd;
};
struct sighand_struct {
  int x;
};
struct io_context {
  int x;
};
struct task_struct {
  int pid;
  int tgid;
  int exit_code;
  struct task_struct* real_parent;
  struct mm_struct* mm;
  struct nsproxy* nsproxy;
  struct fs_struct* fs;
  const struct cred* cred;
  struct signal_struct* signal;
  struct files_struct* files;
};
struct trace_event_raw_sys_enter {
  long id;
  unsigned long args[6];
};
struct trace_event_raw_sys_exit {
  long id;
  long ret;
};
#pragma clang attribute pop

struct event {
  __u32 pid, ppid;
  __u64 ts;
  char comm[16];
  char file[64];
};
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 10240);
  __type(key, __u32);
  __type(value, struct event);
} start SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, 4);
  __uint(value_size, 4);
} events SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 256 * 1024);
} ring SEC(".maps");

const volatile __u32 wanted_pid = 0;
const volatile bool wanted_failed = false;
__u64 count;
__u32 threshold = 7;
extern int LINUX_KERNEL_VERSION __kconfig;

SEC("tracepoint/syscalls/sys_enter_openat")
int enter_openat(struct trace_event_raw_sys_enter* ctx) {
  __u32 pid = bpf_get_current_pid_tgid() >> 32;
  struct event event = {};
  struct task_struct* task = (void*)bpf_get_current_task();

  if (wanted_pid && wanted_pid != pid)
    return 0;
  event.pid = pid;
  event.ppid = BPF_CORE_READ(task, real_parent, tgid) + BPF_CORE_READ(task, cred, securebits);
  event.ts = bpf_ktime_get_ns();
  bpf_get_current_comm(&event.comm, 16);
  bpf_probe_read_user_str(event.file, 64, (void*)ctx->args[1]);
  bpf_map_update_elem(&start, &pid, &event, 0);
  return 0;
}

SEC("tracepoint/syscalls/sys_exit_openat")
int exit_openat(struct trace_event_raw_sys_exit* ctx) {
  __u32 pid = bpf_get_current_pid_tgid() >> 32;
  struct event* event = bpf_map_lookup_elem(&start, &pid);

  if (!event)
    return 0;
  if (wanted_failed && ctx->ret >= 0)
    return 0;
  if (LINUX_KERNEL_VERSION > 0)
    __sync_fetch_and_add(&count, threshold);
  bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, event, sizeof(*event));
  bpf_map_delete_elem(&start, &pid);
  return 0;
}

SEC("raw_tp/sched_switch")
int on_switch(struct bpf_raw_tracepoint_args* ctx) {
  struct task_struct* from = (void*)ctx->args[1];
  struct task_struct* to = (void*)ctx->args[2];
  __u32* seen = bpf_ringbuf_reserve(&ring, 16, 0);

  if (!seen)
    return 0;
  seen[0] = BPF_CORE_READ(from, pid);
  seen[1] = BPF_CORE_READ(to, pid);
  seen[2] = BPF_CORE_READ(to, mm, pgd) != 0;
  seen[3] = BPF_CORE_READ(to, nsproxy, mnt_ns, ns.inum);
  if (bpf_core_field_exists(to->exit_code))
    seen[3] += BPF_CORE_READ(from, exit_code);
#ifdef MORE
  seen[3] += BPF_CORE_READ(to, fs, users) + BPF_CORE_READ(to, signal, nr_threads) +
             BPF_CORE_READ(to, files, next_fd);
  seen[3] += bpf_core_type_exists(struct inode) + bpf_core_type_exists(struct dentry) +
             bpf_core_type_exists(struct sighand_struct) + bpf_core_type_exists(struct io_context);
#endif
  bpf_ringbuf_submit(seen, 0);
  return 0;
}

char _license[] SEC("license") = "GPL";
