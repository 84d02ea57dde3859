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

TEST_CASE("the initial user namespace maps all ids to themselves, and others do not") {
  sim_reset(1);
  const auto* all = GENERATE("         0          0 4294967295\n", "0 0 4294967295\n");
  sim_set_file("/proc/self/uid_map", all);
  CHECK(ProcessFacts::gather().in_user_namespace == false);
  const auto* some =
      GENERATE("         0       1000          1\n", "0 0 65536\n",
               "         0          0          1\n         1          1 4294967294\n", "");
  sim_set_file("/proc/self/uid_map", some);
  CHECK(ProcessFacts::gather().in_user_namespace == true);
  const std::string many(300, '1');
  sim_set_file("/proc/self/uid_map", many.c_str());
  CHECK(ProcessFacts::gather().in_user_namespace == true);
  sim_set_file("/proc/self/uid_map", nullptr);
  CHECK_FALSE(ProcessFacts::gather().in_user_namespace.has_value());
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
