// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Messages: takes what the library says while it lives, and checks that it is a line.
#pragma once

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include <bpf/libbpf.h>

#include "check.hpp"

namespace ringside::test {

class Messages {
public:
  Messages() { libbpf_set_print(check); }
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;
  ~Messages() { libbpf_set_print(nullptr); }

private:
  [[gnu::format(printf, 2, 0)]] static int check(libbpf_print_level, const char* format,
                                                 std::va_list arguments) {
    char text[4096];
    const int length = std::vsnprintf(text, sizeof(text), format, arguments);
    require(length > 1 && static_cast<std::size_t>(length) < sizeof(text),
            "a message has a sensible length");
    require(std::strchr(text, '\n') == text + length - 1, "a message is one line");
    return length;
  }
};

} // namespace ringside::test
