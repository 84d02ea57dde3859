// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ProgressLine: one line on a terminal that is rewritten as work goes on.
#pragma once

#include <string>

namespace ringside::tool {

// ProgressLine shows nothing where standard output is not a terminal. It wipes itself when it goes
// away.
class ProgressLine {
public:
  explicit ProgressLine(bool wanted);
  ~ProgressLine() { show(""); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const std::string& text);

private:
  bool shown_;
};

// A bar of `width` characters, `part` of `whole` full.
std::string bar(std::size_t part, std::size_t whole, std::size_t width);

} // namespace ringside::tool
