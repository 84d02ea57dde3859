/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* libbpf_common.h: what every header of this interface builds on: how a function is exported, how
 * one is deprecated, and how an options struct is made. No functions and no types.
 *
 * LIBBPF_OPTS and LIBBPF_OPTS_RESET need GNU C or GNU C++ (statement expressions, designated
 * initialisers). The rest of the header is valid in every C and C++ that gcc and clang know. */
#ifndef __LIBBPF_LIBBPF_COMMON_H
#define __LIBBPF_LIBBPF_COMMON_H

#include <string.h>

#include "libbpf_version.h"

/* LIBBPF_API marks a function that the library exports. A program that builds the library's
 * archive into a shared object of its own may define it otherwise. */
#ifndef LIBBPF_API
#define LIBBPF_API __attribute__((visibility("default")))
#endif

/* LIBBPF_DEPRECATED marks a function whose every use the compiler shall warn of, with a text. */
#define LIBBPF_DEPRECATED(msg) __attribute__((deprecated(msg)))

/* LIBBPF_DEPRECATED_SINCE(1, 0, "text") is LIBBPF_DEPRECATED from that version of the interface
 * on, and nothing before. For each version so named there is one __LIBBPF_MARK_DEPRECATED macro,
 * which passes its argument on once these headers are of that version. */
#define LIBBPF_DEPRECATED_SINCE(major, minor, msg)                                                 \
  __LIBBPF_MARK_DEPRECATED_##major##_##minor(                                                      \
      LIBBPF_DEPRECATED("libbpf v" #major "." #minor "+: " msg))

/* __LIBBPF_CURRENT_VERSION_GEQ: are these headers of version major.minor or later? For #if. */
#define __LIBBPF_CURRENT_VERSION_GEQ(major, minor)                                                 \
  (LIBBPF_MAJOR_VERSION > (major) ||                                                               \
   (LIBBPF_MAJOR_VERSION == (major) && LIBBPF_MINOR_VERSION >= (minor)))

#if __LIBBPF_CURRENT_VERSION_GEQ(1, 0)
#define __LIBBPF_MARK_DEPRECATED_1_0(X) X
#else
#define __LIBBPF_MARK_DEPRECATED_1_0(X)
#endif

/* ___libbpf_overload(f, ...) calls f1, f2, ... f6 by the number of arguments, one to six. */
#define ___libbpf_cat(A, B) A##B
#define ___libbpf_select(NAME, NUM) ___libbpf_cat(NAME, NUM)
#define ___libbpf_nth(_1, _2, _3, _4, _5, _6, N, ...) N
#define ___libbpf_cnt(...) ___libbpf_nth(__VA_ARGS__, 6, 5, 4, 3, 2, 1)
#define ___libbpf_overload(NAME, ...)                                                              \
  ___libbpf_select(NAME, ___libbpf_cnt(__VA_ARGS__))(__VA_ARGS__)

/* LIBBPF_OPTS(TYPE, NAME, .field = value, ...) declares `struct TYPE NAME`, sets its `sz`, gives
 * the named fields their values and all else, padding too, the value 0.
 *
 *     LIBBPF_OPTS(perf_buffer_opts, opts, .sample_period = 64);
 *     pb = perf_buffer__new(map_fd, 8, on_sample, on_lost, NULL, &opts);
 *
 * The bytes count, not the fields alone: a library that does not know a field yet takes the options
 * only if the bytes there are 0, so padding that held leftovers could be refused. Hence the memset
 * before the assignment. C++ wants the fields in the order in which they are declared. */
#define LIBBPF_OPTS(TYPE, NAME, ...)                                                               \
  struct TYPE NAME = ({                                                                            \
    memset(&NAME, 0, sizeof(struct TYPE));                                                         \
    (struct TYPE){.sz = sizeof(struct TYPE), __VA_ARGS__};                                         \
  })

/* LIBBPF_OPTS_RESET(NAME, .field = value, ...) gives options that LIBBPF_OPTS declared new values,
 * as if they were declared anew. The values may use the old ones: NAME.field. */
#define LIBBPF_OPTS_RESET(NAME, ...)                                                               \
  do {                                                                                             \
    typeof(NAME) ___##NAME = ({                                                                    \
      memset(&___##NAME, 0, sizeof(NAME));                                                         \
      (typeof(NAME)){.sz = sizeof(NAME), __VA_ARGS__};                                             \
    });                                                                                            \
    memcpy(&NAME, &___##NAME, sizeof(NAME));                                                       \
  } while (0)

#endif /* __LIBBPF_LIBBPF_COMMON_H */
