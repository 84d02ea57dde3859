// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Attributes that all commands of bpf(2) have in common, where the kernel knows such.
#pragma once

#include "bpf/command.hpp"

namespace ringside::bpf {

// struct bpf_common_attr: a log of why a command failed. log_true_size is an answer.
struct CommonAttr {
  Address log_buf = {};
  std::uint32_t log_size = 0;
  std::uint32_t log_level = 0;
  std::uint32_t log_true_size = 0;
  std::uint32_t reserved = 0;
};

// With this bit of the command, they follow it.
inline constexpr int kWithCommonAttr = 1 << 16;

// knows_common_attr is whether this kernel takes them.
bool knows_common_attr();

// call_with_log is call, with a log if the kernel takes one.
template <class Attr>
Result<int> call_with_log(int command, Attr& attr, CommonAttr& log) {
  if (!knows_common_attr())
    return call(command, attr);
  return os::bpf_with_common(command | kWithCommonAttr, &attr, passed_size<Attr>(), &log,
                             sizeof(log));
}

} // namespace ringside::bpf
