/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* user_ring_rig: writes to the ring, and drains it. */
#include "ring/user_ring_rig.h"

#include <string.h>

struct user_ring user_ring;

bool user_ring_open(uint32_t size) {
  user_ring.map_fd = kernel_user_ring(size);
  user_ring.rb = user_ring_buffer__new(user_ring.map_fd, NULL);
  return CHECK(user_ring.rb != NULL);
}

void user_ring_close(void) {
  user_ring_buffer__free(user_ring.rb);
  user_ring.rb = NULL;
}

void user_ring_write(uint64_t value) {
  void* sample = user_ring_buffer__reserve(user_ring.rb, sizeof(value));

  if (!CHECK(sample != NULL))
    return;
  memcpy(sample, &value, sizeof(value));
  user_ring_buffer__submit(user_ring.rb, sample);
}

void user_ring_drains(unsigned count) {
  CHECK_EQ(kernel_drain(user_ring.map_fd, 0, 0), count);
  CHECK_EQ(kernel_drained()->count, count);
}

bool user_ring_drained(unsigned index, uint64_t value) {
  return kernel_drained()->samples[index].size == sizeof(value) &&
         kernel_drained()->samples[index].first == value;
}
