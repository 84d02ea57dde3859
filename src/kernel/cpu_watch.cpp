// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// CpuWatch: the kernel's count of its announcements, and how long the machine has slept.
#include "kernel/cpu_watch.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "os/clock.hpp"
#include "os/file.hpp"

namespace ringside::kernel {
namespace {

// Grows with each uevent. A CPU that goes offline or comes online makes one or two (Linux 5.10 to
// 7.2).
// Source: kernel/ksysfs.c, and drivers/base/core.c for device_online and device_offline.
constexpr char kAnnounced[] = "/sys/kernel/uevent_seqnum";

// The machine has slept if the time asleep has grown by more than this. Two readings of the clocks
// are closer together, unless this process was stopped between them.
constexpr std::uint64_t kSleepNs = 100'000'000;

Result<std::uint64_t> announced() {
  std::array<char, 32> text{};
  const auto length = os::read_file(kAnnounced, text);
  if (!length)
    return length.error();
  std::uint64_t count = 0;
  std::from_chars(text.data(), text.data() + *length, count);
  return count;
}

} // namespace

bool CpuWatch::period_over(std::uint64_t now_ns) {
  return now_ns >= next_ns_ && std::exchange(next_ns_, now_ns + period_ns_) != 0;
}

bool CpuWatch::due() {
  const auto count = announced();
  const std::uint64_t asleep_ns = os::asleep_ns();
  const bool slept = asleep_ns > std::exchange(asleep_ns_, asleep_ns) + kSleepNs;
  const bool changed = !count || std::exchange(announced_, *count) != *count || slept;
  return std::exchange(once_more_, changed) || changed;
}

void CpuWatch::failed() {
  const std::uint64_t longer_ns = std::min(2 * period_ns_, kLongestPeriodNs);
  next_ns_ += longer_ns - std::exchange(period_ns_, longer_ns);
  once_more_ = true;
}

} // namespace ringside::kernel
