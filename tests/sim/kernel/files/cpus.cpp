// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Cpus: CPU lists in the kernel's notation.
#include "sim/kernel/files/cpus.hpp"

#include <functional>

namespace ringside::sim {
namespace {

constexpr std::string_view kFolder = "/sys/devices/system/cpu/";

// list writes the CPUs that `holds` is true for as ranges, "0-2,5\n"; "\n" if there are none.
std::string list(unsigned count, const std::function<bool(unsigned)>& holds) {
  std::string text;
  for (unsigned cpu = 0; cpu < count; ++cpu) {
    if (!holds(cpu))
      continue;
    unsigned first = cpu;
    while (cpu + 1 < count && holds(cpu + 1))
      ++cpu;
    if (!text.empty())
      text += ',';
    text += std::to_string(first);
    if (cpu != first)
      text += '-' + std::to_string(cpu);
  }
  return text + '\n';
}

} // namespace

std::optional<std::string> Cpus::file(std::string_view path) const {
  if (path == "/sys/kernel/uevent_seqnum")
    return std::to_string(announced_) + '\n';
  if (!path.starts_with(kFolder))
    return std::nullopt;
  path.remove_prefix(kFolder.size());
  if (path == "possible" || path == "present")
    return list(count(), [](unsigned) { return true; });
  if (path == "online")
    return list(count(), [this](unsigned cpu) { return online(cpu); });
  if (path == "offline")
    return list(count(), [this](unsigned cpu) { return !online(cpu); });
  return std::nullopt;
}

} // namespace ringside::sim
