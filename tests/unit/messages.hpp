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
  Messages() : before_(libbpf_set_print(collect)) {
    collected().clear();
    collected(LIBBPF_INFO).clear();
  }
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;
  ~Messages() { libbpf_set_print(before_); }

  // warnings is how many there were, and the last of them; infos and last_info the same.
  [[nodiscard]] std::size_t warnings() const { return collected().size(); }
  [[nodiscard]] std::string last() const { return collected().empty() ? "" : collected().back(); }
  [[nodiscard]] std::size_t infos() const { return collected(LIBBPF_INFO).size(); }
  [[nodiscard]] std::string last_info() const {
    return infos() == 0 ? "" : collected(LIBBPF_INFO).back();
  }

private:
  static std::vector<std::string>& collected(libbpf_print_level level = LIBBPF_WARN) {
    static std::vector<std::string> messages[LIBBPF_DEBUG + 1];
    return messages[level];
  }
  static int collect(libbpf_print_level level, const char* format, va_list arguments) {
    char text[4096];
    const int length = std::vsnprintf(text, sizeof(text), format, arguments);
    collected(level).emplace_back(text);
    return length;
  }

  libbpf_print_fn_t before_;
};

} // namespace ringside::test
