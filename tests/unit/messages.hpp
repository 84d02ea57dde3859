// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Messages: what the library has said while a test ran.
#pragma once

#include <cstdarg>
#include <cstdio>
#include <string>
#include <vector>

#include <bpf/libbpf.h>

namespace ringside::test {

// Messages collects messages from when it is made until it goes away. One at a time.
class Messages {
public:
  Messages() : before_(libbpf_set_print(collect)) { collected().clear(); }
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;
  ~Messages() { libbpf_set_print(before_); }

  // warnings is how many there were, and the last of them.
  [[nodiscard]] std::size_t warnings() const { return collected().size(); }
  [[nodiscard]] std::string last() const { return collected().empty() ? "" : collected().back(); }

private:
  static std::vector<std::string>& collected() {
    static std::vector<std::string> messages;
    return messages;
  }
  static int collect(libbpf_print_level level, const char* format, va_list arguments) {
    char text[1024];
    const int length = std::vsnprintf(text, sizeof(text), format, arguments);
    if (level == LIBBPF_WARN)
      collected().emplace_back(text);
    return length;
  }

  libbpf_print_fn_t before_;
};

} // namespace ringside::test
