// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Errno: an error number of the system as a type of its own, so that it cannot be taken for a
// count. The thread's `errno` variable is not touched here: `src/os` reads it, `abi` writes it.
#pragma once

namespace ringside {

// Errno holds a positive error number such as EINVAL.
class Errno {
public:
  explicit constexpr Errno(int value) : value_(value) {}

  // of_result is the error behind a negative result, and result its negative again. Any negative
  // number goes there and back, for callbacks answer with numbers of their own.
  [[nodiscard]] static constexpr Errno of_result(int result) { return Errno(negated(result)); }
  [[nodiscard]] constexpr int result() const { return negated(value_); }

  [[nodiscard]] constexpr int value() const { return value_; }

  friend constexpr bool operator==(Errno, Errno) = default;

private:
  static constexpr int negated(int number) {
    return static_cast<int>(0U - static_cast<unsigned>(number));
  }

  int value_;
};

// The library's own errors, beside those of the system. The interface names them LIBBPF_ERRNO__.
inline constexpr Errno kErrnoElf(4000);    // a file cannot be read as ELF
inline constexpr Errno kErrnoFormat(4001); // a file is not what it should be
inline constexpr Errno kErrnoEndian(4003); // a file has another byte order
inline constexpr Errno kErrnoReloc(4005);  // a relocation cannot be carried out

} // namespace ringside
