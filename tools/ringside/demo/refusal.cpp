// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// explain: finds the reason of a refusal in the circumstances of a process. It reads no files.
#include "demo/refusal.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace ringside::tool {
namespace {

constexpr int kSeccompFilter = 2; // of the "Seccomp:" line in /proc/PID/status

bool may_trace(const Circumstances& c) {
  return c.cap_sys_admin || (c.cap_bpf && c.cap_perfmon);
}

// Sources: perf_event_open(2); kernel/events/core.c decides on events of a whole CPU by this.
bool may_open_cpu_events(const Circumstances& c) {
  return c.cap_sys_admin || c.cap_perfmon || c.perf_event_paranoid.value_or(2) <= 0;
}

bool privileged_for(const std::string& call, const Circumstances& c) {
  return call == "perf_event_open" ? may_open_cpu_events(c) : may_trace(c);
}

std::string capabilities_text(const Circumstances& c) {
  std::vector<std::string> names;
  for (const auto& [held, name] : {std::pair{c.cap_sys_admin, "CAP_SYS_ADMIN"},
                                   {c.cap_bpf, "CAP_BPF"},
                                   {c.cap_perfmon, "CAP_PERFMON"}})
    if (held)
      names.emplace_back(name);
  if (names.empty())
    return "none of CAP_SYS_ADMIN, CAP_BPF, CAP_PERFMON";
  return fmt::format("{}{}", fmt::join(names, ", "),
                     c.initial_user_namespace ? "" : ", in a user namespace only");
}

std::string paranoid_text(const std::optional<int>& level) {
  if (!level)
    return "not told here";
  return fmt::format("{} ({})", *level,
                     *level <= 0 ? "anyone may trace a whole CPU"
                                 : "tracing a whole CPU takes CAP_PERFMON or CAP_SYS_ADMIN");
}

std::string unprivileged_bpf_text(const std::optional<int>& level) {
  if (!level)
    return "not told here";
  return fmt::format("{} ({})", *level,
                     *level == 0 ? "anyone may call bpf(), though not trace with it"
                                 : "bpf() takes CAP_BPF or CAP_SYS_ADMIN");
}

std::string seccomp_text(const std::optional<int>& mode) {
  if (!mode)
    return "not told here";
  return *mode == kSeccompFilter ? "a filter is in effect" : *mode == 0 ? "off" : "strict";
}

std::string reason_of(const std::string& call, int error, const Circumstances& c) {
  const bool filtered = c.seccomp_mode.value_or(0) == kSeccompFilter;
  if (error == ENOSYS)
    return filtered
               ? fmt::format("a seccomp filter hides {}, or the kernel is built without it", call)
               : fmt::format("this kernel is built without {}", call);
  if (error != EPERM && error != EACCES)
    return "it is not a matter of privileges: " + std::string(strerror(error));
  if (call == "mmap")
    return "the rings need more locked memory than kernel.perf_event_mlock_kb and the memlock "
           "limit allow";
  if (!privileged_for(call, c))
    return fmt::format("this process has neither CAP_SYS_ADMIN nor {}{}",
                       call == "perf_event_open" ? "CAP_PERFMON" : "CAP_BPF with CAP_PERFMON",
                       filtered ? "; its seccomp filter may refuse the call as well" : "");
  if (!c.initial_user_namespace)
    return "this process is in a user namespace, where its capabilities do not count for it";
  if (filtered)
    return "the privileges suffice, so it is the seccomp filter that refuses it";
  if (!c.lockdown.empty() && c.lockdown != "none")
    return fmt::format("the kernel is locked down ({})", c.lockdown);
  return "the privileges suffice, so a security module of the kernel refuses it";
}

std::string remedy_of(const std::string& call, int error, const Circumstances& c) {
  if (error != EPERM && error != EACCES && error != ENOSYS)
    return "";
  if (call == "mmap")
    return "a higher memlock limit (ulimit -l), or root";
  std::vector<std::string> steps;
  if (error != ENOSYS && !privileged_for(call, c))
    steps.emplace_back("run it as root (sudo ringside demo)");
  if (!c.initial_user_namespace)
    steps.emplace_back("run it outside of the user namespace");
  if (c.seccomp_mode.value_or(0) == kSeccompFilter)
    steps.emplace_back("let the seccomp profile (the container's, say) pass bpf and "
                       "perf_event_open");
  return fmt::format("{}", fmt::join(steps, "; "));
}

} // namespace

std::string errno_text(int error) {
  const char* name = strerrorname_np(error);
  return name != nullptr ? fmt::format("{} ({})", name, strerror(error))
                         : fmt::format("errno {}", error);
}

Refusal explain(const std::string& call, const std::string& function, int error,
                const Circumstances& c) {
  Refusal refusal{call, function, error, reason_of(call, error, c), {}, remedy_of(call, error, c)};
  refusal.facts = {
      {"capabilities in effect", capabilities_text(c)},
      {"kernel.unprivileged_bpf_disabled", unprivileged_bpf_text(c.unprivileged_bpf_disabled)},
      {"kernel.perf_event_paranoid", paranoid_text(c.perf_event_paranoid)},
      {"seccomp", seccomp_text(c.seccomp_mode)},
  };
  if (!c.lockdown.empty())
    refusal.facts.emplace_back("kernel lockdown", c.lockdown);
  return refusal;
}

} // namespace ringside::tool
