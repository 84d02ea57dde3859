// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Refusal: why the kernel refuses bpf() or perf_event_open to this process, and what would help.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ringside::tool {

// Circumstances: what decides whether a process may trace. A field has no value if this system does
// not say.
struct Circumstances {
  bool cap_sys_admin = false; // capabilities in effect
  bool cap_bpf = false;
  bool cap_perfmon = false;
  bool initial_user_namespace = true;
  std::optional<int> perf_event_paranoid;
  std::optional<int> unprivileged_bpf_disabled;
  std::optional<int> seccomp_mode;
  std::string lockdown; // "none", "integrity", "confidentiality", or nothing
};

// read_circumstances reads them for this process.
Circumstances read_circumstances();

// Refusal: what was refused, and why, as text for the user.
struct Refusal {
  std::string call;     // the system call
  std::string function; // the library's function that made it
  int error = 0;        // its errno
  std::string reason;   // one sentence
  std::vector<std::pair<std::string, std::string>> facts;
  std::string remedy;
};

// explain finds the reason why `call`, made by `function`, failed with `error`.
Refusal explain(const std::string& call, const std::string& function, int error,
                const Circumstances& circumstances);

// The system call at which a function of libbpf failed, and its errno.
struct FailedCall {
  std::string call;
  int error;
};
// failed_call finds which system call failed. perf_buffer__new makes several: so the first of them
// is tried again here, since this process has the same privileges as the one that failed.
FailedCall failed_call(const std::string& function, int error);

// "EPERM (Operation not permitted)".
std::string errno_text(int error);

} // namespace ringside::tool
