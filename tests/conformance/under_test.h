/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* under_test: the library under test. The program is linked with none: whatever is preloaded is
 * what the cases run on, of any release. So every function that a case calls is weak here, and a
 * case about a function that the library lacks does not run. */
#ifndef RINGSIDE_CONFORM_UNDER_TEST_H
#define RINGSIDE_CONFORM_UNDER_TEST_H

#include <stdbool.h>

#include <bpf/libbpf.h>
#include <bpf/libbpf_legacy.h>

#define UNDER_TEST(function) extern __typeof__(function) function __attribute__((weak))

UNDER_TEST(libbpf_get_error);
UNDER_TEST(libbpf_major_version);
UNDER_TEST(libbpf_minor_version);
UNDER_TEST(libbpf_num_possible_cpus);
UNDER_TEST(libbpf_set_print);
UNDER_TEST(libbpf_set_strict_mode);
UNDER_TEST(libbpf_strerror);
UNDER_TEST(libbpf_version_string);
UNDER_TEST(perf_buffer__buffer);
UNDER_TEST(perf_buffer__buffer_cnt);
UNDER_TEST(perf_buffer__buffer_fd);
UNDER_TEST(perf_buffer__consume);
UNDER_TEST(perf_buffer__consume_buffer);
UNDER_TEST(perf_buffer__epoll_fd);
UNDER_TEST(perf_buffer__free);
UNDER_TEST(perf_buffer__new);
UNDER_TEST(perf_buffer__new_raw);
UNDER_TEST(perf_buffer__poll);
UNDER_TEST(ring__avail_data_size);
UNDER_TEST(ring__consume);
UNDER_TEST(ring__consume_n);
UNDER_TEST(ring__consumer_pos);
UNDER_TEST(ring__map_fd);
UNDER_TEST(ring__producer_pos);
UNDER_TEST(ring__size);
UNDER_TEST(ring_buffer__add);
UNDER_TEST(ring_buffer__consume);
UNDER_TEST(ring_buffer__consume_n);
UNDER_TEST(ring_buffer__epoll_fd);
UNDER_TEST(ring_buffer__free);
UNDER_TEST(ring_buffer__new);
UNDER_TEST(ring_buffer__poll);
UNDER_TEST(ring_buffer__ring);
UNDER_TEST(user_ring_buffer__discard);
UNDER_TEST(user_ring_buffer__free);
UNDER_TEST(user_ring_buffer__new);
UNDER_TEST(user_ring_buffer__reserve);
UNDER_TEST(user_ring_buffer__reserve_blocking);
UNDER_TEST(user_ring_buffer__submit);

/* under_test_find: where a function is, "name" or "name@NODE"; NULL if this process has none. */
void* under_test_find(const char* function);

/* under_test_file: the file that a function is in; "" if no file has it. */
const char* under_test_file(const char* function);

/* under_test_soname: the name that this file gives itself; "" if it has none. */
const char* under_test_soname(const char* function);

/* under_test_release: the newest version node of this file, "1.5.0"; if it has none, of the first
 * file in the process that has any; "0" if there is none. */
const char* under_test_release(const char* function);

/* newer_or_equal: whether a release ("1.5.0") is `than` ("1.5") or a later one. */
bool newer_or_equal(const char* release, const char* than);

#endif /* RINGSIDE_CONFORM_UNDER_TEST_H */
