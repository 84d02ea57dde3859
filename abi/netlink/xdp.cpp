// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// XDP programs of network devices.
#include "netlink/xdp.hpp"

#include <cerrno>

#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "abi/boundary/entry.hpp"
#include "abi/boundary/options.hpp"

using ringside::Entry;
using ringside::Errno;
using ringside::Options;
using ringside::Result;
using ringside::Subject;
namespace netlink = ringside::netlink;

RINGSIDE_OPTIONS(bpf_xdp_attach_opts);
RINGSIDE_OPTIONS(bpf_xdp_query_opts);

namespace {

constexpr int kNoProgram = -1;

// The flags of a question, of which at most one names a mode.
constexpr unsigned kModes = XDP_FLAGS_MODES;
constexpr unsigned kKnown = XDP_FLAGS_MASK;

Result<void> check_flags(unsigned flags) {
  const unsigned modes = flags & kModes;
  if ((flags & ~kKnown) != 0 || (modes & (modes - 1)) != 0)
    return Errno(EINVAL);
  return {};
}

int set_xdp(const char* function, int ifindex, int prog_fd, __u32 flags,
            const bpf_xdp_attach_opts* opts) {
  const Entry entry;
  const auto options = Options<bpf_xdp_attach_opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  int expected_fd = options->get(&bpf_xdp_attach_opts::old_prog_fd);
  if (expected_fd != 0)
    flags |= XDP_FLAGS_REPLACE;
  else
    expected_fd = kNoProgram;
  return entry.leave(netlink::set_xdp(Subject(function), ifindex, prog_fd, flags, expected_fd));
}

} // namespace

extern "C" LIBBPF_API int bpf_xdp_attach(int ifindex, int prog_fd, __u32 flags,
                                         const struct bpf_xdp_attach_opts* opts) {
  return set_xdp(__func__, ifindex, prog_fd, flags, opts);
}

extern "C" LIBBPF_API int bpf_xdp_detach(int ifindex, __u32 flags,
                                         const struct bpf_xdp_attach_opts* opts) {
  return set_xdp(__func__, ifindex, kNoProgram, flags, opts);
}

extern "C" LIBBPF_API int bpf_xdp_query(int ifindex, int flags, struct bpf_xdp_query_opts* opts) {
  using Opts = bpf_xdp_query_opts;
  const Entry entry;
  const Subject subject(__func__);
  const auto options = Options<Opts>::read(opts);
  if (!options)
    return entry.fail(options.error());
  if (const auto checked = check_flags(static_cast<unsigned>(flags)); !checked)
    return entry.fail(checked.error());

  // No device has index 0: any that has a program will do.
  auto state =
      ifindex == 0 ? netlink::last_xdp_state(subject) : netlink::xdp_state(subject, ifindex);
  if (!state && state.error() == Errno(ENODEV))
    state = netlink::XdpState();
  if (!state)
    return entry.fail(state.error());
  options->put(&Opts::prog_id, state->prog_id);
  options->put(&Opts::drv_prog_id, state->drv_prog_id);
  options->put(&Opts::hw_prog_id, state->hw_prog_id);
  options->put(&Opts::skb_prog_id, state->skb_prog_id);
  options->put(&Opts::attach_mode, state->mode);
  if (!options->has(&Opts::feature_flags))
    return entry.give(0);

  const auto features = netlink::xdp_features(subject, ifindex);
  if (!features)
    return entry.fail(features.error());
  options->put(&Opts::feature_flags, *features ? (*features)->flags : 0);
  if (*features)
    options->put(&Opts::xdp_zc_max_segs, (*features)->zc_max_segs);
  return entry.give(0);
}

extern "C" LIBBPF_API int bpf_xdp_query_id(int ifindex, int flags, __u32* prog_id) {
  const Entry entry;
  if (prog_id == nullptr)
    return entry.fail(Errno(EINVAL));
  const auto asked = static_cast<unsigned>(flags);
  if (const auto checked = check_flags(asked); !checked)
    return entry.fail(checked.error());
  const auto state = netlink::xdp_state(Subject(__func__), ifindex);
  if (!state)
    return entry.fail(state.error());
  if ((asked & kModes) == 0)
    *prog_id = state->mode == XDP_ATTACHED_MULTI ? 0 : state->prog_id;
  else if ((asked & XDP_FLAGS_DRV_MODE) != 0)
    *prog_id = state->drv_prog_id;
  else if ((asked & XDP_FLAGS_HW_MODE) != 0)
    *prog_id = state->hw_prog_id;
  else
    *prog_id = state->skb_prog_id;
  return entry.give(0);
}
