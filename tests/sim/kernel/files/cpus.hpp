// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Cpus: which CPUs there are and which are online, and what /sys says about it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::sim {

inline constexpr unsigned kMaxCpus = 4096;

class Cpus {
public:
  explicit Cpus(unsigned count) : online_(count, true) {}

  [[nodiscard]] unsigned count() const { return static_cast<unsigned>(online_.size()); }
  [[nodiscard]] bool online(unsigned cpu) const { return cpu < count() && online_[cpu]; }
  void set_online(unsigned cpu, bool online) {
    online_.at(cpu) = online;
    ++announced_;
  }

  // file is the text of a file below /sys/devices/system/cpu that follows from the CPUs, or of
  // /sys/kernel/uevent_seqnum, which counts what the kernel has announced to user space.
  [[nodiscard]] std::optional<std::string> file(std::string_view path) const;

private:
  std::vector<bool> online_;
  unsigned announced_ = 0;
};

} // namespace ringside::sim
