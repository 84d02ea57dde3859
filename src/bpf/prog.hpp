// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Loading programs.
#pragma once

#include "bpf/command.hpp"

namespace ringside::bpf {

inline constexpr int kDefaultAttempts = 5;

// load_program loads a program, and tries again
//   - while verification ends with EAGAIN, which it does when a signal comes: `attempts` calls in
//     all. For the last one of several, signals that do not end the process are blocked;
//   - where the kernel knows shorter records of functions or lines than `attr` has, with the rest
//     of each record zeroed;
//   - where log_level is 0, there is a log_buf, and the program does not load: with level 1.
// Each of these tries has its own attempts. log_true_size is then what the kernel wrote last.
Result<os::UniqueFd> load_program(ProgLoadAttr& attr, int attempts = kDefaultAttempts);

} // namespace ringside::bpf
