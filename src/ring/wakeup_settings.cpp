// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// WakeupSettings: reading the two variables.
#include "ring/wakeup_settings.hpp"

#include <charconv>
#include <string_view>

#include "base/log.hpp"
#include "os/os.hpp"

namespace ringside {
namespace {

constexpr char kWakeups[] = "RINGSIDE_WAKEUPS";
constexpr char kMaxLatency[] = "RINGSIDE_MAX_LATENCY_US";
constexpr std::uint64_t kNsPerUs = 1000;
constexpr std::uint64_t kLongestUs = 1'000'000;

bool wants_exact() {
  const char* value = os::environment(kWakeups);
  if (value == nullptr || std::string_view(value) == "adaptive")
    return false;
  if (std::string_view(value) == "exact")
    return true;
  log(LogLevel::warn, "%s is '%s', but can be adaptive or exact: adaptive is taken\n", kWakeups,
      value);
  return false;
}

std::uint64_t wanted_latency_ns() {
  const std::uint64_t fallback = WakeupSettings{}.max_latency_ns;
  const char* value = os::environment(kMaxLatency);
  if (value == nullptr)
    return fallback;
  const std::string_view text(value);
  std::uint64_t us = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), us);
  if (error == std::errc() && end == text.data() + text.size() && us >= 1 && us <= kLongestUs)
    return us * kNsPerUs;
  log(LogLevel::warn,
      "%s is '%s', but can be 1 to 1000000, a number of microseconds: %d is taken\n", kMaxLatency,
      value, static_cast<int>(fallback / kNsPerUs));
  return fallback;
}

} // namespace

WakeupSettings WakeupSettings::from_environment() {
  return {wants_exact() ? 0 : wanted_latency_ns()};
}

} // namespace ringside
