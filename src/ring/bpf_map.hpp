// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Opening the map behind a BPF ring buffer of either kind.
#pragma once

#include "os/os.hpp"
#include "ring/bpf_mapping.hpp"

namespace ringside {

struct BpfRingMap {
  // A duplicate of the caller's descriptor: epoll forgets a descriptor that its owner closes.
  os::UniqueFd fd;
  BpfMapping mapping;
};

// open_bpf_ring_map checks that `map_fd` is a ring buffer that `filler` fills, and maps it. `who`
// begins the message about a failure: the kernel's error, EINVAL for another type of map, E2BIG for
// one that the address space cannot hold.
Result<BpfRingMap> open_bpf_ring_map(const char* who, int map_fd, BpfMapping::Filler filler);

} // namespace ringside
