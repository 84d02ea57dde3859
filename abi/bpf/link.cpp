// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Links: making them, and what becomes of them.
#include "bpf/link.hpp"

#include <array>
#include <cerrno>
#include <iterator>

#include <bpf/bpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/options.hpp"
#include "abi/bpf/relative.hpp"
#include "abi/bpf/told.hpp"
#include "base/failure.hpp"
#include "bpf/new_uapi.hpp"
#include "kernel/newer_requests.hpp"

using ringside::Errno;
using ringside::OneCall;
using ringside::Options;
using ringside::Result;
namespace bpf = ringside::bpf;
namespace kernel = ringside::kernel;

RINGSIDE_OPTIONS(bpf_link_create_opts);
RINGSIDE_OPTIONS(bpf_link_update_opts);
RINGSIDE_OPTIONS(bpf_raw_tp_opts);

namespace {

using Opts = bpf_link_create_opts;

// What an attach type takes of the options beside flags.
enum class Takes : unsigned char {
  nothing,
  iter,
  perf_event,
  kprobe_multi,
  uprobe_multi,
  tracing,
  netfilter,
  relative,
  tracing_multi
};

constexpr struct {
  std::uint32_t type;
  Takes takes;
} kTakes[] = {
    {BPF_TRACE_ITER, Takes::iter},
    {BPF_PERF_EVENT, Takes::perf_event},
    {BPF_TRACE_KPROBE_MULTI, Takes::kprobe_multi},
    {bpf::kTraceKprobeSession, Takes::kprobe_multi},
    {bpf::kTraceUprobeMulti, Takes::uprobe_multi},
    {bpf::kTraceUprobeSession, Takes::uprobe_multi},
    {bpf::kTraceFentryMulti, Takes::tracing_multi},
    {bpf::kTraceFexitMulti, Takes::tracing_multi},
    {bpf::kTraceFsessionMulti, Takes::tracing_multi},
    {BPF_TRACE_RAW_TP, Takes::tracing},
    {BPF_TRACE_FENTRY, Takes::tracing},
    {BPF_TRACE_FEXIT, Takes::tracing},
    {BPF_MODIFY_RETURN, Takes::tracing},
    {BPF_LSM_MAC, Takes::tracing},
    {bpf::kTraceFsession, Takes::tracing},
    {bpf::kNetfilter, Takes::netfilter},
    {bpf::kTcxIngress, Takes::relative},
    {bpf::kTcxEgress, Takes::relative},
    {bpf::kNetkitPrimary, Takes::relative},
    {bpf::kNetkitPeer, Takes::relative},
    {BPF_CGROUP_INET_INGRESS, Takes::relative},
    {BPF_CGROUP_INET_EGRESS, Takes::relative},
    {BPF_CGROUP_INET_SOCK_CREATE, Takes::relative},
    {BPF_CGROUP_INET_SOCK_RELEASE, Takes::relative},
    {BPF_CGROUP_SOCK_OPS, Takes::relative},
    {BPF_CGROUP_DEVICE, Takes::relative},
    {BPF_CGROUP_INET4_BIND, Takes::relative},
    {BPF_CGROUP_INET6_BIND, Takes::relative},
    {BPF_CGROUP_INET4_CONNECT, Takes::relative},
    {BPF_CGROUP_INET6_CONNECT, Takes::relative},
    {BPF_CGROUP_INET4_POST_BIND, Takes::relative},
    {BPF_CGROUP_INET6_POST_BIND, Takes::relative},
    {BPF_CGROUP_UDP4_SENDMSG, Takes::relative},
    {BPF_CGROUP_UDP6_SENDMSG, Takes::relative},
    {BPF_CGROUP_UDP4_RECVMSG, Takes::relative},
    {BPF_CGROUP_UDP6_RECVMSG, Takes::relative},
    {BPF_CGROUP_SYSCTL, Takes::relative},
    {BPF_CGROUP_GETSOCKOPT, Takes::relative},
    {BPF_CGROUP_SETSOCKOPT, Takes::relative},
    {BPF_CGROUP_INET4_GETPEERNAME, Takes::relative},
    {BPF_CGROUP_INET6_GETPEERNAME, Takes::relative},
    {BPF_CGROUP_INET4_GETSOCKNAME, Takes::relative},
    {BPF_CGROUP_INET6_GETSOCKNAME, Takes::relative},
    {bpf::kCgroupUnixConnect, Takes::relative},
    {bpf::kCgroupUnixSendmsg, Takes::relative},
    {bpf::kCgroupUnixRecvmsg, Takes::relative},
    {bpf::kCgroupUnixGetpeername, Takes::relative},
    {bpf::kCgroupUnixGetsockname, Takes::relative},
    {BPF_LSM_CGROUP, Takes::relative},
};

// The same by number, for all types up to the newest.
constexpr auto kTakesByType = [] {
  std::array<Takes, bpf::kTraceFsessionMulti + 1> by_type{};
  for (const auto& row : kTakes)
    by_type[row.type] = row.takes;
  return by_type;
}();

Takes takes(std::uint32_t type) {
  return type < kTakesByType.size() ? kTakesByType[type] : Takes::nothing;
}

// The kinds have one place in the options, behind what all of them have.
constexpr std::size_t kKindOffset = offsetof(Opts, perf_event);

// unless_more is EINVAL if the options have something behind a kind.
template <class Kind>
inline Result<void> unless_more(const Options<Opts>& options) {
  if (!options.nothing_from<kKindOffset + sizeof(Kind)>())
    return Errno(EINVAL);
  return {};
}

// The functions below fill in what one kind of attach types takes.

Result<void> fill_kprobe_multi(bpf::LinkCreateAttr& attr, const Options<Opts>& options) {
  using Multi = decltype(Opts::kprobe_multi);
  attr.kprobe_multi = {
      .flags = options.get(&Opts::kprobe_multi, &Multi::flags),
      .cnt = options.get(&Opts::kprobe_multi, &Multi::cnt),
      .syms = options.get(&Opts::kprobe_multi, &Multi::syms),
      .addrs = options.get(&Opts::kprobe_multi, &Multi::addrs),
      .cookies = options.get(&Opts::kprobe_multi, &Multi::cookies),
  };
  return unless_more<Multi>(options);
}

Result<void> fill_uprobe_multi(bpf::LinkCreateAttr& attr, const Options<Opts>& options) {
  using Multi = decltype(Opts::uprobe_multi);
  attr.uprobe_multi = {
      .path = options.get(&Opts::uprobe_multi, &Multi::path),
      .offsets = options.get(&Opts::uprobe_multi, &Multi::offsets),
      .ref_ctr_offsets = options.get(&Opts::uprobe_multi, &Multi::ref_ctr_offsets),
      .cookies = options.get(&Opts::uprobe_multi, &Multi::cookies),
      .cnt = options.get(&Opts::uprobe_multi, &Multi::cnt),
      .flags = options.get(&Opts::uprobe_multi, &Multi::flags),
      .pid = options.get(&Opts::uprobe_multi, &Multi::pid),
      .path_fd = options.get(&Opts::uprobe_multi, &Multi::path_fd),
  };
  return unless_more<Multi>(options);
}

Result<void> fill_tracing_multi(bpf::LinkCreateAttr& attr, const Options<Opts>& options) {
  using Multi = decltype(Opts::tracing_multi);
  attr.tracing_multi = {
      .ids = options.get(&Opts::tracing_multi, &Multi::ids),
      .cookies = options.get(&Opts::tracing_multi, &Multi::cookies),
      .cnt = options.get(&Opts::tracing_multi, &Multi::cnt),
  };
  return unless_more<Multi>(options);
}

Result<void> fill_netfilter(bpf::LinkCreateAttr& attr, const Options<Opts>& options) {
  using Netfilter = decltype(Opts::netfilter);
  attr.netfilter = {
      .pf = options.get(&Opts::netfilter, &Netfilter::pf),
      .hooknum = options.get(&Opts::netfilter, &Netfilter::hooknum),
      .priority = options.get(&Opts::netfilter, &Netfilter::priority),
      .flags = options.get(&Opts::netfilter, &Netfilter::flags),
  };
  return unless_more<Netfilter>(options);
}

// For tcx, netkit and cgroup, which have the same fields at the same places.
Result<void> fill_relative(bpf::LinkCreateAttr& attr, const Options<Opts>& options) {
  using Cgroup = decltype(Opts::cgroup);
  const auto relative = bpf::relative_of(options.get(&Opts::cgroup, &Cgroup::relative_fd),
                                         options.get(&Opts::cgroup, &Cgroup::relative_id));
  if (!relative)
    return relative.error();
  attr.flags |= relative->flags;
  attr.relative = {
      .relative = relative->number,
      .reserved = 0,
      .expected_revision = options.get(&Opts::cgroup, &Cgroup::expected_revision),
  };
  return unless_more<Cgroup>(options);
}

Result<void> fill(bpf::LinkCreateAttr& attr, const Options<Opts>& options) {
  using PerfEvent = decltype(Opts::perf_event);
  using Tracing = decltype(Opts::tracing);
  switch (takes(attr.attach_type)) {
  case Takes::iter:
    attr.iter.iter_info = options.get(&Opts::iter_info);
    attr.iter.iter_info_len = options.get(&Opts::iter_info_len);
    return {};
  case Takes::perf_event:
    attr.perf_event_cookie = options.get(&Opts::perf_event, &PerfEvent::bpf_cookie);
    return unless_more<PerfEvent>(options);
  case Takes::kprobe_multi:
    return fill_kprobe_multi(attr, options);
  case Takes::uprobe_multi:
    return fill_uprobe_multi(attr, options);
  case Takes::tracing:
    attr.tracing.cookie = options.get(&Opts::tracing, &Tracing::cookie);
    return unless_more<Tracing>(options);
  case Takes::netfilter:
    return fill_netfilter(attr, options);
  case Takes::relative:
    return fill_relative(attr, options);
  case Takes::tracing_multi:
    return fill_tracing_multi(attr, options);
  case Takes::nothing:
    break;
  }
  if (!options.nothing_from<offsetof(Opts, flags) + sizeof(Opts::flags)>())
    return Errno(EINVAL);
  return {};
}

// fill_for_any is fill for any options. Those with an iterator or with a type in the target's BTF
// may have nothing behind it, whatever the attach type.
Result<void> fill_for_any(bpf::LinkCreateAttr& attr, const Options<Opts>& options) {
  const __u32 target_btf_id = options.get(&Opts::target_btf_id);
  const __u32 iter_info_len = options.get(&Opts::iter_info_len);
  if (target_btf_id != 0 || iter_info_len != 0) [[unlikely]] {
    if ((target_btf_id != 0 && iter_info_len != 0) || !options.nothing_from<kKindOffset>())
      return Errno(EINVAL);
    if (target_btf_id != 0) {
      attr.target_btf_id = target_btf_id;
      return {};
    }
  }
  return fill(attr, options);
}

// by_tracepoint attaches a program in the way of older kernels.
Result<ringside::os::UniqueFd> by_tracepoint(int prog_fd) {
  auto link = bpf::open_raw_tracepoint(nullptr, prog_fd);
  // The program needs a name, so this is not its way.
  if (!link && link.error() == Errno(EFAULT))
    return ringside::fail("bpf_link_create", Errno(EINVAL),
                          "prog_fd %d is the program of a raw tracepoint that BTF does not name: "
                          "attach it by bpf_raw_tracepoint_open, with the tracepoint's name",
                          prog_fd);
  return link;
}

} // namespace

extern "C" LIBBPF_API int bpf_link_create(int prog_fd, int target_fd,
                                          enum bpf_attach_type attach_type,
                                          const struct bpf_link_create_opts* opts) {
  const OneCall entry;
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  bpf::LinkCreateAttr attr{.prog_fd = prog_fd,
                           .target = target_fd,
                           .attach_type = attach_type,
                           .flags = options->get(&Opts::flags),
                           .words = {}};
  if (const auto filled = fill_for_any(attr, *options); !filled)
    return entry.fail(filled.error());

  // There may be a second call, whose success is to leave errno alone.
  const bool has_older_way = target_fd == 0 && bpf::attached_by_tracepoint(attach_type);
  const int errno_before = has_older_way ? errno : 0;
  auto link = bpf::owned(bpf::call(BPF_LINK_CREATE, attr));
  if (!link && has_older_way && link.error() == Errno(EINVAL) &&
      options->nothing_behind(&Opts::sz)) {
    link = by_tracepoint(prog_fd);
    errno = errno_before;
  }
  kernel::tell_if_refused(link, "bpf_link_create", BPF_LINK_CREATE, attr);
  return entry.leave(std::move(link));
}

extern "C" LIBBPF_API int bpf_link_detach(int link_fd) {
  return OneCall().leave(bpf::detach_link(link_fd));
}

extern "C" LIBBPF_API int bpf_link_update(int link_fd, int new_prog_fd,
                                          const struct bpf_link_update_opts* opts) {
  using UpdateOpts = bpf_link_update_opts;
  const OneCall entry;
  const auto options = Options<UpdateOpts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  const __u32 old_prog_fd = options->get(&UpdateOpts::old_prog_fd);
  const __u32 old_map_fd = options->get(&UpdateOpts::old_map_fd);
  if (old_prog_fd != 0 && old_map_fd != 0)
    return entry.fail(Errno(EINVAL));
  return entry.leave(
      bpf::run(BPF_LINK_UPDATE, bpf::LinkUpdateAttr{.link_fd = link_fd,
                                                    .new_fd = new_prog_fd,
                                                    .flags = options->get(&UpdateOpts::flags),
                                                    .old_fd = old_prog_fd | old_map_fd}));
}

extern "C" LIBBPF_API int bpf_iter_create(int link_fd) {
  return ringside::open_told(OneCall(), __func__, BPF_ITER_CREATE,
                             bpf::IterCreateAttr{.link_fd = link_fd});
}

extern "C" LIBBPF_API int bpf_raw_tracepoint_open_opts(int prog_fd, struct bpf_raw_tp_opts* opts) {
  using TpOpts = bpf_raw_tp_opts;
  const OneCall entry;
  const auto options = Options<TpOpts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  const bpf::RawTracepointAttr attr{.name = options->get(&TpOpts::tp_name),
                                    .prog_fd = prog_fd,
                                    .cookie = options->get(&TpOpts::cookie)};
  return ringside::open_told(entry, __func__, BPF_RAW_TRACEPOINT_OPEN, attr);
}

extern "C" LIBBPF_API int bpf_raw_tracepoint_open(const char* name, int prog_fd) {
  return ringside::open_told(OneCall(), __func__, BPF_RAW_TRACEPOINT_OPEN,
                             bpf::RawTracepointAttr{.name = name, .prog_fd = prog_fd});
}
