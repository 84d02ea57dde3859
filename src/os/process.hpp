// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What the process is, and what it may use.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.hpp"

namespace ringside::os {

int process_id();

// program_name is the file name that the program was started by.
const char* program_name();

// environment is the value of a variable. It is nullptr if there is none, and always in a program
// that runs set-user-id. It lasts until the program changes its environment.
const char* environment(const char* name);

// soft_limit is a limit of the process that is in force now; UINT64_MAX where there is none.
// Source: RLIMIT_MEMLOCK and RLIMIT_NOFILE in getrlimit(2).
enum class Limit { locked_bytes, open_files };
Result<std::uint64_t> soft_limit(Limit limit);

// set_memlock_limit sets the limit of locked bytes, the soft one and the hard one; UINT64_MAX for
// none.
Result<void> set_memlock_limit(std::uint64_t bytes);

// KernelNames are two texts of uname(2): "6.1.0-25-amd64", "#1 SMP Debian 6.1.106-3 (2024-08-26)".
struct KernelNames {
  char release[65] = {};
  char version[65] = {};
};
KernelNames kernel_names();

std::size_t page_size();

// seccomp_mode is 0 for a thread that no seccomp filter confines. A filter may refuse the question.
// Source: PR_GET_SECCOMP in prctl(2).
Result<int> seccomp_mode();

} // namespace ringside::os
