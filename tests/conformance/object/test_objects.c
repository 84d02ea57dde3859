/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Finding an object of tests/objects. */
#include <string.h>

#include "object/objects.h"

const struct test_object* test_object(const char* name) {
  const struct test_object* found = test_objects;

  while (strcmp(found->name, name) != 0)
    found++;
  return found;
}
