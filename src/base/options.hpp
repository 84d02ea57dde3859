// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Options: reading option structs whose size the caller was compiled with.
#pragma once

#include <cstddef>
#include <cstring>

#include "base/result.hpp"

namespace ringside {

// Options reads the fields of a caller's options struct by offset. Such a struct begins with
// `size_t sz`, its size as the caller knew it: fields beyond it were not given and have defaults.
class Options {
public:
  // read checks a caller's struct: null means that no field is given. `known_end` is where the last
  // field that this library knows ends. EINVAL, with a message that names `type`, if sz cannot hold
  // itself, or if a byte between known_end and sz is not zero: a wish that we would ignore.
  static Result<Options> read(const char* type, const void* options, std::size_t known_end);

  Options() = default;

  // field is the value at `offset`, or `fallback` where sz does not reach past its last byte.
  template <class T>
  [[nodiscard]] T field(std::size_t offset, T fallback) const {
    T value = fallback;
    if (offset + sizeof(T) <= size_)
      std::memcpy(&value, bytes_ + offset, sizeof(T));
    return value;
  }

private:
  const char* bytes_ = nullptr;
  std::size_t size_ = 0;
};

} // namespace ringside
