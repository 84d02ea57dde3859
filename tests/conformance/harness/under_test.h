/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* under_test: the library under test. The program is linked with none: whatever is preloaded is
 * what the cases run on, of any release. So every function of the interface is weak here, and a
 * case about a function that the library lacks does not run. */
#ifndef RINGSIDE_CONFORM_UNDER_TEST_H
#define RINGSIDE_CONFORM_UNDER_TEST_H

#include <stdbool.h>

#define LIBBPF_API __attribute__((weak))
#include <bpf/libbpf.h>
#include <bpf/libbpf_legacy.h>

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
