/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* functions: a libbpf that is loaded, and not linked. A program lists the functions that it calls
 * as FUNCTIONS(X), X(name) for each, and then includes this. Each is p_name once load_functions has
 * run; NULL if the library does not have it. */
#ifndef RINGSIDE_FUNCTIONS_H
#define RINGSIDE_FUNCTIONS_H

#include <dlfcn.h>
#include <stddef.h>

#define FUNCTION_DECLARE(function) static __typeof__(&function) p_##function;
FUNCTIONS(FUNCTION_DECLARE)

/* load_functions returns why there is no library at a path, or NULL. */
static const char* load_functions(const char* path) {
  void* const library = dlopen(path, RTLD_NOW);

  if (library == NULL)
    return dlerror();
#define FUNCTION_LOAD(function) p_##function = (__typeof__(&function))dlsym(library, #function);
  FUNCTIONS(FUNCTION_LOAD)
  return NULL;
}

#endif
