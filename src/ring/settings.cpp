// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Settings: the variables, what each can be, and how it is read.
#include "ring/settings.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/log.hpp"
#include "base/scan.hpp"
#include "base/shared_word.hpp"
#include "os/process.hpp"

namespace ringside {
namespace {

constexpr std::uint64_t kNsPerUs = 1000;
constexpr std::uint64_t kLongestUs = 1'000'000;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40;

std::optional<std::uint64_t> read_bytes(std::string_view text) {
  const auto number = take_number(text);
  if (!number || text.size() > 1)
    return std::nullopt;
  constexpr std::string_view kSuffixes = "KMG";
  const std::size_t suffix = text.empty() ? 0 : kSuffixes.find(text[0]) + 1;
  if (!text.empty() && suffix == 0)
    return std::nullopt;
  const std::size_t shift = 10 * suffix;
  if (*number == 0 || *number > kMostBytes >> shift)
    return std::nullopt;
  return *number << shift;
}

// Each takes a variable's value over, or says that it can have no such value.
bool take_latency(std::string_view text, Settings& settings) {
  const auto us = take_number(text);
  if (!us || !text.empty() || *us == 0 || *us > kLongestUs)
    return false;
  settings.max_latency_ns = *us * kNsPerUs;
  return true;
}

bool take_wakeups(std::string_view text, Settings& settings) {
  if (text == "exact")
    settings.max_latency_ns = 0;
  settings.wakeups_decided = text == "exact" || text == "adaptive";
  return settings.wakeups_decided;
}

bool take_follow_cpus(std::string_view text, Settings& settings) {
  settings.follow_cpus = text != "off";
  settings.follow_cpus_decided = text == "on" || text == "off";
  return settings.follow_cpus_decided;
}

template <std::uint64_t Settings::*kMember>
bool take_bytes(std::string_view text, Settings& settings) {
  const auto bytes = read_bytes(text);
  settings.*kMember = bytes.value_or(settings.*kMember);
  return bytes.has_value();
}

constexpr char kBytes[] = "1 to 1024G, a number of bytes or with a K, M or G behind it";
constexpr char kAsAsked[] = "rings are as large as the program asks";

// The variables, in the order in which they are taken over. `warned` is the fingerprint of the
// value that a warning was about last.
struct Variable {
  const char* name;
  bool (*take)(std::string_view text, Settings& settings);
  const char* values;
  const char* otherwise;
  std::uint32_t warned = 0;
};
Variable variables[] = {
    {"RINGSIDE_MAX_LATENCY_US", take_latency, "1 to 1000000, a number of microseconds",
     "500 is taken"},
    {"RINGSIDE_WAKEUPS", take_wakeups, "adaptive or exact", "adaptive is taken"},
    {"RINGSIDE_FOLLOW_CPUS", take_follow_cpus, "on or off", "on is taken"},
    {"RINGSIDE_BUSY_BYTES_TOTAL", take_bytes<&Settings::busy_bytes_total>, kBytes, "64M is taken"},
    {"RINGSIDE_PERF_BYTES_PER_CPU", take_bytes<&Settings::perf_bytes_per_cpu>, kBytes, kAsAsked},
    {"RINGSIDE_PERF_BYTES_TOTAL", take_bytes<&Settings::perf_bytes_total>, kBytes, kAsAsked},
};

// fingerprint is a number for a text (FNV-1a), and never 0.
std::uint32_t fingerprint(std::string_view text) {
  std::uint32_t hash = 2166136261;
  for (const char byte : text)
    hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619;
  return hash | 1;
}

} // namespace

Settings Settings::from_environment() {
  Settings settings;
  for (Variable& variable : variables) {
    const char* text = os::environment(variable.name);
    if (text == nullptr || variable.take(text, settings))
      continue;
    const std::uint32_t value = fingerprint(text);
    // Pairs with itself in another thread: one of the two warns.
    if (exchange(variable.warned, value) != value)
      log(LogLevel::warn, "%s is '%s', but can be %s: %s\n", variable.name, text, variable.values,
          variable.otherwise);
  }
  return settings;
}

std::size_t Settings::perf_data_size(std::size_t rings, std::size_t page_size) const {
  // So that a header page can be added, and sizes be compared.
  constexpr std::uint64_t kMost = std::uint64_t{1} << (sizeof(std::size_t) * 8 - 2);
  std::uint64_t size = kMost;
  if (perf_bytes_per_cpu != 0)
    size = std::min(size, std::bit_ceil(std::max<std::uint64_t>(perf_bytes_per_cpu, page_size)));
  if (perf_bytes_total != 0)
    size = std::min(size, std::bit_floor(perf_bytes_total / std::max<std::size_t>(rings, 1)));
  const bool any = perf_bytes_per_cpu != 0 || perf_bytes_total != 0;
  return any && size >= page_size ? static_cast<std::size_t>(size) : 0;
}

} // namespace ringside
