/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* hang: a wait of no time at all never ends. */
#include <unistd.h>

#include "mutant.h"

void* user_ring_buffer__reserve_blocking(struct user_ring_buffer* rb, __u32 size, int timeout_ms) {
  NEXT(user_ring_buffer__reserve_blocking);
  void* sample = next(rb, size, timeout_ms);

  while (!sample && timeout_ms == 0)
    pause();
  return sample;
}
