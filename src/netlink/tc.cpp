// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Traffic control by rtnetlink(7). Source: <linux/pkt_sched.h>, <linux/pkt_cls.h>.
#include "netlink/tc.hpp"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <optional>
#include <string_view>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "base/byte_order.hpp"
#include "bpf/info.hpp"
#include "netlink/attributes.hpp"
#include "netlink/exchange.hpp"

namespace ringside::netlink {
namespace {

constexpr std::string_view kBpfKind = "bpf";

// The protocol of all packets, in network order.
constexpr std::uint16_t kAllPackets = kNativeOrder == ByteOrder::little
                                          ? swapped_bytes(std::uint16_t{ETH_P_ALL})
                                          : std::uint16_t{ETH_P_ALL};

// The family AF_UNSPEC is 0.
tcmsg head_of(int ifindex, std::uint32_t parent, std::uint32_t handle, std::uint32_t info) {
  tcmsg head{};
  head.tcm_ifindex = ifindex;
  head.tcm_parent = parent;
  head.tcm_handle = handle;
  head.tcm_info = info;
  return head;
}

// A filter's info is its priority and the protocol of the packets that it is for.
tcmsg head_of(const FilterPlace& place, const FilterId& id) {
  return head_of(place.ifindex, place.parent, id.handle, id.priority << 16 | kAllPackets);
}

Result<void> change_qdisc(const Subject& subject, const Qdisc& qdisc, std::uint16_t type,
                          std::uint16_t flags) {
  Request request(type, NLM_F_ACK | flags, head_of(qdisc.ifindex, qdisc.parent, qdisc.handle, 0));
  request.add(TCA_KIND, std::string_view(qdisc.kind));
  return Exchange(subject, Errno(EEXIST)).change(NETLINK_ROUTE, request);
}

// filter_of takes what a message says about a filter. Nothing if it is of another kind.
Result<std::optional<Filter>> filter_of(std::span<const std::byte> body) {
  tcmsg head{};
  ByteReader reader(body);
  const auto bytes = reader.bytes(sizeof(head));
  if (reader.failed())
    return kMalformed;
  std::memcpy(&head, bytes.data(), sizeof(head));
  const auto attributes = reader.bytes(reader.left());
  const auto kind = find(attributes, TCA_KIND);
  if (!kind || ByteReader(kind->value).text() != kBpfKind)
    return std::optional<Filter>();
  Filter filter{.id = {.handle = head.tcm_handle, .priority = TC_H_MAJ(head.tcm_info) >> 16}};
  if (const auto options = find(attributes, TCA_OPTIONS))
    if (const auto prog_id = find(options->value, TCA_BPF_ID))
      filter.prog_id = prog_id->number<std::uint32_t>().value_or(0);
  return std::optional(filter);
}

// the_filter makes a request that one filter answers. ENOENT if none does, EINVAL for a second.
Result<Filter> the_filter(const Subject& subject, Request& request) {
  std::optional<Filter> found;
  const auto asked = Exchange(subject).each(
      NETLINK_ROUTE, request, RTM_NEWTFILTER, [&](std::span<const std::byte> body) -> Result<void> {
        const auto filter = filter_of(body);
        if (!filter)
          return fail(subject, filter.error(), "the kernel's description of a filter is cut short");
        if (!*filter)
          return {};
        if (found)
          return Errno(EINVAL);
        found = **filter;
        return {};
      });
  if (!asked)
    return asked.error();
  if (!found)
    return Errno(ENOENT);
  return *found;
}

} // namespace

Qdisc Qdisc::clsact(int ifindex) {
  return {.ifindex = ifindex,
          .kind = "clsact",
          .parent = TC_H_CLSACT,
          .handle = TC_H_MAKE(TC_H_CLSACT, 0)};
}

Result<void> create_qdisc(const Subject& subject, const Qdisc& qdisc) {
  return change_qdisc(subject, qdisc, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);
}

Result<void> delete_qdisc(const Subject& subject, const Qdisc& qdisc) {
  return change_qdisc(subject, qdisc, RTM_DELQDISC, 0);
}

Result<Filter> add_filter(const Subject& subject, const FilterPlace& place, const FilterId& id,
                          int prog_fd, bool replaces) {
  // What "tc filter show" prints: the program's name, and its id, by which it can be found.
  const auto info = bpf::prog_info(prog_fd);
  if (!info)
    return info.error();
  char name[64];
  std::snprintf(name, sizeof(name), "%s:[%" PRIu32 "]", info->name, info->id);

  const int exclusive = replaces ? NLM_F_REPLACE : NLM_F_EXCL;
  Request request(RTM_NEWTFILTER,
                  static_cast<std::uint16_t>(NLM_F_ACK | NLM_F_CREATE | NLM_F_ECHO | exclusive),
                  head_of(place, id));
  request.add(TCA_KIND, kBpfKind);
  const std::size_t nest = request.open_nest(TCA_OPTIONS);
  request.add(TCA_BPF_FD, static_cast<std::uint32_t>(prog_fd));
  request.add(TCA_BPF_NAME, std::string_view(name));
  request.add(TCA_BPF_FLAGS, std::uint32_t{TCA_BPF_FLAG_ACT_DIRECT});
  request.close_nest(nest);
  return the_filter(subject, request);
}

Result<void> delete_filter(const Subject& subject, const FilterPlace& place, const FilterId& id) {
  Request request(RTM_DELTFILTER, NLM_F_ACK, head_of(place, id));
  request.add(TCA_KIND, kBpfKind);
  return Exchange(subject).change(NETLINK_ROUTE, request);
}

Result<void> delete_all_filters(const Subject& subject, const FilterPlace& place) {
  Request request(RTM_DELTFILTER, NLM_F_ACK, head_of(place.ifindex, place.parent, 0, 0));
  return Exchange(subject).change(NETLINK_ROUTE, request);
}

Result<Filter> find_filter(const Subject& subject, const FilterPlace& place, const FilterId& id) {
  Request request(RTM_GETTFILTER, 0, head_of(place, id));
  request.add(TCA_KIND, kBpfKind);
  return the_filter(subject, request);
}

} // namespace ringside::netlink
