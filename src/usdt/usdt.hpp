// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// plan_probes: from the sites of a USDT probe to the uprobes that make it, with their specs in the
// object's maps.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "elf/file.hpp"
#include "usdt/mappings.hpp"
#include "usdt/probes.hpp"
#include "usdt/spec_table.hpp"

namespace ringside::usdt {

// What one attached probe is to be like.
struct ProbeRequest {
  std::uint64_t cookie = 0; // the user's
  // Whether programs find their spec by the probe's address, as those on kernels without BPF
  // cookies do. Then `mappings` is where the traced process runs the file. Files at fixed addresses
  // need none.
  bool by_address = false;
  std::span<const FileMapping> mappings = {};
};

// Plan is the uprobes, an element in each list for each, in the file's order.
struct Plan {
  Vector<std::uint64_t> offsets;
  Vector<std::uint64_t> semaphores; // 0: none
  Vector<std::uint64_t> cookies;    // for the kernel: the ids of their specs
  // What belongs to them. It goes where the link is, to be destroyed after the uprobes.
  Taken taken;
};

// plan_probes takes ids, writes the specs, and sets addresses where those are asked for. Sites with
// the same arguments share an id. A failure leaves all ids free and no addresses. Errors, each with
// a message:
//   E2BIG    the map of specs is full
//   EEXIST   by address: this object is attached to the place already
//   ESRCH    by address: the process does not run the code at that place
//   EINVAL   an argument that the program's layout of specs has no room for
//   those of parse_arguments, ENOMEM, and what the kernel refuses
Result<Plan> plan_probes(const SharedSpecTable& table, const elf::File& file, const Sites& sites,
                         const ProbeRequest& request);

} // namespace ringside::usdt
