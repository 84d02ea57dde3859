// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// attach_usdt: a program on all sites of a USDT probe.
#pragma once

#include <cstdint>

#include "attach/link.hpp"
#include "attach/program.hpp"
#include "usdt/probes.hpp"
#include "usdt/spec_table.hpp"

namespace ringside::usdt {

struct Target {
  std::int32_t pid = -1; // below 0: all processes; 0: this one
  const char* path = nullptr;
  ProbeName probe;
  std::uint64_t cookie = 0; // what bpf_usdt_cookie() gives the program
};

// attach_usdt makes one link of the kernel for all sites, or where the kernel or the program cannot
// have that, a uprobe for each. The specs stay taken from `table` until the link ends. Errors, each
// with a message, are those of open_traced, find_sites and plan_probes; ENOTSUP: on a kernel
// without BPF cookies the process must be given; and what the kernel refuses.
Result<Owned<attach::Link>> attach_usdt(const attach::Program& program,
                                        const SharedSpecTable& table, const Target& target);

} // namespace ringside::usdt
