// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Lazy<T>: something that is derived from what does not change, made when it is first needed.
#pragma once

#include "base/owned.hpp"
#include "base/shared_word.hpp"

namespace ringside {

// LazyForever is for static memory: what was made stays. It may be asked and filled by several
// threads at once; what is in it is only read then. No code of its own runs when the library is
// loaded, or when the process ends.
template <class T>
class LazyForever {
public:
  LazyForever() = default;
  LazyForever(const LazyForever&) = delete;
  LazyForever& operator=(const LazyForever&) = delete;

  // get is what was made, or null.
  [[nodiscard]] const T* get() const {
    // Pairs with the release in keep.
    return load_acquire(made_);
  }
  [[nodiscard]] T* get() { return load_acquire(made_); }

  // keep takes what the caller has made, unless another thread was earlier, and returns what stays.
  const T& keep(Owned<T> made) const {
    if (replace(made_, static_cast<T*>(nullptr), made.get()))
      return *made.release();
    return *get();
  }

protected:
  // taken leaves nothing behind. It is for an owner that has this alone.
  [[nodiscard]] Owned<T> taken() {
    T* made = made_;
    made_ = nullptr;
    return Owned<T>(made);
  }

private:
  mutable T* made_ = nullptr;
};

// Lazy ends with its owner. drop is for who has it alone.
template <class T>
class Lazy : public LazyForever<T> {
public:
  ~Lazy() { drop(); }

  // second_time is whether it was called before: what is asked for once need not be kept.
  [[nodiscard]] bool second_time() const {
    if (load_relaxed(was_asked_))
      return true;
    store_relaxed(was_asked_, true);
    return false;
  }

  void drop() {
    Owned<T> ended = this->taken();
    was_asked_ = false;
  }

private:
  mutable bool was_asked_ = false;
};

} // namespace ringside
