/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* newer: looking them up. */
#define _GNU_SOURCE
#include "newer.h"

#include <dlfcn.h>

struct newer newer;

#define FIND(name) (*(void**)& newer.name = dlsym(RTLD_DEFAULT, #name))

void newer_look(void) {
  FIND(ring_buffer__ring), FIND(ring_buffer__consume_n), FIND(ring__consumer_pos);
  FIND(ring__producer_pos), FIND(ring__avail_data_size), FIND(ring__size), FIND(ring__map_fd);
  FIND(ring__consume), FIND(ring__consume_n);
}
