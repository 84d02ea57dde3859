// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// An archive gets no handle of another library.
#include "abi/boundary/handle_maker.hpp"

namespace ringside {

void* makers_function(Called called) {
  warn_of_no_maker(called);
  return nullptr;
}

void notice_jump(const void* /*function*/, Called /*called*/) {}

void* callers_function(Called /*called*/) {
  return nullptr;
}

} // namespace ringside
