// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The table of section kinds, by name.
#include "object/section_kinds.hpp"

#include <initializer_list>
#include <utility>

#include <linux/bpf.h>

#include "base/near.hpp"
#include "base/scan.hpp"
#include "bpf/new_uapi.hpp"

namespace ringside::object {
namespace {

constexpr bool kAlone = false;
constexpr bool kWithTarget = true;

constexpr SectionKind kKinds[] = {
    {"action", kAlone, BPF_PROG_TYPE_SCHED_ACT, 0},
    {"cgroup/bind4", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND, kNamed},
    {"cgroup/bind6", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_BIND, kNamed},
    {"cgroup/connect4", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, kNamed},
    {"cgroup/connect6", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_CONNECT, kNamed},
    {"cgroup/connect_unix", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, bpf::kCgroupUnixConnect,
     kNamed},
    {"cgroup/dev", kAlone, BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE, kOptionalType | kNamed},
    {"cgroup/getpeername4", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_GETPEERNAME,
     kNamed},
    {"cgroup/getpeername6", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_GETPEERNAME,
     kNamed},
    {"cgroup/getpeername_unix", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, bpf::kCgroupUnixGetpeername,
     kNamed},
    {"cgroup/getsockname4", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_GETSOCKNAME,
     kNamed},
    {"cgroup/getsockname6", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_GETSOCKNAME,
     kNamed},
    {"cgroup/getsockname_unix", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, bpf::kCgroupUnixGetsockname,
     kNamed},
    {"cgroup/getsockopt", kAlone, BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT, kNamed},
    {"cgroup/post_bind4", kAlone, BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND, kNamed},
    {"cgroup/post_bind6", kAlone, BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET6_POST_BIND, kNamed},
    {"cgroup/recvmsg4", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_RECVMSG, kNamed},
    {"cgroup/recvmsg6", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_RECVMSG, kNamed},
    {"cgroup/recvmsg_unix", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, bpf::kCgroupUnixRecvmsg,
     kNamed},
    {"cgroup/sendmsg4", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_SENDMSG, kNamed},
    {"cgroup/sendmsg6", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_SENDMSG, kNamed},
    {"cgroup/sendmsg_unix", kAlone, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, bpf::kCgroupUnixSendmsg,
     kNamed},
    {"cgroup/setsockopt", kAlone, BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT, kNamed},
    {"cgroup/skb", kAlone, BPF_PROG_TYPE_CGROUP_SKB, 0},
    {"cgroup/sock", kAlone, BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE,
     kOptionalType | kNamed},
    {"cgroup/sock_create", kAlone, BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE, kNamed},
    {"cgroup/sock_release", kAlone, BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_RELEASE,
     kNamed},
    {"cgroup/sysctl", kAlone, BPF_PROG_TYPE_CGROUP_SYSCTL, BPF_CGROUP_SYSCTL, kNamed},
    {"cgroup_skb/egress", kAlone, BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS,
     kOptionalType | kNamed},
    {"cgroup_skb/ingress", kAlone, BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS,
     kOptionalType | kNamed},
    {"classifier", kAlone, BPF_PROG_TYPE_SCHED_CLS, 0},
    {"fentry", kWithTarget, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, kBtfTarget, Auto::btf_target},
    {"fentry.multi", kWithTarget, BPF_PROG_TYPE_TRACING, bpf::kTraceFentryMulti, 0,
     Auto::tracing_multi},
    {"fentry.multi.s", kWithTarget, BPF_PROG_TYPE_TRACING, bpf::kTraceFentryMulti, kSleepable,
     Auto::tracing_multi},
    {"fentry.s", kWithTarget, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, kSleepable | kBtfTarget,
     Auto::btf_target},
    {"fexit", kWithTarget, BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, kBtfTarget, Auto::btf_target},
    {"fexit.multi", kWithTarget, BPF_PROG_TYPE_TRACING, bpf::kTraceFexitMulti, 0,
     Auto::tracing_multi},
    {"fexit.multi.s", kWithTarget, BPF_PROG_TYPE_TRACING, bpf::kTraceFexitMulti, kSleepable,
     Auto::tracing_multi},
    {"fexit.s", kWithTarget, BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, kSleepable | kBtfTarget,
     Auto::btf_target},
    {"flow_dissector", kAlone, BPF_PROG_TYPE_FLOW_DISSECTOR, BPF_FLOW_DISSECTOR,
     kOptionalType | kNamed},
    {"fmod_ret", kWithTarget, BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, kBtfTarget,
     Auto::btf_target},
    {"fmod_ret.s", kWithTarget, BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, kSleepable | kBtfTarget,
     Auto::btf_target},
    {"freplace", kWithTarget, BPF_PROG_TYPE_EXT, 0, kBtfTarget, Auto::btf_target},
    {"fsession", kWithTarget, BPF_PROG_TYPE_TRACING, bpf::kTraceFsession, kBtfTarget,
     Auto::btf_target},
    {"fsession.multi", kWithTarget, BPF_PROG_TYPE_TRACING, bpf::kTraceFsessionMulti, 0,
     Auto::tracing_multi},
    {"fsession.multi.s", kWithTarget, BPF_PROG_TYPE_TRACING, bpf::kTraceFsessionMulti, kSleepable,
     Auto::tracing_multi},
    {"fsession.s", kWithTarget, BPF_PROG_TYPE_TRACING, bpf::kTraceFsession, kSleepable | kBtfTarget,
     Auto::btf_target},
    {"iter", kWithTarget, BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, kBtfTarget, Auto::iterator},
    {"iter.s", kWithTarget, BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, kSleepable | kBtfTarget,
     Auto::iterator},
    {"kprobe", kWithTarget, BPF_PROG_TYPE_KPROBE, 0, 0, Auto::kprobe},
    {"kprobe.multi", kWithTarget, BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, 0,
     Auto::kprobe_multi},
    {"kprobe.session", kWithTarget, BPF_PROG_TYPE_KPROBE, bpf::kTraceKprobeSession, 0,
     Auto::kprobe_session},
    {"kretprobe", kWithTarget, BPF_PROG_TYPE_KPROBE, 0, 0, Auto::kprobe},
    {"kretprobe.multi", kWithTarget, BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, 0,
     Auto::kprobe_multi},
    {"kretsyscall", kWithTarget, BPF_PROG_TYPE_KPROBE, 0, 0, Auto::system_call},
    {"ksyscall", kWithTarget, BPF_PROG_TYPE_KPROBE, 0, 0, Auto::system_call},
    {"lirc_mode2", kAlone, BPF_PROG_TYPE_LIRC_MODE2, BPF_LIRC_MODE2, kOptionalType | kNamed},
    {"lsm", kWithTarget, BPF_PROG_TYPE_LSM, BPF_LSM_MAC, kBtfTarget, Auto::btf_target},
    {"lsm.s", kWithTarget, BPF_PROG_TYPE_LSM, BPF_LSM_MAC, kSleepable | kBtfTarget,
     Auto::btf_target},
    {"lsm_cgroup", kWithTarget, BPF_PROG_TYPE_LSM, BPF_LSM_CGROUP, kBtfTarget},
    {"lwt_in", kAlone, BPF_PROG_TYPE_LWT_IN, 0},
    {"lwt_out", kAlone, BPF_PROG_TYPE_LWT_OUT, 0},
    {"lwt_seg6local", kAlone, BPF_PROG_TYPE_LWT_SEG6LOCAL, 0},
    {"lwt_xmit", kAlone, BPF_PROG_TYPE_LWT_XMIT, 0},
    {"netfilter", kAlone, bpf::kProgNetfilter, bpf::kNetfilter},
    {"netkit/peer", kAlone, BPF_PROG_TYPE_SCHED_CLS, bpf::kNetkitPeer},
    {"netkit/primary", kAlone, BPF_PROG_TYPE_SCHED_CLS, bpf::kNetkitPrimary},
    {"perf_event", kAlone, BPF_PROG_TYPE_PERF_EVENT, 0},
    {"raw_tp", kWithTarget, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, Auto::raw_tracepoint},
    {"raw_tp.s", kWithTarget, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, kSleepable, Auto::raw_tracepoint},
    {"raw_tp.w", kWithTarget, BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, 0, Auto::raw_tracepoint},
    {"raw_tracepoint", kWithTarget, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, Auto::raw_tracepoint},
    {"raw_tracepoint.s", kWithTarget, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, kSleepable,
     Auto::raw_tracepoint},
    {"raw_tracepoint.w", kWithTarget, BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, 0,
     Auto::raw_tracepoint},
    {"sk_lookup", kAlone, BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, kNamed},
    {"sk_msg", kAlone, BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT, kOptionalType | kNamed},
    {"sk_reuseport", kAlone, BPF_PROG_TYPE_SK_REUSEPORT, BPF_SK_REUSEPORT_SELECT, kNamed},
    {"sk_reuseport/migrate", kAlone, BPF_PROG_TYPE_SK_REUSEPORT, BPF_SK_REUSEPORT_SELECT_OR_MIGRATE,
     kNamed},
    {"sk_skb", kAlone, BPF_PROG_TYPE_SK_SKB, 0},
    {"sk_skb/stream_parser", kAlone, BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_STREAM_PARSER,
     kOptionalType | kNamed},
    {"sk_skb/stream_verdict", kAlone, BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_STREAM_VERDICT,
     kOptionalType | kNamed},
    {"sk_skb/verdict", kAlone, BPF_PROG_TYPE_SK_SKB, BPF_SK_SKB_VERDICT, kOptionalType | kNamed},
    {"socket", kAlone, BPF_PROG_TYPE_SOCKET_FILTER, 0},
    {"sockops", kAlone, BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS, kOptionalType | kNamed},
    {"struct_ops", kWithTarget, BPF_PROG_TYPE_STRUCT_OPS, 0},
    {"struct_ops.s", kWithTarget, BPF_PROG_TYPE_STRUCT_OPS, 0, kSleepable},
    {"syscall", kAlone, BPF_PROG_TYPE_SYSCALL, 0, kSleepable},
    {"tc", kAlone, BPF_PROG_TYPE_SCHED_CLS, 0},
    {"tc/egress", kAlone, BPF_PROG_TYPE_SCHED_CLS, bpf::kTcxEgress},
    {"tc/ingress", kAlone, BPF_PROG_TYPE_SCHED_CLS, bpf::kTcxIngress},
    {"tcx/egress", kAlone, BPF_PROG_TYPE_SCHED_CLS, bpf::kTcxEgress},
    {"tcx/ingress", kAlone, BPF_PROG_TYPE_SCHED_CLS, bpf::kTcxIngress},
    {"tp", kWithTarget, BPF_PROG_TYPE_TRACEPOINT, 0, 0, Auto::tracepoint},
    {"tp.s", kWithTarget, BPF_PROG_TYPE_TRACEPOINT, 0, kSleepable, Auto::tracepoint},
    {"tp_btf", kWithTarget, BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, kBtfTarget, Auto::btf_target},
    {"tp_btf.s", kWithTarget, BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, kSleepable | kBtfTarget,
     Auto::btf_target},
    {"tracepoint", kWithTarget, BPF_PROG_TYPE_TRACEPOINT, 0, 0, Auto::tracepoint},
    {"tracepoint.s", kWithTarget, BPF_PROG_TYPE_TRACEPOINT, 0, kSleepable, Auto::tracepoint},
    {"uprobe", kWithTarget, BPF_PROG_TYPE_KPROBE, 0, 0, Auto::uprobe},
    {"uprobe.multi", kWithTarget, BPF_PROG_TYPE_KPROBE, bpf::kTraceUprobeMulti, 0,
     Auto::uprobe_multi},
    {"uprobe.multi.s", kWithTarget, BPF_PROG_TYPE_KPROBE, bpf::kTraceUprobeMulti, kSleepable,
     Auto::uprobe_multi},
    {"uprobe.s", kWithTarget, BPF_PROG_TYPE_KPROBE, 0, kSleepable, Auto::uprobe},
    {"uprobe.session", kWithTarget, BPF_PROG_TYPE_KPROBE, bpf::kTraceUprobeSession, 0,
     Auto::uprobe_multi},
    {"uprobe.session.s", kWithTarget, BPF_PROG_TYPE_KPROBE, bpf::kTraceUprobeSession, kSleepable,
     Auto::uprobe_multi},
    {"uretprobe", kWithTarget, BPF_PROG_TYPE_KPROBE, 0, 0, Auto::uprobe},
    {"uretprobe.multi", kWithTarget, BPF_PROG_TYPE_KPROBE, bpf::kTraceUprobeMulti, 0,
     Auto::uprobe_multi},
    {"uretprobe.multi.s", kWithTarget, BPF_PROG_TYPE_KPROBE, bpf::kTraceUprobeMulti, kSleepable,
     Auto::uprobe_multi},
    {"uretprobe.s", kWithTarget, BPF_PROG_TYPE_KPROBE, 0, kSleepable, Auto::uprobe},
    {"usdt", kWithTarget, BPF_PROG_TYPE_KPROBE, 0, kMultiIfPossible, Auto::usdt},
    {"usdt.s", kWithTarget, BPF_PROG_TYPE_KPROBE, 0, kSleepable | kMultiIfPossible, Auto::usdt},
    {"xdp", kAlone, BPF_PROG_TYPE_XDP, BPF_XDP, kOptionalType | kNamed},
    {"xdp.frags", kAlone, BPF_PROG_TYPE_XDP, BPF_XDP, kFrags},
    {"xdp.frags/cpumap", kAlone, BPF_PROG_TYPE_XDP, BPF_XDP_CPUMAP, kFrags},
    {"xdp.frags/devmap", kAlone, BPF_PROG_TYPE_XDP, BPF_XDP_DEVMAP, kFrags},
    {"xdp/cpumap", kAlone, BPF_PROG_TYPE_XDP, BPF_XDP_CPUMAP, kNamed},
    {"xdp/devmap", kAlone, BPF_PROG_TYPE_XDP, BPF_XDP_DEVMAP, kNamed},
};

} // namespace

std::span<const SectionKind> section_kinds() {
  return kKinds;
}

const SectionKind* find_section_kind(std::string_view section) {
  for (const SectionKind& kind : kKinds) {
    if (!section.starts_with(kind.name))
      continue;
    const std::string_view rest = behind(section, kind.name.size());
    if (rest.empty() || (kind.may_have_target && rest[0] == '/'))
      return &kind;
  }
  return nullptr;
}

const SectionKind* meant_section_kind(std::string_view section) {
  // These names have other names today.
  for (const auto& [before, now] :
       {std::pair<std::string_view, std::string_view>("xdp_devmap", "xdp/devmap"),
        std::pair<std::string_view, std::string_view>("xdp_cpumap", "xdp/cpumap")})
    if (section.starts_with(before))
      return find_section_kind(now);
  const std::string_view before_slash = section.substr(0, section.find('/'));
  for (const SectionKind& kind : kKinds)
    if (is_near(kind.name, kind.may_have_target ? before_slash : section))
      return &kind;
  const SectionKind* longest = nullptr;
  for (const SectionKind& kind : kKinds)
    if (!kind.may_have_target && section.starts_with(kind.name) &&
        (longest == nullptr || longest->name.size() < kind.name.size()))
      longest = &kind;
  return longest;
}

} // namespace ringside::object
