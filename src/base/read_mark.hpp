// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// ReadMark: whether a read is still under way, as a call from its callback asks.
#pragma once

#include <cstdint>

#include <pthread.h>

namespace ringside {

// A callback may leave a read by a C++ exception or longjmp, and then no code of ours runs. So a
// ReadMark is not a flag: it keeps the thread and the stack frame of the outermost read. Callbacks
// of that read run on the same thread, further down the stack.
//
// In doubt the answer is yes: after a read was left, a call from further down the stack than that
// read looks like one from a callback. What waits for the read then waits for a later call, from
// further up. Stacks of one thread that lie elsewhere, such as a coroutine's, are taken for one.
class ReadMark {
public:
  // Frame is a variable of a read, from before its first callback until it returns.
  class Frame {
  public:
    explicit Frame(ReadMark& mark, const void* frame = __builtin_frame_address(0))
        : mark_(mark), frame_(frame) {
      mark_.enter(frame_);
    }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    ~Frame() { mark_.leave(frame_); }

  private:
    ReadMark& mark_;
    const void* frame_;
  };

  // under_way is whether a read of this thread has yet to return. `frame` is the stack frame of the
  // function that the program has called.
  [[nodiscard]] bool under_way(const void* frame) const {
    return read_ != nullptr && pthread_equal(thread_, pthread_self()) != 0 && below(frame, read_);
  }

  // unfinished is whether a read of any thread has yet to return, or was left.
  [[nodiscard]] bool unfinished() const { return read_ != nullptr; }

private:
  // Stacks grow down.
  static bool below(const void* frame, const void* other) {
    return reinterpret_cast<std::uintptr_t>(frame) < reinterpret_cast<std::uintptr_t>(other);
  }

  void enter(const void* frame) {
    // A read within a read: the outer one returns last.
    if (under_way(frame))
      return;
    read_ = frame;
    thread_ = pthread_self();
  }
  void leave(const void* frame) {
    if (read_ == frame)
      read_ = nullptr;
  }

  const void* read_ = nullptr;
  pthread_t thread_{};
};

} // namespace ringside
