/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* foreign: what programs share that bring us the stock library's handles. They look all functions
 * up at run time, so that the same program can be preloaded, linked to us, or linked to the stock
 * library too: "ours" is what a plain call would reach. */
#ifndef RINGSIDE_TESTS_RELINK_FOREIGN_H
#define RINGSIDE_TESTS_RELINK_FOREIGN_H

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      printf("%s:%d: not so: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno);             \
      failures++;                                                                                  \
    }                                                                                              \
  } while (0)

/* foreign_open gives the stock library's own handle. FOREIGN_LIBRARY is its file, if it goes by
 * another name. */
static inline void* foreign_open(void) {
  const char* file = getenv("FOREIGN_LIBRARY");
  void* handle = dlopen(file ? file : "libbpf.so.1", RTLD_NOW | RTLD_LOCAL);

  if (!handle) {
    printf("SKIP: no stock library: %s\n", dlerror());
    exit(77);
  }
  return handle;
}

/* For a struct of functions: one member, and how to fill it in the structs `ours` and `stock`. */
#define DECLARE(name) __typeof__(&name) name
#define FOREIGN_LOOK_UP(ours, stock, handle, name)                                                 \
  do {                                                                                             \
    void *our_one = dlsym(RTLD_DEFAULT, #name), *stock_one = dlsym(handle, #name);                 \
                                                                                                   \
    if (!our_one || !stock_one) {                                                                  \
      printf("%s has no %s\n", our_one ? "the stock library" : "ours", #name);                     \
      exit(1);                                                                                     \
    }                                                                                              \
    CHECK(our_one != stock_one);                                                                   \
    memcpy(&(ours).name, &our_one, sizeof(our_one));                                               \
    memcpy(&(stock).name, &stock_one, sizeof(stock_one));                                          \
  } while (0)

#endif /* RINGSIDE_TESTS_RELINK_FOREIGN_H */
