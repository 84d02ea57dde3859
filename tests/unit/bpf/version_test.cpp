// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The version of a kernel, out of the texts in which distributions have it.
#include "bpf/version.hpp"

#include <catch2/catch.hpp>

namespace ringside::bpf::test {

TEST_CASE("a release begins with two or three numbers") {
  CHECK(version_of_release("6.1.0-25-amd64") == version(6, 1, 0));
  CHECK(version_of_release("6.18.44") == version(6, 18, 44));
  CHECK(version_of_release("6.18-rc1") == version(6, 18, 0));
  CHECK(version_of_release("6.18") == version(6, 18, 0));
  CHECK(version_of_release("6.18.") == version(6, 18, 0));
  CHECK(version_of_release("4.19.304+") == version(4, 19, 255));
}

TEST_CASE("a text that does not begin so has no version") {
  for (const char* text :
       {"", "6", "6.", "v6.1.0", " 6.1.0", "6,1", "six.one", "-6.1", "99999999999999999999.1.1"}) {
    CAPTURE(text);
    CHECK_FALSE(version_of_release(text));
  }
}

TEST_CASE("Ubuntu's signature has the version as its third word") {
  CHECK(version_of_signature("Ubuntu 5.4.0-12.15-generic 5.4.8\n") == version(5, 4, 8));
  CHECK_FALSE(version_of_signature("Ubuntu 5.4.0-12.15-generic"));
  CHECK_FALSE(version_of_signature("Ubuntu 5.4.0-12.15-generic unknown"));
  CHECK_FALSE(version_of_signature(""));
}

TEST_CASE("Debian's build text names the version that the release leaves out") {
  CHECK(version_of_build("#1 SMP Debian 4.19.304-1 (2024-01-09)") == version(4, 19, 255));
  CHECK(version_of_build("#1 SMP PREEMPT_DYNAMIC Debian 6.1.106-3 (2024-08-26)") ==
        version(6, 1, 106));
  CHECK_FALSE(version_of_build("#1 SMP PREEMPT_DYNAMIC Thu Jan  1 00:00:00 UTC 1970"));
  CHECK_FALSE(version_of_build("#1 SMP Debian"));
  CHECK_FALSE(version_of_build(""));
}

TEST_CASE("versions compare as numbers") {
  CHECK(version(5, 10, 255) < version(5, 11, 0));
  CHECK(version(5, 10, 300) == version(5, 10, 255));
  CHECK(version(6, 0, 0) > version(5, 19, 17));
  CHECK(kernel_version() >= version(4, 0, 0));
}

} // namespace ringside::bpf::test
