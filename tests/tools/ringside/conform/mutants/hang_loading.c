/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* hang_loading: loading the library takes for ever. */
#include <unistd.h>

__attribute__((constructor)) static void set_up(void) {
  for (;;)
    pause();
}
