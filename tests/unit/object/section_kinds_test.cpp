// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The table of section names, and how a name is found in it.
#include "object/section_kinds.hpp"

#include <string>

#include <catch2/catch.hpp>
#include <linux/bpf.h>

namespace ringside::test {

using object::find_section_kind;
using object::SectionKind;

TEST_CASE("a kind is found by its own name, and only where it may have a target by more") {
  const SectionKind* const xdp = find_section_kind("xdp");
  REQUIRE(xdp != nullptr);
  CHECK(xdp->prog_type == BPF_PROG_TYPE_XDP);
  CHECK(xdp->attach_type == BPF_XDP);
  CHECK(find_section_kind("xdp/") == nullptr);
  CHECK(find_section_kind("xdp/other") == nullptr);
  CHECK(find_section_kind("xdpx") == nullptr);
  CHECK(find_section_kind("") == nullptr);
  CHECK(find_section_kind("?xdp") == nullptr);
  CHECK(find_section_kind("xdp/devmap") != xdp);
  const SectionKind* const kprobe = find_section_kind("kprobe");
  REQUIRE(kprobe != nullptr);
  CHECK(find_section_kind("kprobe/") == kprobe);
  CHECK(find_section_kind("kprobe/do_unlinkat") == kprobe);
  CHECK(find_section_kind("kprobe.multi/a*") != kprobe);
  CHECK(find_section_kind("kprobes") == nullptr);
}

TEST_CASE("no two kinds match one name, and names are in order") {
  const auto kinds = object::section_kinds();
  CHECK(kinds.size() == 116);
  for (std::size_t index = 0; index < kinds.size(); ++index) {
    INFO(kinds[index].name);
    if (index != 0)
      CHECK(kinds[index - 1].name < kinds[index].name);
    CHECK(find_section_kind(kinds[index].name) == &kinds[index]);
    const std::string with_target = std::string(kinds[index].name) + "/target";
    CHECK((find_section_kind(with_target) == &kinds[index]) == kinds[index].may_have_target);
  }
}

TEST_CASE("the kind that may be meant by a name of none is known") {
  const auto meant = [](std::string_view section) {
    const SectionKind* const kind = object::meant_section_kind(section);
    return kind != nullptr ? kind->name : "none";
  };
  CHECK(meant("kprobes/do_unlinkat") == "kprobe");
  CHECK(meant("krpobe/do_unlinkat") == "kprobe");
  CHECK(meant("xdp1") == "xdp");
  CHECK(meant("xdp_prog") == "xdp");
  CHECK(meant("xdp_devmap/map_prog") == "xdp/devmap");
  CHECK(meant("xdp_cpumap/map_prog") == "xdp/cpumap");
  CHECK(meant("classifier/ingress") == "classifier");
  CHECK(meant("cgroup/skb1") == "cgroup/skb");
  CHECK(meant("cgroup_skb/ingress/x") == "cgroup_skb/ingress");
  CHECK(meant("perf_event/x") == "perf_event");
  CHECK(meant("socket_filter") == "socket");
  CHECK(meant("nothing/x") == "none");
  CHECK(meant("") == "none");
}

} // namespace ringside::test
