// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// The number of possible CPUs, which the process asks for once.
#pragma once

#include "base/result.hpp"

namespace ringside {

// possible_cpu_count is how many CPUs this machine can ever have online. It cannot change while the
// machine runs, so the first answer is kept; a failure is not.
Result<unsigned> possible_cpu_count();

} // namespace ringside
