// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// Lack: why the target has no answer to a CO-RE record, in the names that C has for it.
#pragma once

#include <span>

#include "base/text.hpp"
#include "co_re/match.hpp"
#include "co_re/spec.hpp"

namespace ringside::co_re {

// Lack is what is missing, "task_struct.__state", and why: "no such field; this kernel has
// 'state'".
struct Lack {
  Text what;
  Text why;
};

// lack_of explains a record of which no candidate is what the program means. Of several candidates
// the one is looked at that has most of the path.
Lack lack_of(const Spec& local, Kind kind, std::span<const TypeRef> candidates);

} // namespace ringside::co_re
