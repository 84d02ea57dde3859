// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Mapping a BPF ring buffer of either kind, once it has been found to be one.
#pragma once

#include "ring/ringbuf_mapping.hpp"

namespace ringside {

// map_ringbuf checks that `map_fd` is a ring buffer that `filler` fills, and maps it. `who` begins
// the message about a failure: the kernel's error, EINVAL for another type of map, E2BIG for one
// that the address space cannot hold.
Result<RingbufMapping> map_ringbuf(const char* who, int map_fd, RingbufMapping::Filler filler);

} // namespace ringside
