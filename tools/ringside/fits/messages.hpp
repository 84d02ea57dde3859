// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// What the code that loads objects says, kept for the one line that this command prints.
#pragma once

#include <string>
#include <utility>

#include "base/errno.hpp"

namespace ringside::tool::fits {

// say_all has every message written to standard error as well.
void say_all();

// Messages keeps the last warning that is given while it lives. There is one at a time.
class Messages {
public:
  Messages();
  ~Messages();
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;

  // reason is the last warning about `what`, or the error if there was none.
  [[nodiscard]] std::string reason(const std::string& what, Errno error) const;

  void keep(std::string text) { last_ = std::move(text); }

private:
  std::string last_;
};

} // namespace ringside::tool::fits
