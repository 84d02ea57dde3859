// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// OwnCalls: whether the library may make system calls that the program has not asked for. A program
// that confines itself by a seccomp filter lets through what the stock library calls, and may be
// killed by anything else.
#pragma once

namespace ringside {

// seccomp_filter_in_force is whether a filter confines the calling thread. It reads a file of
// /proc, which no filter takes amiss that lets a perf_buffer be made.
bool seccomp_filter_in_force();

// OwnCalls answers before each piece of such work.
class OwnCalls {
public:
  // Where the user has decided, nothing is asked.
  explicit OwnCalls(bool decided = true) : asks_(!decided) {}

  // allowed is whether the library may go on. It sees a filter that was set since the buffer was
  // made, if the filter lets prctl(2) through; from then on it is false.
  bool allowed();

private:
  bool asks_;
  bool refused_ = false;
};

} // namespace ringside
