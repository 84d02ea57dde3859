// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Entry: how a function of the C surface returns: results as libbpf gives them, and errno.
#pragma once

#include <algorithm>
#include <cerrno>
#include <climits>
#include <concepts>
#include <cstddef>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace ringside {

// A function of the C surface makes an Entry first. On success errno becomes what it was then; on
// failure it becomes the error.
class Entry {
public:
  // fail sets errno and returns its negative; fail_null returns a null pointer.
  [[nodiscard]] int fail(Errno error) const {
    errno = error.value();
    return error.result();
  }
  template <class T>
  [[nodiscard]] T* fail_null(Errno error) const {
    errno = error.value();
    return nullptr;
  }

  // succeed is success without a result; give is success with one.
  void succeed() const { errno = errno_; }
  template <class T>
  [[nodiscard]] T give(T value) const {
    succeed();
    return value;
  }

  // leave turns a Result into 0 or its value, or into a negative errno.
  [[nodiscard]] int leave(const Result<void>& result) const {
    return result ? give(0) : fail(result.error());
  }
  [[nodiscard]] int leave(const Result<int>& result) const {
    return result ? give(*result) : fail(result.error());
  }
  // leave returns what was made, which the caller then owns, or fails with a null pointer.
  template <class T>
  [[nodiscard]] T* leave(Result<Owned<T>> made) const {
    return made ? give(made->release()) : fail_null<T>(made.error());
  }
  // A descriptor of ours is the caller's from here on.
  template <class Fd>
  requires requires(Fd fd) { fd.release(); }
  [[nodiscard]] int leave(Result<Fd> fd) const {
    return fd ? give(fd->release()) : fail(fd.error());
  }
  // A count or an id above INT_MAX is reported as INT_MAX.
  template <std::unsigned_integral T>
  [[nodiscard]] int leave(const Result<T>& count) const {
    if (!count)
      return fail(count.error());
    return give(static_cast<int>(std::min<std::size_t>(*count, INT_MAX)));
  }

private:
  int errno_ = errno;
};

} // namespace ringside
