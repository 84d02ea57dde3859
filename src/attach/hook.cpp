// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Hooks: links of the kernel, and the older ways to attach.
#include "attach/hook.hpp"

#include <cerrno>

#include <linux/bpf.h>

#include "bpf/link.hpp"
#include "bpf/map.hpp"
#include "bpf/new_uapi.hpp"
#include "bpf/version.hpp"
#include "kernel/program_btf.hpp"
#include "kernel/refusal.hpp"

namespace ringside::attach {
namespace {

// A version of the kernel.
struct Version {
  std::uint8_t major;
  std::uint8_t minor;
};

// The first kernel that has links of an attach type. Source: the kernel's history of
// kernel/bpf/syscall.c.
struct Since {
  std::uint32_t first; // attach types from here
  std::uint32_t last;  // to here
  Version version;
};
constexpr Since kSince[] = {
    {BPF_CGROUP_INET_INGRESS, BPF_CGROUP_SOCK_OPS, {5, 7}},
    {BPF_SK_SKB_STREAM_PARSER, BPF_SK_SKB_STREAM_VERDICT, {6, 10}},
    {BPF_CGROUP_DEVICE, BPF_CGROUP_DEVICE, {5, 7}},
    {BPF_SK_MSG_VERDICT, BPF_SK_MSG_VERDICT, {6, 10}},
    {BPF_CGROUP_INET4_BIND, BPF_CGROUP_UDP6_SENDMSG, {5, 7}},
    {BPF_FLOW_DISSECTOR, BPF_FLOW_DISSECTOR, {5, 8}},
    {BPF_CGROUP_SYSCTL, BPF_CGROUP_SETSOCKOPT, {5, 7}},
    {BPF_TRACE_ITER, BPF_TRACE_ITER, {5, 8}},
    {BPF_CGROUP_INET4_GETPEERNAME, BPF_CGROUP_INET6_GETSOCKNAME, {5, 8}},
    {BPF_CGROUP_INET_SOCK_RELEASE, BPF_CGROUP_INET_SOCK_RELEASE, {5, 9}},
    {BPF_SK_LOOKUP, BPF_SK_LOOKUP, {5, 9}},
    {BPF_XDP, BPF_XDP, {5, 9}},
    {BPF_SK_SKB_VERDICT, BPF_SK_SKB_VERDICT, {6, 10}},
    {BPF_TRACE_KPROBE_MULTI, BPF_TRACE_KPROBE_MULTI, {5, 18}},
    {BPF_LSM_CGROUP, BPF_LSM_CGROUP, {6, 0}},
    {bpf::kNetfilter, bpf::kNetfilter, {6, 4}},
    {bpf::kTcxIngress, bpf::kTcxEgress, {6, 6}},
    {bpf::kTraceUprobeMulti, bpf::kTraceUprobeMulti, {6, 6}},
    {bpf::kCgroupUnixConnect, bpf::kCgroupUnixGetsockname, {6, 7}},
    {bpf::kNetkitPrimary, bpf::kNetkitPeer, {6, 7}},
    {bpf::kTraceKprobeSession, bpf::kTraceKprobeSession, {6, 10}},
    {bpf::kTraceUprobeSession, bpf::kTraceUprobeSession, {6, 13}},
};

const Version* since(std::uint32_t attach_type) {
  for (const Since& row : kSince)
    if (row.first <= attach_type && attach_type <= row.last)
      return &row.version;
  return nullptr;
}

// What a caller can ask for in addition to attaching, and the first kernel that has it.
constexpr Version kReplacement{5, 10};
constexpr Version kTracingCookie{5, 19};
constexpr Version kRawCookie{6, 10};
constexpr Version kOrder{6, 17};
constexpr Version kStructOpsLink{6, 4};

bool is_of_cgroup(std::uint32_t program_type) {
  switch (program_type) {
  case BPF_PROG_TYPE_CGROUP_SKB:
  case BPF_PROG_TYPE_CGROUP_SOCK:
  case BPF_PROG_TYPE_CGROUP_DEVICE:
  case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
  case BPF_PROG_TYPE_CGROUP_SYSCTL:
  case BPF_PROG_TYPE_CGROUP_SOCKOPT:
  case BPF_PROG_TYPE_SOCK_OPS:
    return true;
  default:
    return false;
  }
}

// link_refused returns the error, with a message. If this kernel is too old, the message names the
// first one that is not.
Errno link_refused(const Subject& subject, const Version* first, const char* what, Errno error) {
  const std::uint32_t running = bpf::kernel_version();
  if (error == Errno(EINVAL) && first != nullptr && running != 0 &&
      running < bpf::version(first->major, first->minor, 0))
    return fail(subject, error, "it cannot %s on this kernel: Linux %u.%u is the first that can",
                what, first->major, first->minor);
  return kernel::refused(subject, {"attaching it by a link", kernel::RefusedCall::bpf}, error);
}

Errno link_refused(const Program& program, const bpf::LinkCreateAttr& attr, Errno error) {
  const char* const by_link = "be attached by a link";
  if (program.type == BPF_PROG_TYPE_EXT)
    return link_refused(program.subject, &kReplacement, by_link, error);
  if (bpf::attached_by_tracepoint(attr.attach_type))
    return link_refused(program.subject, attr.tracing.cookie != 0 ? &kTracingCookie : nullptr,
                        "have a cookie", error);
  if (is_of_cgroup(program.type) &&
      (attr.relative.relative != 0 || attr.relative.expected_revision != 0 || attr.flags != 0))
    return link_refused(program.subject, &kOrder, "be put before or behind others of a cgroup",
                        error);
  return link_refused(program.subject, since(attr.attach_type), by_link, error);
}

// Programs that replace a function have attach type 0, which also is the number of another type.
bool by_tracepoint_before_links(const Program& program, const bpf::LinkCreateAttr& attr) {
  return attr.target == 0 && attr.flags == 0 &&
         (program.type == BPF_PROG_TYPE_EXT || bpf::attached_by_tracepoint(attr.attach_type));
}

} // namespace

Result<Owned<Link>> attach_hook(const Program& program, bpf::LinkCreateAttr attr) {
  if (const auto loaded = must_be_loaded(program); !loaded)
    return loaded.error();
  attr.prog_fd = program.fd;
  auto link = bpf::create_link(attr);
  if (!link && link.error() == Errno(EINVAL) && by_tracepoint_before_links(program, attr) &&
      attr.tracing.cookie == 0 && attr.tracing.target_btf_id == 0) {
    auto older = bpf::open_raw_tracepoint(nullptr, program.fd);
    // EFAULT: the program has no tracepoint of its own, so the call would need a name.
    if (!older && older.error() == Errno(EFAULT))
      return fail(program.subject, link.error(),
                  "it is attached to a tracepoint by its name: use "
                  "bpf_program__attach_raw_tracepoint");
    link = std::move(older);
  }
  if (!link)
    return link_refused(program, attr, link.error());
  return make_link(std::move(link), {}, program.subject);
}

Result<Owned<Link>> attach_tracing(const Program& program, std::uint64_t cookie) {
  bpf::LinkCreateAttr attr{.attach_type = program.attach_type, .words = {}};
  attr.tracing = {.target_btf_id = 0, .reserved = 0, .cookie = cookie};
  return attach_hook(program, attr);
}

Result<Owned<Link>> attach_iterator(const Program& program, const void* info, std::uint32_t size) {
  bpf::LinkCreateAttr attr{.attach_type = BPF_TRACE_ITER, .words = {}};
  attr.iter.iter_info = info;
  attr.iter.iter_info_len = size;
  return attach_hook(program, attr);
}

Result<Owned<Link>> attach_raw_tracepoint(const Program& program, const char* name,
                                          std::uint64_t cookie) {
  if (const auto loaded = must_be_loaded(program); !loaded)
    return loaded.error();
  auto link = bpf::open_raw_tracepoint(name, program.fd, cookie);
  if (!link && link.error() == Errno(ENOENT))
    return fail(program.subject, Errno(ENOENT),
                "the kernel has no tracepoint '%s': see the names in the folders of "
                "/sys/kernel/tracing/events, without the folder, or load the module that has it",
                name != nullptr ? name : "");
  if (!link && cookie != 0 && link.error() == Errno(EINVAL))
    return link_refused(program.subject, &kRawCookie, "have a cookie", link.error());
  if (!link)
    return kernel::refused(program.subject,
                           {"attaching it to its tracepoint", kernel::RefusedCall::bpf},
                           link.error());
  return make_link(std::move(link), {}, program.subject);
}

Result<Owned<Link>> attach_replacement(const Program& program, int target_fd, const char* name) {
  if ((target_fd != 0) != (name != nullptr))
    return fail(program.subject, Errno(EINVAL),
                "to replace a function, both the descriptor of its program and its name are "
                "needed, or neither");
  if (program.type != BPF_PROG_TYPE_EXT)
    return fail(program.subject, Errno(EINVAL),
                "it cannot replace a function: its type is not BPF_PROG_TYPE_EXT, as that of "
                "SEC(\"freplace\") is");
  if (name == nullptr)
    return attach_tracing(program, 0);
  const auto id = kernel::find_in_program(target_fd, name, program.subject);
  if (!id)
    return id.error();
  bpf::LinkCreateAttr attr{.target = target_fd, .attach_type = program.attach_type, .words = {}};
  attr.tracing = {.target_btf_id = *id, .reserved = 0, .cookie = 0};
  return attach_hook(program, attr);
}

Result<void> register_struct_ops(int map_fd, const void* value, bool by_link,
                                 const Subject& subject) {
  constexpr std::uint32_t kKey = 0;
  const auto written = bpf::update_element(map_fd, &kKey, value);
  // For links the value is written once, and the map may be attached many times.
  if (written || (by_link && written.error() == Errno(EBUSY)))
    return {};
  return kernel::refused(subject, {"writing its functions", kernel::RefusedCall::bpf},
                         written.error());
}

Result<Owned<Link>> attach_struct_ops(int map_fd, const void* value, bool by_link,
                                      const Subject& subject) {
  // The link is made first: if that fails, nothing is registered.
  auto link = make<Link>(os::UniqueFd());
  if (link == nullptr)
    return no_memory(subject, "its link");
  auto own = by_link ? Result<os::UniqueFd>(os::UniqueFd()) : bpf::duplicate_above_standard(map_fd);
  if (!own)
    return kernel::refused(subject, {"duplicating its descriptor"}, own.error());
  if (const auto written = register_struct_ops(map_fd, value, by_link, subject); !written)
    return written.error();
  if (!by_link) {
    link->become(std::move(*own), {.kind = LinkKind::struct_ops_map});
    return link;
  }
  auto made = bpf::create_link({.prog_fd = map_fd, .attach_type = bpf::kStructOps, .words = {}});
  if (!made)
    return link_refused(subject, &kStructOpsLink, "be attached by a link", made.error());
  link->become(std::move(*made), {.kind = LinkKind::struct_ops});
  return link;
}

} // namespace ringside::attach
