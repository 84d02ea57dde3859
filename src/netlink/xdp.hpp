// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// XDP programs of network devices, by netlink.
#pragma once

#include <cstdint>
#include <optional>

#include "base/failure.hpp"
#include "base/result.hpp"

namespace ringside::netlink {

// set_xdp attaches a program to a device, or with -1 detaches the one that is there. `flags` are
// XDP_FLAGS_*; with XDP_FLAGS_REPLACE the one that is there must be `expected_fd`, -1 for none.
Result<void> set_xdp(const Subject& subject, int ifindex, int prog_fd, std::uint32_t flags,
                     int expected_fd);

// XdpState is what is attached to a device: XDP_ATTACHED_*, and the ids of programs by mode.
struct XdpState {
  std::uint8_t mode = 0;
  std::uint32_t prog_id = 0;
  std::uint32_t drv_prog_id = 0;
  std::uint32_t skb_prog_id = 0;
  std::uint32_t hw_prog_id = 0;
};

// xdp_state asks for one device. ENODEV if it is not there.
Result<XdpState> xdp_state(const Subject& subject, int ifindex);
// last_xdp_state is that of the last of all devices that has a program.
Result<XdpState> last_xdp_state(const Subject& subject);

// XdpFeatures is what a device can do: NETDEV_XDP_ACT_*, and into how many pieces a packet without
// copy may be cut.
struct XdpFeatures {
  std::uint64_t flags = 0;
  std::uint32_t zc_max_segs = 0;
};

// xdp_features asks for one device. Nothing where the kernel does not say (before 6.3).
Result<std::optional<XdpFeatures>> xdp_features(const Subject& subject, int ifindex);

} // namespace ringside::netlink
