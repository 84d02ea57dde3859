// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// CpuWatch: when to look at CPUs again, because some may have gone offline or come online.
#pragma once

#include <cstdint>

namespace ringside::kernel {

class CpuWatch {
public:
  // The least time between two looks.
  static constexpr std::uint64_t kPeriodNs = 1'000'000'000;

  // due says whether to look at CPUs now. `now_ns` is the time on the clock of os::roughly_now_ns.
  // It is due when the kernel has announced anything to user space since the last look, which it
  // does for each CPU that goes or comes, or the machine has slept, which takes all CPUs but one
  // without a word; and once more a period later, for what was under way. Where the kernel does
  // not tell how much it has announced, it is due each period. The first period begins with the
  // first call.
  bool due(std::uint64_t now_ns);
  // look_again: what was found could not be acted on, so it is due in a period in any case.
  void look_again() { once_more_ = true; }

private:
  std::uint64_t next_ns_ = 0;
  // The kernel's own count of what it has announced.
  std::uint64_t announced_ = UINT64_MAX;
  std::uint64_t asleep_ns_ = 0;
  bool once_more_ = false;
};

} // namespace ringside::kernel
