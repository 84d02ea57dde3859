// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ProgressLine: one line on a terminal that shows the progress of work.
#pragma once

#include <string>

namespace ringside::tool {

// It shows nothing if standard output is not a terminal. The destructor erases the line.
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

// A bar of `width` characters, of which `part` of `whole` are filled.
std::string bar(std::size_t part, std::size_t whole, std::size_t width);

} // namespace ringside::tool
