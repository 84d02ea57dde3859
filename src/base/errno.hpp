// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Errno: an error number of the system as a type of its own, so that it cannot be taken for a
// count. The thread's `errno` variable is not touched here: `src/os` reads it, `abi` writes it.
#pragma once

namespace ringside {

// Errno holds a positive error number such as EINVAL.
class Errno {
public:
  explicit constexpr Errno(int value) : value_(value) {}

  [[nodiscard]] constexpr int value() const { return value_; }

  friend constexpr bool operator==(Errno, Errno) = default;

private:
  int value_;
};

} // namespace ringside
