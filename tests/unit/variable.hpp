// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Variable: a variable of the environment, which is set while the Variable is there.
#pragma once

#include <cstdlib>

namespace ringside::test {

class Variable {
public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { unsetenv(name_); }

private:
  const char* name_;
};

} // namespace ringside::test
