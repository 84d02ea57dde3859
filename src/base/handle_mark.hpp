// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// HandleMark: tells a handle of this library from one that another libbpf in the process has made.
#pragma once

#include <cstdint>

#include "base/shared_word.hpp"

namespace ringside {

// HandleMark is the base or the first member of what programs hold by address. Its value depends on
// its own address and on the library that made it, so a copy of it does not pass, and neither does
// a handle of another build. Of a handle that may be foreign only this word is read: the handles of
// every libbpf are larger.
class HandleMark {
public:
  HandleMark() : value_(expected()) {}
  HandleMark(const HandleMark&) = delete;
  HandleMark& operator=(const HandleMark&) = delete;
  // A freed handle belongs to no library. The compiler may not drop this store.
  ~HandleMark() { store_relaxed(value_, std::uintptr_t{0}); }

  [[nodiscard]] bool is_ours() const { return load_relaxed(value_) == expected(); }

private:
  [[nodiscard]] std::uintptr_t expected() const {
    return reinterpret_cast<std::uintptr_t>(this) ^ reinterpret_cast<std::uintptr_t>(&kLibrary);
  }

  // One object in each library. Its address identifies the library.
  static inline const char kLibrary = 0;

  std::uintptr_t value_;
};

} // namespace ringside
