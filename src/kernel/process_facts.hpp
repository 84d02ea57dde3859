// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ProcessFacts: what this process may do and use. The kernel's refusals depend on it.
#pragma once

#include <cstdint>
#include <optional>

namespace ringside::kernel {

struct ProcessFacts {
  // The capabilities in effect, a bit each as in <linux/capability.h>. /proc/self/status, CapEff.
  std::optional<std::uint64_t> capabilities;
  // /proc/sys/kernel: perf_event_paranoid, perf_event_mlock_kb, unprivileged_bpf_disabled.
  std::optional<std::int64_t> perf_event_paranoid;
  std::optional<std::int64_t> perf_event_mlock_kb;
  std::optional<std::int64_t> unprivileged_bpf_disabled;
  // Soft limits; UINT64_MAX where there is none.
  std::optional<std::uint64_t> memlock_bytes;
  std::optional<std::uint64_t> open_files;
  // As bpf::version() has it.
  std::optional<std::uint32_t> kernel_version = {};
  // Whether the user namespace is another than the initial one. In one that maps all ids to
  // themselves this is false, too. /proc/self/uid_map.
  std::optional<bool> in_user_namespace = {};

  // gather asks the kernel. What cannot be read stays empty.
  static ProcessFacts gather();
};

} // namespace ringside::kernel
