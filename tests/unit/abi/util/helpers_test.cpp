// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The small functions beside the readers: error texts, versions, CPU count, printing.
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <catch2/catch.hpp>

#include <bpf/libbpf.h>
#include <bpf/libbpf_legacy.h>

#include "base/log.hpp"
#include "messages.hpp"
#include "sim/sim_control.h"

namespace ringside::test {

TEST_CASE("an error number of the system or of the library has a text, with either sign") {
  char text[128];
  for (const int code : {EPERM, EINTR, int{__LIBBPF_ERRNO__START}, int{LIBBPF_ERRNO__NLPARSE}}) {
    std::string positive;
    CHECK(libbpf_strerror(code, text, sizeof(text)) == 0);
    positive = text;
    CHECK(libbpf_strerror(-code, text, sizeof(text)) == 0);
    CHECK(positive == text);
    CHECK_FALSE(positive.empty());
  }
}

TEST_CASE("every code of the library has a text of its own") {
  std::string before;
  for (int code = __LIBBPF_ERRNO__START; code < __LIBBPF_ERRNO__END; ++code) {
    char text[128];
    CHECK(libbpf_strerror(code, text, sizeof(text)) == 0);
    CHECK(before != text);
    before = text;
  }
}

TEST_CASE("a text that does not fit is cut and ends in NUL") {
  char text[8];
  std::memset(text, 'x', sizeof(text));
  CHECK(libbpf_strerror(EPERM, text, 4) == -ERANGE);
  CHECK(std::strlen(text) == 3);
  CHECK(libbpf_strerror(LIBBPF_ERRNO__RELOC, text, 4) == -ERANGE);
  CHECK(std::strlen(text) == 3);
  CHECK(libbpf_strerror(5000, text, 1) == -ERANGE);
  CHECK(text[0] == '\0');
  CHECK(text[4] == 'x');
}

TEST_CASE("an unknown code is said to be one") {
  char text[64];
  CHECK(libbpf_strerror(3999, text, sizeof(text)) == -EINVAL);
  CHECK_THAT(std::string(text), Catch::Contains("3999"));
  for (const int code : {int{__LIBBPF_ERRNO__END}, INT_MAX, -5000}) {
    CHECK(libbpf_strerror(code, text, sizeof(text)) == -ENOENT);
    CHECK(errno == ENOENT);
    CHECK_THAT(std::string(text), Catch::Contains(std::to_string(std::abs(code))));
  }
  CHECK(libbpf_strerror(INT_MIN, text, sizeof(text)) == -EINVAL);
}

TEST_CASE("without a buffer there is no text") {
  char text[1];
  CHECK(libbpf_strerror(EPERM, nullptr, 8) == -EINVAL);
  CHECK(libbpf_strerror(EPERM, text, 0) == -EINVAL);
}

TEST_CASE("a pointer carries its error, and null the last one") {
  int object = 0;
  errno = ENOENT;
  CHECK(libbpf_get_error(&object) == 0);
  CHECK(libbpf_get_error(nullptr) == -ENOENT);
  CHECK(libbpf_get_error(reinterpret_cast<void*>(std::intptr_t{-EBUSY})) == -EBUSY);
  CHECK(errno == EBUSY);
}

TEST_CASE("the version is that of the interface") {
  const std::string version =
      "v" + std::to_string(libbpf_major_version()) + "." + std::to_string(libbpf_minor_version());
  CHECK(libbpf_version_string() == version);
  CHECK(libbpf_set_strict_mode(LIBBPF_STRICT_ALL) == 0);
}

TEST_CASE("messages go to the callback, keep errno, and go nowhere without one") {
  libbpf_print_fn_t before = nullptr;
  {
    Messages messages;
    errno = EBUSY;
    log(LogLevel::warn, "the %s\n", "text");
    CHECK(errno == EBUSY);
    CHECK(messages.last() == "the text\n");
    log(LogLevel::info, "not a warning\n");
    log(LogLevel::debug, "not a warning\n");
    CHECK(messages.warnings() == 1);
  }
  before = libbpf_set_print(nullptr);
  CHECK(before != nullptr);
  log(LogLevel::warn, "unheard\n");
  CHECK(libbpf_set_print(before) == nullptr);
}

} // namespace ringside::test
