/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* wrong_errno: a descriptor that is none is told by another error. */
#include <fcntl.h>

#include "mutant.h"

struct user_ring_buffer* user_ring_buffer__new(int map_fd,
                                               const struct user_ring_buffer_opts* opts) {
  NEXT(user_ring_buffer__new);
  struct user_ring_buffer* rb = next(map_fd, opts);

  if (!rb && fcntl(map_fd, F_GETFD) < 0)
    errno = EINVAL;
  return rb;
}
