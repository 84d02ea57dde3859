// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// CpuWatch: when to look at CPUs again, because some may have gone offline or come online.
#pragma once

#include <cstdint>

namespace ringside::kernel {

class CpuWatch {
public:
  // The least time between two looks, and the most where looks fail.
  static constexpr std::uint64_t kPeriodNs = 1'000'000'000;
  static constexpr std::uint64_t kLongestPeriodNs = 64 * kPeriodNs;

  // period_over is whether it is time to ask due(). `now_ns` is the time on the clock of
  // os::roughly_now_ns. The first period begins with the first call.
  bool period_over(std::uint64_t now_ns);
  // due is whether to look at CPUs now; it reads a file. A look is due in two cases. The kernel has
  // announced anything to user space since the last look: it does so for each CPU that goes offline
  // or comes online. Or the machine has slept: then all CPUs but one went offline without an
  // announcement. A second look is due one period later, for CPUs that were on their way. Where the
  // kernel does not say how much it has announced, a look is due each period.
  bool due();
  // failed is for a caller that could not look, or could not act on what it found. A look is then
  // due again in any case, each time after twice as long, until succeeded is called.
  void failed();
  void succeeded() { period_ns_ = kPeriodNs; }

private:
  std::uint64_t next_ns_ = 0;
  std::uint64_t period_ns_ = kPeriodNs;
  // The kernel's own count of what it has announced.
  std::uint64_t announced_ = UINT64_MAX;
  std::uint64_t asleep_ns_ = 0;
  bool once_more_ = false;
};

} // namespace ringside::kernel
