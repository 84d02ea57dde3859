// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Programs that filter the packets of network devices.
#include "netlink/tc.hpp"

#include <cerrno>

#include <bpf/libbpf.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/options.hpp"

using ringside::Entry;
using ringside::Errno;
using ringside::LogLevel;
using ringside::Options;
using ringside::Result;
using ringside::Subject;
namespace netlink = ringside::netlink;

RINGSIDE_OPTIONS(bpf_tc_hook);
RINGSIDE_OPTIONS(bpf_tc_opts);

namespace {

constexpr unsigned kBothSides = BPF_TC_INGRESS | BPF_TC_EGRESS;
constexpr std::uint32_t kHighestPriority = 65535;

// Hook is a bpf_tc_hook as the caller filled it.
struct Hook {
  int ifindex = 0;
  unsigned point = 0; // bpf_tc_attach_point, which may be two of them
  std::uint32_t parent = 0;
  std::uint32_t handle = 0;
  const char* kind = nullptr;

  static Result<Hook> read(const bpf_tc_hook* hook) {
    if (hook == nullptr)
      return Errno(EINVAL);
    const auto options = Options<bpf_tc_hook>::read(hook);
    if (!options)
      return options.error();
    Hook read{
        .ifindex = options->get(&bpf_tc_hook::ifindex),
        .point = options->get(&bpf_tc_hook::attach_point),
        .parent = options->get(&bpf_tc_hook::parent),
        .handle = options->get(&bpf_tc_hook::handle),
        .kind = options->get(&bpf_tc_hook::qdisc),
    };
    if (read.ifindex <= 0)
      return Errno(EINVAL);
    return read;
  }

  // qdisc is what makes the hook: for both sides of a device it is the same.
  [[nodiscard]] Result<netlink::Qdisc> qdisc() const {
    switch (point) {
    case BPF_TC_INGRESS:
    case BPF_TC_EGRESS:
    case kBothSides:
      if (parent != 0)
        return Errno(EINVAL);
      return netlink::Qdisc::clsact(ifindex);
    case BPF_TC_QDISC:
      if (kind == nullptr)
        return Errno(EINVAL);
      return netlink::Qdisc{.ifindex = ifindex, .kind = kind, .parent = parent, .handle = handle};
    case BPF_TC_CUSTOM:
      return Errno(EOPNOTSUPP);
    default:
      return Errno(EINVAL);
    }
  }

  // place is where filters are.
  [[nodiscard]] Result<netlink::FilterPlace> place() const {
    switch (point) {
    case BPF_TC_INGRESS:
    case BPF_TC_EGRESS:
      if (parent != 0)
        return Errno(EINVAL);
      return netlink::FilterPlace{.ifindex = ifindex,
                                  .parent = point == BPF_TC_INGRESS ? netlink::kIngressParent
                                                                    : netlink::kEgressParent};
    case BPF_TC_CUSTOM:
      if (parent == 0)
        return Errno(EINVAL);
      return netlink::FilterPlace{.ifindex = ifindex, .parent = parent};
    default:
      return Errno(EINVAL);
    }
  }
};

// FilterOptions is a bpf_tc_opts as the caller filled it.
struct FilterOptions {
  int prog_fd = 0;
  std::uint32_t flags = 0;
  std::uint32_t prog_id = 0;
  netlink::FilterId id;

  explicit FilterOptions(const Options<bpf_tc_opts>& options)
      : prog_fd(options.get(&bpf_tc_opts::prog_fd)), flags(options.get(&bpf_tc_opts::flags)),
        prog_id(options.get(&bpf_tc_opts::prog_id)), id{options.get(&bpf_tc_opts::handle),
                                                        options.get(&bpf_tc_opts::priority)} {}
};

// must_be is EINVAL, and says which field is wrong, unless it is as it must be. Programs use one
// struct for several calls, and forget what the last call has written into it.
Result<void> must_be(bool holds, const Subject& subject, const char* rule) {
  if (holds)
    return {};
  say(LogLevel::debug, subject, "%s", rule);
  return Errno(EINVAL);
}

// check_names checks the options of a call that names a filter.
Result<void> check_names(const Subject& subject, const FilterOptions& options) {
  if (const auto checked = must_be(options.prog_fd == 0, subject, "prog_fd must be 0"); !checked)
    return checked;
  if (const auto checked = must_be(options.prog_id == 0, subject, "prog_id must be 0"); !checked)
    return checked;
  if (const auto checked = must_be(options.flags == 0, subject, "flags must be 0"); !checked)
    return checked;
  if (const auto checked =
          must_be(options.id.priority != 0 && options.id.priority <= kHighestPriority, subject,
                  "priority must be from 1 to 65535");
      !checked)
    return checked;
  return must_be(options.id.handle != 0, subject, "handle must not be 0");
}

// check_new checks those of a call that makes one.
Result<void> check_new(const Subject& subject, const FilterOptions& options) {
  if (const auto checked = must_be(options.prog_fd != 0, subject, "prog_fd must not be 0");
      !checked)
    return checked;
  if (const auto checked = must_be(options.prog_id == 0, subject, "prog_id must be 0"); !checked)
    return checked;
  if (const auto checked = must_be((options.flags & ~unsigned{BPF_TC_F_REPLACE}) == 0, subject,
                                   "flags must be 0 or BPF_TC_F_REPLACE");
      !checked)
    return checked;
  return must_be(options.id.priority <= kHighestPriority, subject, "priority must be up to 65535");
}

void put_filter(const Options<bpf_tc_opts>& options, const netlink::Filter& filter) {
  options.put(&bpf_tc_opts::handle, filter.id.handle);
  options.put(&bpf_tc_opts::priority, filter.id.priority);
  options.put(&bpf_tc_opts::prog_id, filter.prog_id);
}

// What the three calls on filters begin with: the place, and the caller's options.
struct Call {
  netlink::FilterPlace place;
  Options<bpf_tc_opts> options;
};
template <class Opts>
Result<Call> read_call(const bpf_tc_hook* hook, Opts* opts) {
  const auto read = Hook::read(hook);
  if (!read)
    return read.error();
  if (opts == nullptr)
    return Errno(EINVAL);
  const auto options = Options<bpf_tc_opts>::read(opts);
  if (!options)
    return options.error();
  const auto place = read->place();
  if (!place)
    return place.error();
  return Call{*place, *options};
}

// read_named_call is read_call for a call about a filter that is there, whose name it gives.
struct NamedCall {
  Call call;
  netlink::FilterId id;
};
template <class Opts>
Result<NamedCall> read_named_call(const Subject& subject, const bpf_tc_hook* hook, Opts* opts) {
  const auto call = read_call(hook, opts);
  if (!call)
    return call.error();
  const FilterOptions options(call->options);
  if (const auto checked = check_names(subject, options); !checked)
    return checked.error();
  return NamedCall{*call, options.id};
}

} // namespace

extern "C" LIBBPF_API int bpf_tc_hook_create(struct bpf_tc_hook* hook) {
  const Entry entry;
  const auto read = Hook::read(hook);
  if (!read)
    return entry.fail(read.error());
  const auto qdisc = read->qdisc();
  if (!qdisc)
    return entry.fail(qdisc.error());
  return entry.leave(netlink::create_qdisc(Subject(__func__), *qdisc));
}

extern "C" LIBBPF_API int bpf_tc_hook_destroy(struct bpf_tc_hook* hook) {
  const Entry entry;
  const Subject subject(__func__);
  const auto read = Hook::read(hook);
  if (!read)
    return entry.fail(read.error());
  const auto qdisc = read->qdisc();
  if (!qdisc)
    return entry.fail(qdisc.error());
  // The other side's filters need the qdisc.
  if (read->point == BPF_TC_INGRESS || read->point == BPF_TC_EGRESS)
    return entry.leave(netlink::delete_all_filters(subject, *read->place()));
  return entry.leave(netlink::delete_qdisc(subject, *qdisc));
}

extern "C" LIBBPF_API int bpf_tc_attach(const struct bpf_tc_hook* hook, struct bpf_tc_opts* opts) {
  const Entry entry;
  const Subject subject(__func__);
  const auto call = read_call(hook, opts);
  if (!call)
    return entry.fail(call.error());
  const FilterOptions options(call->options);
  if (const auto checked = check_new(subject, options); !checked)
    return entry.fail(checked.error());
  const auto filter = netlink::add_filter(subject, call->place, options.id, options.prog_fd,
                                          (options.flags & BPF_TC_F_REPLACE) != 0);
  if (!filter)
    return entry.fail(filter.error());
  put_filter(call->options, *filter);
  return entry.give(0);
}

extern "C" LIBBPF_API int bpf_tc_detach(const struct bpf_tc_hook* hook,
                                        const struct bpf_tc_opts* opts) {
  const Entry entry;
  const Subject subject(__func__);
  const auto named = read_named_call(subject, hook, opts);
  if (!named)
    return entry.fail(named.error());
  return entry.leave(netlink::delete_filter(subject, named->call.place, named->id));
}

extern "C" LIBBPF_API int bpf_tc_query(const struct bpf_tc_hook* hook, struct bpf_tc_opts* opts) {
  const Entry entry;
  const Subject subject(__func__);
  const auto named = read_named_call(subject, hook, opts);
  if (!named)
    return entry.fail(named.error());
  const auto filter = netlink::find_filter(subject, named->call.place, named->id);
  if (!filter)
    return entry.fail(filter.error());
  put_filter(named->call.options, *filter);
  return entry.give(0);
}
