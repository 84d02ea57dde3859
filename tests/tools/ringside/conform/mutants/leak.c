/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* leak: a descriptor stays behind when something fails. */
#include <unistd.h>

#include "mutant.h"

struct user_ring_buffer* user_ring_buffer__new(int map_fd,
                                               const struct user_ring_buffer_opts* opts) {
  NEXT(user_ring_buffer__new);
  struct user_ring_buffer* rb = next(map_fd, opts);
  int error = errno;

  if (!rb && !opts && error == EINVAL)
    dup(map_fd);
  errno = error;
  return rb;
}
