// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reason: why the kernel refused a call, and what to do. The text follows from the capabilities of
// the process, the settings of the kernel and the limits.
#pragma once

#include <cstdint>

#include "base/errno.hpp"
#include "kernel/process_facts.hpp"

namespace ringside::kernel {

// The calls whose refusal has a reason that can be computed.
// bpf is bpf(2), bpf_make where a BPF object is made, bpf_token where a token is, and bpf_find
// where an object of any process is looked for.
enum class RefusedCall { perf_event_open, perf_mmap, bpf, bpf_make, bpf_token, bpf_find, other };

// Wanted is what the whole operation needs. The refused call was a part of it.
struct Wanted {
  std::uint64_t descriptors = 0;
  std::uint64_t ring_bytes_per_cpu = 0;
};

struct Reason {
  char text[480];
};

// explain returns the error's own name in words, followed by the reason where it is known.
Reason explain(RefusedCall call, Errno error, const Wanted& wanted, const ProcessFacts& facts);

// explain_now is explain with the facts of this moment.
Reason explain_now(RefusedCall call, Errno error, const Wanted& wanted);

} // namespace ringside::kernel
