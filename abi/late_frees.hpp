// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// LateFrees: buffers that were freed from one of their own callbacks, until they can go.
#pragma once

#include "base/owned.hpp"

namespace ringside {

// LateFrees<Buffer> are this thread's. A Buffer has a `set` that knows whether it is being read,
// and a `next_late` to be listed by.
template <class Buffer>
class LateFrees {
public:
  static void add(Buffer& buffer) {
    buffer.next_late = first;
    first = &buffer;
  }
  // carry_out lets those go whose reads have all returned, or been left by an exception. `frame` is
  // the stack frame of the function that the program has called.
  static void carry_out(const void* frame) {
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
  // Of the initial-exec model, or the loader would be needed to find it.
  [[gnu::tls_model("initial-exec")]] static inline thread_local Buffer* first = nullptr;
};

} // namespace ringside
