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
  std::int32_t pid = -1;      // below 0: all processes; 0: this one
  const char* path = nullptr; // of the file
  ProbeName probe;
  std::uint64_t cookie = 0; // what bpf_usdt_cookie() gives the program
};

// attach_usdt makes one link of the kernel for all sites; if the kernel or the program cannot have
// such a link, it makes a uprobe for each site. The link keeps its specs in `table` until it ends.
// Errors, each with a message, are those of open_traced, find_sites and plan_probes; ENOTSUP: the
// kernel has no BPF cookies, and no process is given; and what the kernel refuses with.
Result<Owned<attach::Link>> attach_usdt(const attach::Program& program,
                                        const SharedSpecTable& table, const Target& target);

} // namespace ringside::usdt
