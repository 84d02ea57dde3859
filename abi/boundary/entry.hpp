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

// What errno becomes on success: what it was when the function began; or what it is, where nothing
// can have changed it.
class ErrnoBefore {
public:
  void restore() const { errno = errno_; }

private:
  int errno_ = errno;
};
class ErrnoUntouched {
public:
  void restore() const {}
};

// A function of the C surface makes an Entry or a OneCall first. On failure errno becomes the
// error, and on success what Before says.
template <class Before>
class Leaving {
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
  void succeed() const { before_.restore(); }
  template <class T>
  [[nodiscard]] T give(T value) const {
    succeed();
    return value;
  }

  // leave turns a Result into 0 or its value, or into a negative errno.
  [[nodiscard]] int leave(const Result<void>& result) const {
    if (!result) [[unlikely]]
      return fail(result.error());
    return give(0);
  }
  [[nodiscard]] int leave(const Result<int>& result) const {
    if (!result) [[unlikely]]
      return fail(result.error());
    return give(*result);
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
    if (!fd) [[unlikely]]
      return fail(fd.error());
    return give(fd->release());
  }
  // A count or an id above INT_MAX is reported as INT_MAX.
  template <std::unsigned_integral T>
  [[nodiscard]] int leave(const Result<T>& count) const {
    if (!count)
      return fail(count.error());
    return give(static_cast<int>(std::min<std::size_t>(*count, INT_MAX)));
  }

private:
  [[no_unique_address]] Before before_;
};

// Entry is for any function.
using Entry = Leaving<ErrnoBefore>;

// OneCall is for a function that makes one system call, and nothing else that could fail on its way
// to success: the C library leaves errno alone when that succeeds. Reading and writing errno would
// be a quarter of what such a function costs.
using OneCall = Leaving<ErrnoUntouched>;

} // namespace ringside
