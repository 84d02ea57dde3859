// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// explain: the reason follows from the circumstances.
#include "demo/refusal.hpp"

#include <cerrno>

#include <catch2/catch.hpp>

namespace ringside::tool {
namespace {

using Catch::Contains;

Circumstances root() {
  Circumstances c;
  c.cap_sys_admin = c.cap_bpf = c.cap_perfmon = true;
  c.perf_event_paranoid = 2;
  c.unprivileged_bpf_disabled = 2;
  c.seccomp_mode = 0;
  return c;
}

Circumstances unprivileged() {
  Circumstances c = root();
  c.cap_sys_admin = c.cap_bpf = c.cap_perfmon = false;
  return c;
}

std::string reason(const char* call, int error, const Circumstances& c) {
  return explain(call, "a_function", error, c).reason;
}

TEST_CASE("missing capabilities are named, for each call its own") {
  CHECK_THAT(reason("bpf", EPERM, unprivileged()),
             Contains("neither CAP_SYS_ADMIN nor CAP_BPF with CAP_PERFMON"));
  CHECK_THAT(reason("perf_event_open", EACCES, unprivileged()),
             Contains("neither CAP_SYS_ADMIN nor CAP_PERFMON"));
  CHECK_THAT(explain("bpf", "bpf_map_create", EPERM, unprivileged()).remedy, Contains("as root"));
}

TEST_CASE("CAP_BPF alone is not enough to trace") {
  Circumstances c = unprivileged();
  c.cap_bpf = true;
  CHECK_THAT(reason("bpf", EPERM, c), Contains("CAP_BPF with CAP_PERFMON"));
  c.cap_perfmon = true;
  CHECK_THAT(reason("bpf", EPERM, c), Contains("security module"));
}

TEST_CASE("a low perf_event_paranoid gives perf_event_open to everyone") {
  Circumstances c = unprivileged();
  c.perf_event_paranoid = 0;
  CHECK_THAT(reason("perf_event_open", EACCES, c), Contains("security module"));
  c.perf_event_paranoid = 1;
  CHECK_THAT(reason("perf_event_open", EACCES, c), Contains("neither"));
}

TEST_CASE("a seccomp filter is the reason when the privileges suffice") {
  Circumstances c = root();
  c.seccomp_mode = 2;
  CHECK_THAT(reason("bpf", EPERM, c), Contains("it is the seccomp filter that refuses it"));
  CHECK_THAT(reason("bpf", ENOSYS, c), Contains("a seccomp filter hides bpf"));
  CHECK_THAT(explain("bpf", "bpf_map_create", EPERM, c).remedy,
             Contains("seccomp profile") && !Contains("root"));
}

TEST_CASE("a seccomp filter is a second suspect when they do not") {
  Circumstances c = unprivileged();
  c.seccomp_mode = 2;
  CHECK_THAT(reason("bpf", EPERM, c), Contains("neither") && Contains("may refuse"));
}

TEST_CASE("capabilities in a user namespace do not count") {
  Circumstances c = root();
  c.initial_user_namespace = false;
  CHECK_THAT(reason("bpf", EPERM, c), Contains("in a user namespace"));
  CHECK_THAT(explain("bpf", "bpf_map_create", EPERM, c).facts.front().second,
             Contains("in a user namespace only"));
}

TEST_CASE("a lockdown is the reason when nothing else is") {
  Circumstances c = root();
  c.lockdown = "confidentiality";
  CHECK_THAT(reason("bpf", EPERM, c), Contains("locked down (confidentiality)"));
  c.lockdown = "none";
  CHECK_THAT(reason("bpf", EPERM, c), !Contains("locked down"));
}

TEST_CASE("errors that are not about privileges are told as they are") {
  const Refusal refusal = explain("bpf", "bpf_map_create", EMFILE, root());
  CHECK_THAT(refusal.reason, Contains("Too many open files"));
  CHECK(refusal.remedy.empty());
  CHECK_THAT(reason("bpf", ENOSYS, root()), Contains("built without bpf"));
  CHECK_THAT(reason("mmap", EPERM, root()), Contains("kernel.perf_event_mlock_kb"));
}

TEST_CASE("what the system does not tell is said to be unknown") {
  for (const auto& [name, value] : explain("bpf", "bpf_map_create", EPERM, Circumstances{}).facts)
    if (name != "capabilities in effect")
      CHECK(value == "not told here");
}

TEST_CASE("a failed function of libbpf leads to its system call") {
  CHECK(failed_call("bpf_map_create", EPERM).call == "bpf");
  CHECK(failed_call("calloc", ENOMEM).call == "calloc");
}

} // namespace
} // namespace ringside::tool
