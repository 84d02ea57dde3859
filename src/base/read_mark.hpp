// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ReadMark: whether a read is under way that has yet to return, as a call from its callback asks.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pthread.h>

namespace ringside {

// A callback may leave a read by a C++ exception or longjmp, and nothing of ours learns of it. So a
// ReadMark is no flag: it knows where in which thread's stack a read has put its Frame, and whoever
// asks looks whether it is there still.
//
// What remains: a read that was left looks under way to a call that comes from further down the
// stack than its Frame was, before another read of the ring, if all words of the Frame have
// survived in memory that the functions between have not written to. What waits for the read to
// return then waits for a call from elsewhere. And a stack that was left, as a coroutine's, must
// still be mapped when another stack of the thread lies below it.
class ReadMark {
public:
  // Frame is a variable of a read, from before its first callback until it returns.
  class Frame {
  public:
    explicit Frame(ReadMark& mark, const void* frame = __builtin_frame_address(0)) : mark_(mark) {
      for (std::size_t index = 0; index < kWords; ++index)
        words_[index] = expected(mark, index);
      mark_.enter(*this, frame);
    }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    ~Frame() { mark_.leave(*this); }

  private:
    friend ReadMark;
    static constexpr std::size_t kWords = 4;

    [[nodiscard]] std::uintptr_t expected(const ReadMark& mark, std::size_t index) const {
      return reinterpret_cast<std::uintptr_t>(this) ^
             (reinterpret_cast<std::uintptr_t>(&mark) * (2 * index + 3));
    }
    // What lies where a Frame was may be anything by now, and nothing that a sanitizer would have
    // read: so each word is read here, by no other function.
    [[nodiscard, gnu::noinline, gnu::no_sanitize_address]] bool intact(const ReadMark& mark) const {
      const volatile std::uintptr_t* const words = words_;
      for (std::size_t index = 0; index < kWords; ++index)
        if (words[index] != expected(mark, index))
          return false;
      return true;
    }

    std::uintptr_t words_[kWords];
    ReadMark& mark_;
  };

  // under_way is whether a read of this thread has yet to return. `frame` is the stack frame of the
  // function that the program has called: callbacks' calls are all below that of the read.
  [[nodiscard]] bool under_way(const void* frame) const {
    return holds(outermost_, frame) || holds(innermost_, frame);
  }

private:
  struct Place {
    const Frame* mark = nullptr;
    const void* frame = nullptr;
    pthread_t thread{};
  };

  // Stacks grow down.
  static bool below(const void* frame, const void* other) {
    return reinterpret_cast<std::uintptr_t>(frame) < reinterpret_cast<std::uintptr_t>(other);
  }

  [[nodiscard]] bool holds(const Place& place, const void* frame) const {
    // In this order: only of this thread's stack, and only above where we are, is it known that
    // there is memory.
    return place.mark != nullptr && pthread_equal(place.thread, pthread_self()) != 0 &&
           below(frame, place.frame) && place.mark->intact(*this);
  }
  void enter(const Frame& mark, const void* frame) {
    const bool nested = holds(outermost_, frame);
    if (!nested)
      innermost_ = {};
    (nested ? innermost_ : outermost_) = {&mark, frame, pthread_self()};
  }
  void leave(const Frame& mark) { (outermost_.mark == &mark ? outermost_ : innermost_) = {}; }

  // Reads of one ring nest when a callback reads it. The outermost returns last. The innermost is
  // known, too, in case the outermost is one that was left.
  Place outermost_;
  Place innermost_;
};

} // namespace ringside
