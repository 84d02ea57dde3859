// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Reason: what is said about each refusal, from facts that are given.
#include "kernel/reason.hpp"

#include <cerrno>
#include <string>

#include <catch2/catch.hpp>
#include <linux/capability.h>

#include "bpf/version.hpp"

namespace ringside::kernel::test {
namespace {

constexpr std::uint64_t kPerfmon = std::uint64_t{1} << 38;
constexpr std::uint64_t kBpf = std::uint64_t{1} << 39;
constexpr std::uint64_t kSysAdmin = std::uint64_t{1} << CAP_SYS_ADMIN;
constexpr Wanted kWanted{6, 36864};

ProcessFacts facts_with(std::uint64_t capabilities, std::int64_t paranoid) {
  return {capabilities, paranoid, 516, 2, 65536, 64};
}

std::string reason(RefusedCall call, int error, const ProcessFacts& facts) {
  return explain(call, Errno(error), kWanted, facts).text;
}

} // namespace

TEST_CASE("a refused perf event names capabilities and perf_event_paranoid") {
  const auto error = GENERATE(EPERM, EACCES);
  const auto text = reason(RefusedCall::perf_event_open, error, facts_with(0x10, 2));
  CHECK_THAT(text, Catch::Contains("0x10"));
  CHECK_THAT(text, Catch::Contains("without CAP_PERFMON"));
  CHECK_THAT(text, Catch::Contains("perf_event_paranoid is 2"));
}

TEST_CASE("a kernel with perf_event_paranoid 3 refuses CAP_PERFMON alone") {
  const auto text = reason(RefusedCall::perf_event_open, EACCES, facts_with(kPerfmon, 3));
  CHECK_THAT(text, Catch::Contains("with CAP_PERFMON and without CAP_SYS_ADMIN"));
  CHECK_THAT(text, Catch::Contains("perf_event_paranoid is 3"));
}

TEST_CASE("where the capabilities suffice, something else refuses") {
  CHECK_THAT(reason(RefusedCall::perf_event_open, EPERM, facts_with(kSysAdmin, 2)),
             Catch::Contains("seccomp"));
  CHECK_THAT(reason(RefusedCall::bpf, EPERM, facts_with(kBpf, 2)), Catch::Contains("seccomp"));
}

TEST_CASE("a refused bpf call names CAP_BPF and unprivileged_bpf_disabled") {
  const auto text = reason(RefusedCall::bpf, EPERM, facts_with(0, 2));
  CHECK_THAT(text, Catch::Contains("without CAP_BPF"));
  CHECK_THAT(text, Catch::Contains("unprivileged_bpf_disabled is 2"));
}

TEST_CASE("a refused map or program names what CAP_BPF alone is not enough for") {
  auto facts = facts_with(kBpf, 2);
  CHECK_THAT(reason(RefusedCall::bpf_make, EPERM, facts_with(0, 2)),
             Catch::Contains("without CAP_BPF"));
  CHECK_THAT(reason(RefusedCall::bpf_make, EPERM, facts),
             Catch::Contains("without CAP_NET_ADMIN and CAP_PERFMON"));
  facts.capabilities = kBpf | kPerfmon;
  CHECK_THAT(reason(RefusedCall::bpf_make, EPERM, facts),
             Catch::Contains("without CAP_NET_ADMIN:"));
  facts.capabilities = kBpf | kPerfmon | std::uint64_t{1} << CAP_NET_ADMIN;
  CHECK_THAT(reason(RefusedCall::bpf_make, EPERM, facts), Catch::Contains("seccomp"));
}

TEST_CASE("before Linux 5.11 a refused map or program names the limit on locked memory") {
  auto facts = facts_with(kSysAdmin, 2);
  facts.kernel_version = bpf::version(5, 10, 0);
  CHECK_THAT(reason(RefusedCall::bpf_make, EPERM, facts), Catch::Contains("(ulimit -l) is 64 KiB"));
  facts.memlock_bytes = UINT64_MAX;
  CHECK_THAT(reason(RefusedCall::bpf_make, EPERM, facts), Catch::Contains("seccomp"));
  facts.memlock_bytes = 65536;
  facts.kernel_version = bpf::version(5, 11, 0);
  CHECK_THAT(reason(RefusedCall::bpf_make, EPERM, facts), Catch::Contains("seccomp"));
}

TEST_CASE("in a user namespace a refused map or program names the token that would lift it") {
  auto facts = facts_with(GENERATE(std::uint64_t{0}, ~std::uint64_t{0}), 2);
  facts.in_user_namespace = true;
  facts.kernel_version = bpf::version(6, 9, 0);
  const auto text = reason(RefusedCall::bpf_make, EPERM, facts);
  CHECK_THAT(text, Catch::Contains("in a user namespace"));
  CHECK_THAT(text, Catch::Contains("LIBBPF_BPF_TOKEN_PATH"));
  CHECK_THAT(text, Catch::Contains("bpf_token_path or token_fd"));
  CHECK_THAT(text, Catch::EndsWith("delegate_attachs"));
}

TEST_CASE("before Linux 6.9 no token is named") {
  auto facts = facts_with(kSysAdmin, 2);
  facts.in_user_namespace = true;
  facts.kernel_version = bpf::version(6, 8, 0);
  const auto text = reason(RefusedCall::bpf_make, EPERM, facts);
  CHECK_THAT(text, Catch::Contains("run it in the initial one (Linux before 6.9"));
  CHECK_THAT(text, !Catch::Contains("delegate"));
}

TEST_CASE("in the initial user namespace no token is named") {
  auto facts = facts_with(0, 2);
  facts.in_user_namespace = GENERATE(std::optional<bool>(), std::optional<bool>(false));
  CHECK_THAT(reason(RefusedCall::bpf_make, EPERM, facts), !Catch::Contains("token"));
}

TEST_CASE("capabilities of a user namespace are not those that the kernel asks for") {
  auto facts = facts_with(kSysAdmin, 2);
  facts.in_user_namespace = true;
  const auto call = GENERATE(RefusedCall::bpf, RefusedCall::bpf_find, RefusedCall::perf_event_open);
  const auto text = reason(call, EPERM, facts);
  CHECK_THAT(text, Catch::Contains("those of a user namespace"));
  CHECK_THAT(text, !Catch::Contains("seccomp"));
}

TEST_CASE("a refused token names CAP_BPF, or whose file system it is") {
  CHECK_THAT(reason(RefusedCall::bpf_token, EPERM, facts_with(0, 2)),
             Catch::Contains("without CAP_BPF"));
  CHECK_THAT(reason(RefusedCall::bpf_token, EPERM, facts_with(kBpf, 2)),
             Catch::Contains("of another user namespace"));
  CHECK(reason(RefusedCall::bpf_token, EPERM, {}) == "Operation not permitted");
}

TEST_CASE("a refused search for BPF objects names CAP_SYS_ADMIN") {
  CHECK_THAT(reason(RefusedCall::bpf_find, EPERM, facts_with(kBpf, 2)),
             Catch::Contains("without CAP_SYS_ADMIN"));
  CHECK_THAT(reason(RefusedCall::bpf_find, EPERM, facts_with(kSysAdmin, 2)),
             Catch::Contains("seccomp"));
}

TEST_CASE("a refused mapping compares what is wanted with the limits") {
  const auto text = reason(RefusedCall::perf_mmap, EPERM, facts_with(0, 2));
  CHECK_THAT(text, Catch::Contains("36 KiB"));
  CHECK_THAT(text, Catch::Contains("516 KiB"));
  CHECK_THAT(text, Catch::Contains("64 KiB"));
  CHECK_THAT(text, Catch::Contains("CAP_IPC_LOCK"));
}

TEST_CASE("without descriptors the need and the limit are named, whatever the call") {
  const auto call = GENERATE(RefusedCall::perf_event_open, RefusedCall::bpf, RefusedCall::other);
  const auto text = reason(call, EMFILE, facts_with(0, 2));
  CHECK_THAT(text, Catch::Contains("6 more are needed"));
  CHECK_THAT(text, Catch::Contains("ulimit -n) is 64"));
}

TEST_CASE("other errors of the machine say what to do") {
  CHECK_THAT(reason(RefusedCall::other, ENFILE, {}), Catch::Contains("fs.file-max"));
  CHECK_THAT(reason(RefusedCall::perf_mmap, ENOMEM, {}), Catch::Contains("fewer pages"));
}

TEST_CASE("what is not known is not said") {
  CHECK(reason(RefusedCall::perf_event_open, EPERM, {}) == "Operation not permitted");
  CHECK(reason(RefusedCall::bpf, EPERM, {}) == "Operation not permitted");
  CHECK(reason(RefusedCall::other, EINTR, facts_with(0, 2)) == "Interrupted system call");
  CHECK(explain(RefusedCall::other, Errno(ENOMEM), {}, {}).text ==
        std::string("Cannot allocate memory"));
}

} // namespace ringside::kernel::test
