// SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only
// refused: fail with a reason.
#include "kernel/refusal.hpp"

namespace ringside::kernel {

Errno refused(const Subject& subject, const Step& step, Errno error, const Wanted& wanted) {
  return fail(subject, error, "%s failed: %s", step.name,
              explain_now(step.call, error, wanted).text);
}

} // namespace ringside::kernel
