// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LateFrees: freeing a buffer, which its own callback may do; and how a function that reads a
// buffer returns.
#pragma once

#include "abi/boundary/entry.hpp"
#include "base/owned.hpp"

namespace ringside {

// LateFrees<Buffer> is a list of buffers that this thread has freed and that are still being read.
// A Buffer has a `set`, which knows whether it is being read, and a `next_late` for the list.
// `frame` is the stack frame of the function that the program has called.
template <class Buffer>
class LateFrees {
public:
  // free frees a buffer, now or with a later call. A second call for the same buffer does nothing.
  static void free(Buffer& buffer, const void* frame = __builtin_frame_address(0)) {
    if (!buffer.set->silenced()) {
      buffer.set->silence();
      buffer.next_late = first;
      first = &buffer;
    }
    carry_out(frame);
  }

  // carry_out frees the buffers whose reads have all returned, or were left by an exception.
  static void carry_out(const void* frame = __builtin_frame_address(0)) {
    Buffer** link = &first;
    while (Buffer* buffer = *link) {
      if (buffer->set->being_read(frame)) {
        link = &buffer->next_late;
        continue;
      }
      *link = buffer->next_late;
      Destroy{}(buffer);
    }
  }

private:
  // Of the initial-exec model: any other would need the loader to find it.
  [[gnu::tls_model("initial-exec")]] static inline thread_local Buffer* first = nullptr;
};

// leave_read returns from a function that has read `read`: a Buffer's set, or one of its rings.
template <class Buffer, class Read, class Value>
int leave_read(const Entry& entry, const Read& read, const Result<Value>& result,
               const void* frame = __builtin_frame_address(0)) {
  if (read.silenced()) [[unlikely]]
    LateFrees<Buffer>::carry_out(frame);
  return entry.leave(result);
}

} // namespace ringside
