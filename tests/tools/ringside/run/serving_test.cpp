// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What stands against serving a program, from what it needs.
#include "run/serving.hpp"

#include <catch2/catch.hpp>

namespace ringside::tool {
namespace {

using Paths = std::vector<std::filesystem::path>;
using Texts = std::vector<std::string>;

// Files that are there, to be told from each other.
const std::filesystem::path kOurs = "/dev/null";
const std::filesystem::path kOther = "/dev/zero";

Caller caller(const std::string& soname, std::vector<abi::Import> imports) {
  return {"/bin/program", {std::move(imports), soname, {}}};
}

abi::Import import(const std::string& name, const std::string& node, bool weak = false) {
  return {name, node, "libbpf.so.1", weak};
}

std::string only(const Texts& texts) {
  REQUIRE(texts.size() == 1);
  return texts.front();
}

TEST_CASE("readers are preloaded for those who read") {
  const Caller reads = caller("libbpf.so.1", {import("perf_buffer__poll", "LIBBPF_0.0.4"),
                                              import("bpf_object__open_file", "LIBBPF_0.0.4")});
  const Caller old = caller("libbpf.so.0", {import("perf_buffer__new", "LIBBPF_0.0.4")});
  const Caller prints = caller("libbpf.so.1", {import("libbpf_set_print", "LIBBPF_0.0.1"),
                                               import("bpf_object__open_file", "LIBBPF_0.0.4")});
  CHECK(against_preloading(kOurs, {kOurs}, {reads}).empty());
  CHECK(against_preloading(kOurs, {kOurs}, {old}).empty());
  CHECK(against_preloading(kOurs, {kOther, kOurs}, {prints, reads}).empty());
  CHECK_THAT(only(against_preloading(kOurs, {kOurs}, {prints})),
             Catch::Contains("ringside would change nothing"));
  CHECK_THAT(only(against_preloading(kOurs, {kOurs}, {})), Catch::Contains("dlopen()"));
  CHECK_THAT(only(against_preloading(kOurs, {kOther}, {reads})),
             Catch::Contains("does not load /dev/null"));
}

TEST_CASE("all is replaced where all is done") {
  const std::filesystem::path ours = "/x/libbpf.so.1";
  const Caller reads = caller("libbpf.so.1", {import("perf_buffer__poll", "LIBBPF_0.0.4")});
  CHECK(against_replacing(ours, {ours}, {reads}).empty());
  const Caller weak = caller("libbpf.so.1", {import("no_such_function", "LIBBPF_1.7.0", true)});
  CHECK(against_replacing(ours, {ours}, {weak}).empty());
  const Caller more = caller("libbpf.so.1", {import("perf_buffer__poll", "LIBBPF_0.0.4"),
                                             import("no_such_function", "LIBBPF_9.9.0")});
  CHECK_THAT(only(against_replacing(ours, {ours}, {reads, more})),
             Catch::StartsWith("/bin/program calls 1 function that ringside's libbpf.so.1 does not "
                               "have yet: no_such_function;"));
  std::vector<abi::Import> many;
  for (int i = 0; i < 9; ++i)
    many.push_back(import("no_such_" + std::to_string(i), "LIBBPF_9.9.0"));
  CHECK_THAT(only(against_replacing(ours, {ours}, {caller("libbpf.so.1", many)})),
             Catch::Contains("no_such_5 and 3 more"));
  CHECK_THAT(only(against_replacing(ours, {ours}, {caller("libbpf.so.0", {})})),
             Catch::Contains("asks for libbpf.so.0"));
  CHECK_THAT(only(against_replacing(ours, {}, {})), Catch::Contains("needs libbpf"));
}

} // namespace
} // namespace ringside::tool
