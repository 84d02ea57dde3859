// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// XDP by rtnetlink(7), and the features of devices by the generic netlink family "netdev". Source:
// <linux/if_link.h>, and Documentation/netlink/specs/netdev.yaml in the kernel.
#include "netlink/xdp.hpp"

#include <cerrno>

#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "base/cached.hpp"
#include "netlink/attributes.hpp"
#include "netlink/exchange.hpp"

namespace ringside::netlink {
namespace {

constexpr std::uint8_t kFamilyUnspec = 0;  // AF_UNSPEC
constexpr std::uint8_t kFamilyPacket = 17; // AF_PACKET

// The family "netdev": its one command that is used here, and attributes.
constexpr std::uint8_t kGenericVersion = 2;
constexpr std::uint8_t kDevGet = 1;           // NETDEV_CMD_DEV_GET
constexpr std::uint16_t kDevIfindex = 1;      // NETDEV_A_DEV_IFINDEX
constexpr std::uint16_t kDevXdpFeatures = 3;  // NETDEV_A_DEV_XDP_FEATURES
constexpr std::uint16_t kDevXdpZcMaxSegs = 4; // NETDEV_A_DEV_XDP_ZC_MAX_SEGS

// link_state takes what a message says about a device. Nothing if it has no program.
Result<std::optional<XdpState>> link_state(std::span<const std::byte> body) {
  ByteReader reader(body);
  reader.skip(NLMSG_ALIGN(sizeof(ifinfomsg)));
  Attributes attributes(reader.bytes(reader.left()));
  std::optional<Attribute> xdp;
  while (const auto attribute = attributes.next())
    if (attribute->type == IFLA_XDP)
      xdp = attribute;
  if (reader.failed() || attributes.failed())
    return kMalformed;
  if (!xdp)
    return std::optional<XdpState>();

  XdpState state;
  Attributes details(xdp->value);
  while (const auto detail = details.next()) {
    const std::uint32_t id = detail->number<std::uint32_t>().value_or(0);
    switch (detail->type) {
    case IFLA_XDP_ATTACHED:
      state.mode = detail->number<std::uint8_t>().value_or(0);
      break;
    case IFLA_XDP_PROG_ID:
      state.prog_id = id;
      break;
    case IFLA_XDP_DRV_PROG_ID:
      state.drv_prog_id = id;
      break;
    case IFLA_XDP_SKB_PROG_ID:
      state.skb_prog_id = id;
      break;
    case IFLA_XDP_HW_PROG_ID:
      state.hw_prog_id = id;
      break;
    default:
      break;
    }
  }
  if (details.failed())
    return kMalformed;
  if (state.mode == XDP_ATTACHED_NONE)
    return std::optional<XdpState>();
  return std::optional(state);
}

// ask_links asks for devices, and gives the last one that has a program.
Result<XdpState> ask_links(const Subject& subject, std::uint16_t flags, const ifinfomsg& head) {
  Request request(RTM_GETLINK, flags, head);
  XdpState found;
  const auto asked = Exchange(subject, Errno(ENODEV))
                         .each(NETLINK_ROUTE, request, RTM_NEWLINK,
                               [&](std::span<const std::byte> body) -> Result<void> {
                                 const auto state = link_state(body);
                                 if (!state)
                                   return fail(subject, state.error(),
                                               "the kernel's description of a device is cut short");
                                 if (*state)
                                   found = **state;
                                 return {};
                               });
  return asked ? Result<XdpState>(found) : asked.error();
}

// ask_generic makes a request of a generic netlink family with `attribute`, and calls `take` for
// each answer's attributes.
template <class Value, class Take>
Result<void> ask_generic(const Subject& subject, Errno expected, std::uint16_t family,
                         std::uint8_t command, std::uint16_t attribute, Value value, Take take) {
  const genlmsghdr head{.cmd = command, .version = kGenericVersion, .reserved = 0};
  Request request(family, 0, head);
  request.add(attribute, value);
  return Exchange(subject, expected)
      .each(NETLINK_GENERIC, request, family, [&](std::span<const std::byte> body) {
        ByteReader reader(body);
        reader.skip(GENL_HDRLEN);
        take(reader.bytes(reader.left()));
        return Result<void>();
      });
}

// The number of the family "netdev", which is given when its module is loaded.
Cached<cached_fact("netdev family")> kept_family;

// netdev_family is that number. ENOENT where there is no such family.
Result<std::uint32_t> netdev_family(const Subject& subject) {
  return kept_family.get([&subject]() -> Result<std::uint32_t> {
    std::optional<std::uint16_t> family;
    const auto asked =
        ask_generic(subject, Errno(ENOENT), GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME,
                    std::string_view("netdev"), [&family](std::span<const std::byte> attributes) {
                      if (const auto id = find(attributes, CTRL_ATTR_FAMILY_ID))
                        family = id->number<std::uint16_t>();
                    });
    if (!asked)
      return asked.error();
    if (!family)
      return Errno(ENOENT);
    return *family;
  });
}

Result<XdpFeatures> ask_features(const Subject& subject, std::uint32_t family, int ifindex) {
  XdpFeatures features;
  const auto wanted = static_cast<std::uint32_t>(ifindex);
  const auto asked =
      ask_generic(subject, Errno(0), static_cast<std::uint16_t>(family), kDevGet, kDevIfindex,
                  wanted, [&features, wanted](std::span<const std::byte> attributes) {
                    const auto device = find(attributes, kDevIfindex);
                    if (!device || device->number<std::uint32_t>() != wanted)
                      return;
                    if (const auto flags = find(attributes, kDevXdpFeatures))
                      features.flags = flags->number<std::uint64_t>().value_or(0);
                    if (const auto segs = find(attributes, kDevXdpZcMaxSegs))
                      features.zc_max_segs = segs->number<std::uint32_t>().value_or(0);
                  });
  if (!asked)
    return asked.error();
  return features;
}

} // namespace

Result<void> set_xdp(const Subject& subject, int ifindex, int prog_fd, std::uint32_t flags,
                     int expected_fd) {
  ifinfomsg head{};
  head.ifi_family = kFamilyUnspec;
  head.ifi_index = ifindex;
  Request request(RTM_SETLINK, NLM_F_ACK, head);
  const std::size_t nest = request.open_nest(IFLA_XDP);
  request.add(IFLA_XDP_FD, static_cast<std::uint32_t>(prog_fd));
  if (flags != 0)
    request.add(IFLA_XDP_FLAGS, flags);
  if ((flags & XDP_FLAGS_REPLACE) != 0)
    request.add(IFLA_XDP_EXPECTED_FD, static_cast<std::uint32_t>(expected_fd));
  request.close_nest(nest);
  return Exchange(subject).change(NETLINK_ROUTE, request);
}

Result<XdpState> xdp_state(const Subject& subject, int ifindex) {
  if (ifindex <= 0)
    return Errno(ENODEV);
  ifinfomsg head{};
  head.ifi_family = kFamilyUnspec;
  head.ifi_index = ifindex;
  return ask_links(subject, 0, head);
}

Result<XdpState> last_xdp_state(const Subject& subject) {
  ifinfomsg head{};
  head.ifi_family = kFamilyPacket;
  return ask_links(subject, NLM_F_DUMP, head);
}

Result<std::optional<XdpFeatures>> xdp_features(const Subject& subject, int ifindex) {
  // A module that was unloaded and loaded again has another number.
  for (const bool first : {true, false}) {
    const auto family = netdev_family(subject);
    if (!family && family.error() == Errno(ENOENT))
      return std::optional<XdpFeatures>();
    if (!family)
      return family.error();
    const auto features = ask_features(subject, *family, ifindex);
    if (features)
      return std::optional(*features);
    if (!first || features.error() != Errno(ENOENT))
      return features.error();
    kept_family.forget();
  }
  return std::optional<XdpFeatures>();
}

} // namespace ringside::netlink
