// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What was found on each kernel, as text and as JSON.
#pragma once

#include <string>
#include <vector>

#include "object/fit.hpp"

namespace ringside::tool::fits {

// Column is what was found on one kernel.
struct Column {
  std::string kernel;
  std::string error; // why its types cannot be read; then there is nothing else
  bool has_modules = false;
  object::Fit fit;

  [[nodiscard]] std::size_t count(object::Answer answer) const;
  // verdict is "fits", "does not fit", "may fit" if something is undecided, or "not read".
  [[nodiscard]] const char* verdict() const;
};

struct Report {
  std::string object;
  std::vector<Column> columns; // one at least
  std::vector<std::string> left_out;
};

std::string text_of(const Report& report);
std::string json_of(const Report& report);

} // namespace ringside::tool::fits
