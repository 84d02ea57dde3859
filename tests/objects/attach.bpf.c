// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Programs of many kinds, each of which counts how often it runs. None is loaded unless a test asks
// for it.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} runs SEC(".maps");

static __always_inline int count(int result) {
  const __u32 key = 0;
  __u64* const value = bpf_map_lookup_elem(&runs, &key);
  if (value)
    __sync_fetch_and_add(value, 1);
  return result;
}

#define COUNTS(name, section, result)                                                              \
  SEC("?" section) int name(void* context) {                                                       \
    return count(result);                                                                          \
  }

COUNTS(tracepoint, "tp/syscalls/sys_enter_getppid", 0)
COUNTS(tracepoint_bare, "tp", 0)
COUNTS(tracepoint_half, "tracepoint/syscalls", 0)
COUNTS(tracepoint_none, "tp/syscalls/sys_enter_nothing", 0)
COUNTS(raw, "raw_tp/sys_enter", 0)
COUNTS(raw_bare, "raw_tracepoint", 0)
COUNTS(raw_empty, "raw_tp/", 0)
COUNTS(raw_none, "raw_tp/nothing", 0)
COUNTS(uprobe, "uprobe", 0)
COUNTS(uprobe_empty, "uprobe/", 0)
COUNTS(uprobe_no_path, "uprobe/:getppid", 0)
COUNTS(uprobe_no_function, "uprobe/libc.so.6:", 0)
COUNTS(uprobe_libc, "uprobe/libc.so.6:getppid", 0)
COUNTS(uretprobe_libc, "uretprobe/libc.so.6:getppid", 0)
COUNTS(uprobe_offset, "uprobe/libc.so.6:getppid+0", 0)
COUNTS(uprobe_none, "uprobe/libc.so.6:no+thing", 0)
COUNTS(uprobe_half, "uprobe/libc.so.6", 0)
COUNTS(uretprobe_offset, "uretprobe/libc.so.6:getppid+4", 0)
COUNTS(uprobe_multi, "uprobe.multi/libc.so.6:getppi?", 0)
COUNTS(uprobe_multi_no_path, "uprobe.multi/:getppid", 0)
COUNTS(uprobe_multi_no_function, "uprobe.multi/libc.so.6:", 0)
COUNTS(uprobe_multi_half, "uprobe.multi/libc.so.6", 0)
COUNTS(uprobe_multi_bare, "uprobe.multi", 0)
COUNTS(usdt_half, "usdt/libc.so.6:getppid", 0)
COUNTS(usdt_sleepable, "usdt.s/libc.so.6:libc:setjmp", 0)
COUNTS(kprobe_none, "kprobe/", 0)
COUNTS(kprobe_minus, "kprobe/do_nanosleep+-1", 0)
COUNTS(kretprobe_offset, "kretprobe/do_nanosleep+0x10", 0)
COUNTS(kprobe_bare, "kprobe", 0)
COUNTS(xdp_pass, "xdp", XDP_PASS)
COUNTS(socket, "socket", 1)
COUNTS(egress, "cgroup_skb/egress", 1)
COUNTS(ingress, "tcx/ingress", -1)
COUNTS(lookup, "sk_lookup", 1)
COUNTS(filter, "netfilter", 1)
COUNTS(sampled, "perf_event", 0)
COUNTS(tasks, "iter/task", 0)
COUNTS(typed, "tp_btf/sys_enter", 0)
COUNTS(system_call, "ksyscall/getpriority", 0)
COUNTS(kprobe_named, "kprobe/__x64_sys_getpriority", 0)
COUNTS(kretprobe_named, "kretprobe/__x64_sys_getpriority", 0)
COUNTS(kprobe_multi, "kprobe.multi/__x64_sys_getpriorit?", 0)
COUNTS(kretprobe_multi, "kretprobe.multi/__x64_sys_getpriority", 0)
COUNTS(enter, "fentry/__x64_sys_getpriority", 0)
COUNTS(leave, "fexit/__x64_sys_getpriority", 0)
COUNTS(kprobe_session, "kprobe.session/__x64_sys_getpriority", 0)
COUNTS(uprobe_session, "uprobe.session", 0)
COUNTS(primary, "netkit/primary", -1)
COUNTS(message, "sk_msg", 1)
COUNTS(guard, "lsm/task_getpgid", 0)
COUNTS(own, "own/place", 0)

// What another program can take the place of.
__attribute__((noinline)) int replaceable(struct __sk_buff* packet) {
  return packet->len == 1;
}

SEC("?socket") int with_replaceable(struct __sk_buff* packet) {
  return replaceable(packet);
}

SEC("?freplace/replaceable") int replacing(struct __sk_buff* packet) {
  return count(77);
}

char _license[] SEC("license") = "GPL";
