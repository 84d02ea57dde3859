// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// refused: one warning that says what it is about, what was tried, and why it failed.
#include "kernel/refusal.hpp"

#include <cerrno>

#include <catch2/catch.hpp>

#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::kernel::test {

TEST_CASE("a refused step is told in one warning, with its subject and the reason") {
  sim_reset(1);
  sim_set_file("/proc/self/status", "Name:\tx\nCapEff:\t0000000000000010\n");
  sim_set_file("/proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
  ringside::test::Messages messages;
  const Subject function("thing__new");
  const Subject map(function, "map_fd", 7);
  const Errno error = refused(map, {"asking about the map", RefusedCall::bpf}, Errno(EPERM));
  CHECK(error == Errno(EPERM));
  CHECK(messages.warnings() == 1);
  CHECK_THAT(messages.last(),
             Catch::StartsWith("thing__new: map_fd 7: asking about the map failed: "
                               "Operation not permitted: "));
  CHECK_THAT(messages.last(), Catch::Contains("without CAP_BPF"));
}

TEST_CASE("what the whole operation needs is part of the reason") {
  sim_reset(1);
  ringside::test::Messages messages;
  CHECK(refused("thing__new", {"making an epoll set"}, Errno(EMFILE), {6, 0}) == Errno(EMFILE));
  CHECK_THAT(messages.last(), Catch::Contains("6 more are needed"));
}

} // namespace ringside::kernel::test
