// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ProcessFacts: read from /proc as it is, and as it should not be.
#include "kernel/process_facts.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "sim/sim_control.h"

namespace ringside::kernel::test {

TEST_CASE("the facts are those of /proc") {
  sim_reset(1);
  sim_set_file("/proc/self/status",
               "Name:\tx\nCapPrm:\t0000000000000001\nCapEff:\t00000040000000ff\n");
  sim_set_file("/proc/sys/kernel/perf_event_paranoid", "-1\n");
  sim_set_file("/proc/sys/kernel/perf_event_mlock_kb", "516\n");
  sim_set_file("/proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
  const ProcessFacts facts = ProcessFacts::gather();
  CHECK(facts.capabilities == 0x40000000ffU);
  CHECK(facts.perf_event_paranoid == -1);
  CHECK(facts.perf_event_mlock_kb == 516);
  CHECK(facts.unprivileged_bpf_disabled == 2);
  CHECK(facts.open_files.has_value());
  CHECK(facts.memlock_bytes.has_value());
}

TEST_CASE("what cannot be read stays unknown") {
  sim_reset(1);
  const auto* status = GENERATE(static_cast<const char*>(nullptr), "", "Name:\tx\n",
                                "Name:\tx\nCapEff:\n", "Name:\tx\nCapEff:\tzz\n");
  sim_set_file("/proc/self/status", status);
  const auto* number = GENERATE(static_cast<const char*>(nullptr), "", "\n", "none\n",
                                "11111111111111111111111111111111111111111\n");
  sim_set_file("/proc/sys/kernel/perf_event_paranoid", number);
  sim_fail_from("getrlimit", 1, EINVAL);
  const ProcessFacts facts = ProcessFacts::gather();
  CHECK_FALSE(facts.capabilities.has_value());
  CHECK_FALSE(facts.perf_event_paranoid.has_value());
  CHECK_FALSE(facts.open_files.has_value());
}

} // namespace ringside::kernel::test
