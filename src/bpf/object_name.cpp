// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Names: cut to what fits, and kept for a process what its kernel does with them.
#include "bpf/object_name.hpp"

#include <cstring>

#include "base/shared_word.hpp"

namespace ringside::bpf {
namespace {

// No other memory is ordered with it: threads that find out at once find the same.
int learnt = static_cast<int>(Names::unknown);

} // namespace

void set_name(char (&name)[kNameSize], const char* text) {
  std::memset(name, 0, sizeof(name));
  if (text != nullptr)
    std::memcpy(name, text, strnlen(text, sizeof(name) - 1));
}

Names names() {
  return static_cast<Names>(load_relaxed(learnt));
}

void learn_names(Names names) {
  store_relaxed(learnt, static_cast<int>(names));
}

} // namespace ringside::bpf
