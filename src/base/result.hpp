// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Result<T>: what a call that can fail returns. Either a value or an Errno, never both.
#pragma once

#include <utility>

#include "base/check.hpp"
#include "base/errno.hpp"

namespace ringside {

// Result holds a T, or the reason why there is none. T must be default constructible, and cheap to
// be so: a failed Result carries an empty T.
template <class T>
class [[nodiscard]] Result {
public:
  Result(T value) : value_(std::move(value)), error_(0) {}
  Result(Errno error) : error_(error) {}

  [[nodiscard]] explicit operator bool() const { return error_ == Errno(0); }

  // error() may be asked only of a failed Result; the value only of a successful one.
  [[nodiscard]] Errno error() const {
    check(!*this);
    return error_;
  }
  [[nodiscard]] T& operator*() { return value(); }
  [[nodiscard]] const T& operator*() const { return value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

private:
  [[nodiscard]] T& value() {
    check(static_cast<bool>(*this));
    return value_;
  }
  [[nodiscard]] const T& value() const {
    check(static_cast<bool>(*this));
    return value_;
  }

  T value_{};
  Errno error_;
};

// Result<void>: success without a value, or an Errno.
template <>
class [[nodiscard]] Result<void> {
public:
  Result() : error_(0) {}
  Result(Errno error) : error_(error) {}

  [[nodiscard]] explicit operator bool() const { return error_ == Errno(0); }
  [[nodiscard]] Errno error() const {
    check(!*this);
    return error_;
  }

private:
  Errno error_;
};

} // namespace ringside
