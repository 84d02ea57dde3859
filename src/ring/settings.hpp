// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Settings: what the user of a program wants of its readers, from the environment.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ringside {

struct Settings {
  // How long a record may wait to be looked at, in nanoseconds. 0: the kernel wakes for each, as
  // the program asked it to.
  std::uint64_t max_latency_ns = 500'000;
  // Whether perf buffers follow CPUs that go offline and come online.
  bool follow_cpus = true;
  // Whether the user has decided on these two. Else a seccomp filter decides against them.
  bool wakeups_decided = false;
  bool follow_cpus_decided = false;
  // How large the rings of busy CPUs may be that a buffer has for a time, together, in bytes.
  std::uint64_t busy_bytes_total = std::uint64_t{64} << 20;
  // How large the data of one perf ring may become, and that of all rings of a buffer together, in
  // bytes. 0: as the program asked.
  std::uint64_t perf_bytes_per_cpu = 0;
  std::uint64_t perf_bytes_total = 0;

  // from_environment reads the variables of docs/environment.md. A value that one of them cannot
  // have gets a warning, once in a process, and the default holds.
  static Settings from_environment();

  // confine is for a process under a seccomp filter: what the user has not decided on becomes what
  // the stock library does, so that no system call is made that it would not make.
  void confine() {
    max_latency_ns = wakeups_decided ? max_latency_ns : 0;
    follow_cpus = follow_cpus_decided && follow_cpus;
  }

  // perf_data_size is how large each of `rings` perf rings is to be: a power of two of pages. 0: as
  // the program asked.
  [[nodiscard]] std::size_t perf_data_size(std::size_t rings, std::size_t page_size) const;
};

} // namespace ringside
