// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// CpuWatch: when to look at CPUs again, because some may have gone offline or come online.
#pragma once

#include <cstdint>

namespace ringside::kernel {

class CpuWatch {
public:
  // The least time between two looks.
  static constexpr std::uint64_t kPeriodNs = 1'000'000'000;

  // due is whether to look at CPUs now. `now_ns` is the time on the clock of os::roughly_now_ns. A
  // look is due in two cases. The kernel has announced anything to user space since the last look:
  // it does so for each CPU that goes offline or comes online. Or the machine has slept: then all
  // CPUs but one went offline without an announcement. A second look is due one period later, for
  // CPUs that were on their way. Where the kernel does not say how much it has announced, a look is
  // due each period. The first period begins with the first call.
  bool due(std::uint64_t now_ns);
  // look_again makes a look due in a period in any case. It is for a caller that could not act on
  // what it found.
  void look_again() { once_more_ = true; }

private:
  std::uint64_t next_ns_ = 0;
  // The kernel's own count of what it has announced.
  std::uint64_t announced_ = UINT64_MAX;
  std::uint64_t asleep_ns_ = 0;
  bool once_more_ = false;
};

} // namespace ringside::kernel
