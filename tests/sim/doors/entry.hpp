// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Entry: the way from an interposed function into the simulated kernel.
#pragma once

#include "sim/kernel/kernel.hpp"

namespace ringside::sim {

// Entry is true if the call may enter the simulated kernel. Calls that the simulator makes itself
// (through an allocator, for example) may not, and neither may a vfork child, which has our memory
// but other descriptors. When the Entry is destroyed, the caller's errno is as it was before.
class Entry {
public:
  Entry();
  ~Entry();
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  explicit operator bool() const { return kernel_ != nullptr; }
  Kernel* operator->() const { return kernel_; }

  // done gives the result as the C library does: -1 and errno for -errno.
  template <class T>
  T done(T result) {
    // An address may have its highest bit set.
    if (result >= 0 || result < T{-ringside::sim::kMaxErrno})
      return result;
    saved_errno_ = static_cast<int>(-result);
    return -1;
  }

private:
  int saved_errno_;
  Kernel* kernel_ = nullptr;
};

} // namespace ringside::sim
