// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ProcessFacts: gathered from /proc and the resource limits.
#include "kernel/process_facts.hpp"

#include <cerrno>
#include <string_view>

#include "base/scan.hpp"
#include "bpf/version.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

namespace ringside::kernel {
namespace {

std::optional<std::int64_t> setting(const char* path) {
  char text[32];
  const auto length = os::read_file(path, text);
  if (!length)
    return std::nullopt;
  std::string_view value(text, *length);
  return take_signed(value);
}

std::optional<std::uint64_t> capabilities_in_effect() {
  constexpr std::string_view kField = "\nCapEff:";
  char text[4096];
  const auto length = os::read_file("/proc/self/status", text);
  if (!length)
    return std::nullopt;
  std::string_view status(text, *length);
  const std::size_t field = status.find(kField);
  if (field == std::string_view::npos)
    return std::nullopt;
  status.remove_prefix(field + kField.size());
  skip_blanks(status);
  return take_number(status, 16);
}

// ids_are_mapped: the initial user namespace has one range of ids: all, as they are. One that has
// no ids yet has an empty file. Source: user_namespaces(7).
std::optional<bool> ids_are_mapped() {
  char text[256];
  const auto length = os::read_file("/proc/self/uid_map", text);
  if (!length)
    return length.error() == Errno(E2BIG) ? std::optional<bool>(true) : std::nullopt;
  std::string_view map(text, *length);
  for (const std::uint64_t initial : {UINT64_C(0), UINT64_C(0), UINT64_C(4294967295)}) {
    skip_blanks(map);
    if (take_number(map, 10) != initial)
      return true;
  }
  return false;
}

std::optional<std::uint64_t> value_of(os::Limit limit) {
  const auto value = os::soft_limit(limit);
  if (!value)
    return std::nullopt;
  return *value;
}

} // namespace

ProcessFacts ProcessFacts::gather() {
  ProcessFacts facts;
  facts.capabilities = capabilities_in_effect();
  facts.perf_event_paranoid = setting("/proc/sys/kernel/perf_event_paranoid");
  facts.perf_event_mlock_kb = setting("/proc/sys/kernel/perf_event_mlock_kb");
  facts.unprivileged_bpf_disabled = setting("/proc/sys/kernel/unprivileged_bpf_disabled");
  facts.memlock_bytes = value_of(os::Limit::locked_bytes);
  facts.open_files = value_of(os::Limit::open_files);
  facts.kernel_version = bpf::kernel_version();
  facts.in_user_namespace = ids_are_mapped();
  return facts;
}

} // namespace ringside::kernel
