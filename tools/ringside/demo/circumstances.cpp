// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// read_circumstances and failed_call: what the system says about this process and its privileges.
#include <cerrno>
#include <fstream>
#include <memory>
#include <string>

#include <linux/perf_event.h>
#include <sys/capability.h>
#include <sys/syscall.h>

#include "common/descriptor.hpp"
#include "demo/refusal.hpp"

namespace ringside::tool {
namespace {

std::optional<int> read_number(const char* path) {
  int number = 0;
  if (std::ifstream(path) >> number)
    return number;
  return std::nullopt;
}

std::optional<int> read_status_field(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int number = 0;
    if (word == name && status >> number)
      return number;
  }
  return std::nullopt;
}

// The initial user namespace maps every id to itself.
bool in_initial_user_namespace() {
  std::ifstream map("/proc/self/uid_map");
  unsigned long inside = 0;
  unsigned long outside = 0;
  unsigned long count = 0;
  return !(map >> inside >> outside >> count) ||
         (inside == 0 && outside == 0 && count == 4294967295);
}

// The file has "none [integrity] confidentiality": the brackets mark the active mode.
std::string read_lockdown() {
  std::ifstream file("/sys/kernel/security/lockdown");
  for (std::string word; file >> word;)
    if (word.size() > 2 && word.front() == '[')
      return word.substr(1, word.size() - 2);
  return "";
}

} // namespace

Circumstances read_circumstances() {
  Circumstances c;
  const std::unique_ptr<_cap_struct, int (*)(void*)> capabilities(cap_get_proc(), cap_free);
  const auto in_effect = [&](cap_value_t capability) {
    cap_flag_value_t value = CAP_CLEAR;
    return capabilities != nullptr &&
           cap_get_flag(capabilities.get(), capability, CAP_EFFECTIVE, &value) == 0 &&
           value == CAP_SET;
  };
  c.cap_sys_admin = in_effect(CAP_SYS_ADMIN);
  c.cap_bpf = in_effect(CAP_BPF);
  c.cap_perfmon = in_effect(CAP_PERFMON);
  c.initial_user_namespace = in_initial_user_namespace();
  c.perf_event_paranoid = read_number("/proc/sys/kernel/perf_event_paranoid");
  c.unprivileged_bpf_disabled = read_number("/proc/sys/kernel/unprivileged_bpf_disabled");
  c.seccomp_mode = read_status_field("Seccomp:");
  c.lockdown = read_lockdown();
  return c;
}

FailedCall failed_call(const std::string& function, int error) {
  if (function.starts_with("bpf_"))
    return {"bpf", error};
  if (function != "perf_buffer__new")
    return {function, error};
  perf_event_attr attr{};
  attr.size = sizeof(attr);
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_BPF_OUTPUT;
  attr.sample_type = PERF_SAMPLE_RAW;
  attr.sample_period = 1;
  const Descriptor event(
      static_cast<int>(syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC)));
  if (event.get() < 0)
    return {"perf_event_open", errno};
  return {error == EPERM ? "mmap" : function, error};
}

} // namespace ringside::tool
