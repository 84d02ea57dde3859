// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Which kernels charge BPF memory to the cgroup, on the simulated kernel.
#include "bpf/memlock.hpp"

#include <cerrno>

#include <catch2/catch.hpp>

#include "bpf/version.hpp"
#include "sim/sim_control.h"

namespace ringside::bpf::test {

TEST_CASE("kernels from 5.11 on charge the cgroup, and are not asked") {
  sim_reset(1);
  CHECK(*charged_to_cgroup(version(5, 11, 0)));
  CHECK(*charged_to_cgroup(version(6, 18, 0)));
  CHECK(sim_calls("prog_load") == 0);
}

TEST_CASE("an older kernel charges it if it has the helper of that version") {
  sim_reset(1);
  CHECK(*charged_to_cgroup(version(5, 10, 0)));
  sim_fail("prog_load", 1, EINVAL);
  CHECK_FALSE(*charged_to_cgroup(version(5, 10, 0)));
  CHECK(sim_live().fds == 0);
}

TEST_CASE("a refusal for want of privileges, and a signal, are no answer") {
  sim_reset(1);
  const int error = GENERATE(EPERM, EAGAIN);
  sim_fail("prog_load", 1, error);
  CHECK(charged_to_cgroup(version(5, 10, 0)).error() == Errno(error));
}

} // namespace ringside::bpf::test
