/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* crash_loading: the library cannot even be loaded. */
#include <stdlib.h>

__attribute__((constructor)) static void set_up(void) {
  abort();
}
