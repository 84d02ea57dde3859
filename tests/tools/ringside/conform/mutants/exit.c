/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* exit: a function ends the process of its caller, and says that all is well. */
#include <stdlib.h>

#include "mutant.h"

int libbpf_strerror(int err, char* buf, size_t size) {
  NEXT(libbpf_strerror);

  if (!buf)
    exit(0);
  return next(err, buf, size);
}
