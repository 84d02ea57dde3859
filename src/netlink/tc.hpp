// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Queueing disciplines of network devices and the filters that run programs, by netlink.
#pragma once

#include <cstdint>

#include "base/failure.hpp"
#include "base/result.hpp"

namespace ringside::netlink {

// Qdisc is a queueing discipline. `kind` is such as "fq".
struct Qdisc {
  int ifindex = 0;
  const char* kind = nullptr;
  std::uint32_t parent = 0;
  std::uint32_t handle = 0;

  // clsact is the one that has the hooks for what comes in and what goes out.
  static Qdisc clsact(int ifindex);
};

// create_qdisc fails with EEXIST if it is there, delete_qdisc with ENOENT or EINVAL if it is not.
Result<void> create_qdisc(const Subject& subject, const Qdisc& qdisc);
Result<void> delete_qdisc(const Subject& subject, const Qdisc& qdisc);

// FilterPlace is where filters are: a device, and a class or hook of it.
struct FilterPlace {
  int ifindex = 0;
  std::uint32_t parent = 0;
};
inline constexpr std::uint32_t kIngressParent = 0xfffffff2; // TC_H_CLSACT, TC_H_MIN_INGRESS
inline constexpr std::uint32_t kEgressParent = 0xfffffff3;  // TC_H_CLSACT, TC_H_MIN_EGRESS

// FilterId names a filter of a place.
struct FilterId {
  std::uint32_t handle = 0;
  std::uint32_t priority = 0;
};

// Filter is one that is there.
struct Filter {
  FilterId id;
  std::uint32_t prog_id = 0;
};

// add_filter adds a filter that runs a program, or changes the one that is there if it `replaces`.
// Where the id has zeros the kernel chooses. It fails with EEXIST if one is there.
Result<Filter> add_filter(const Subject& subject, const FilterPlace& place, const FilterId& id,
                          int prog_fd, bool replaces);
Result<void> delete_filter(const Subject& subject, const FilterPlace& place, const FilterId& id);
// delete_all_filters deletes every filter of the place, made by whichever process.
Result<void> delete_all_filters(const Subject& subject, const FilterPlace& place);
Result<Filter> find_filter(const Subject& subject, const FilterPlace& place, const FilterId& id);

} // namespace ringside::netlink
