/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* v0: the perf_buffer interface of libbpf 0.x, for programs that were linked to libbpf.so.0. The
 * functions are found by version node, since in 1.x the same names mean something else. */
#ifndef RINGSIDE_CONFORM_V0_H
#define RINGSIDE_CONFORM_V0_H

#include <linux/perf_event.h>

#include "harness/conform.h"

struct v0_opts {
  perf_buffer_sample_fn sample_cb;
  perf_buffer_lost_fn lost_cb;
  void* ctx;
};

struct v0_raw_opts {
  struct perf_event_attr* attr;
  perf_buffer_event_fn event_cb;
  void* ctx;
  int cpu_cnt;
  int* cpus;
  int* map_keys;
};

typedef enum bpf_perf_event_ret (*v0_print_fn)(struct perf_event_header* header, void* data);

typedef struct perf_buffer* (*v0_new_fn)(int map_fd, size_t page_count, const struct v0_opts* opts);
typedef struct perf_buffer* (*v0_new_raw_fn)(int map_fd, size_t page_count,
                                             const struct v0_raw_opts* opts);

typedef enum bpf_perf_event_ret (*v0_read_simple_fn)(void* mapping, size_t data_size,
                                                     size_t page_size, void** copy,
                                                     size_t* copy_size, v0_print_fn callback,
                                                     void* data);

/* The functions under these names, for under_test_find. */
#define V0_NEW "perf_buffer__new@LIBBPF_0.0.4"
#define V0_NEW_RAW "perf_buffer__new_raw@LIBBPF_0.0.4"
#define V0_DEPRECATED_NEW "perf_buffer__new_deprecated@LIBBPF_0.6.0"
#define V0_DEPRECATED_NEW_RAW "perf_buffer__new_raw_deprecated@LIBBPF_0.6.0"
#define V0_READ_SIMPLE "bpf_perf_event_read_simple@LIBBPF_0.0.1"

#endif /* RINGSIDE_CONFORM_V0_H */
