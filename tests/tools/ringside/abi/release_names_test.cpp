// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Releases by their names, and in sentences.
#include "abi/releases.hpp"

#include <catch2/catch.hpp>

namespace ringside::tool::abi {
namespace {

std::string found(std::string_view text) {
  const auto release = find_release(text);
  return release ? std::string(releases()[*release]) : "none";
}

} // namespace

TEST_CASE("a release is found by its version, and by its beginning") {
  CHECK(found("1.7.0") == "1.7.0");
  CHECK(found("v1.7.0") == "1.7.0");
  CHECK(found("1.4") == "1.4.7");
  CHECK(found("0.3") == "0.3");
  CHECK(found("0.3.0") == "0.3");
  CHECK(found("1.8") == "1.8-dev");
  CHECK(found("0") == "0.8.3");
  for (const char* text : {"", "1.4.9", "1.40", "2", "1.8.0", ".", "-", "v", "1.", "latest"})
    CHECK(found(text) == "none");
}

TEST_CASE("a version node has three numbers") {
  CHECK(node_version("LIBBPF_1.7.0") == std::array{1U, 7U, 0U});
  CHECK(node_version("LIBBPF_0.10.12") == std::array{0U, 10U, 12U});
  for (const char* text :
       {"", "LIBBPF_", "LIBBPF_1.7", "LIBBPF_1.7.0.1", "LIBBPF_1.7.", "1.7.0", "LIBBPF_1.7.x",
        "LIBBPF_-1.7.0", "LIBBPF_1..0", "LIBBPF_99999999999.0.0", "GLIBC_2.2.5"})
    CHECK_FALSE(node_version(text));
  CHECK(is_of_the_future("LIBBPF_9.0.0"));
  CHECK_FALSE(is_of_the_future("LIBBPF_1.8.0"));
  CHECK_FALSE(is_of_the_future("OTHER_9.0.0"));
}

TEST_CASE("a symbol is as old as its release, or as its node where that is not known") {
  CHECK(since("perf_buffer__new", "LIBBPF_0.6.0") == "0.6.0");
  CHECK(since("bpf_object__open", "LIBBPF_0.0.1") == "0.0.1");
  CHECK(since("bpf_object__prepare", "LIBBPF_1.6.0") == "1.6.2");
  CHECK(since("perf_buffer__new", "LIBBPF_1.0.0").empty());
  CHECK(since("LIBBPF_1.3.0") == "1.3.0");
  CHECK(since("LIBBPF_1.3.1").empty());
}

TEST_CASE("releases in a row are told as a range") {
  CHECK(ranges_text({}).empty());
  CHECK(ranges_text({0}) == "0.0.4");
  CHECK(ranges_text({0, 1, 2}) == "0.0.4 to 0.0.6");
  CHECK(ranges_text({0, 2, 3, 9}) == "0.0.4, 0.0.6 to 0.0.7, 0.3");
}

} // namespace ringside::tool::abi
