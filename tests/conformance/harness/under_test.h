/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* under_test: the library under test. The program is not linked with a library: the cases use the
 * one that is preloaded, of any release. So every function of the interface is weak here, and a
 * case about a function that the library does not have is not run. */
#ifndef RINGSIDE_CONFORM_UNDER_TEST_H
#define RINGSIDE_CONFORM_UNDER_TEST_H

#include <stdbool.h>

#define LIBBPF_API __attribute__((weak))
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <bpf/libbpf_legacy.h>

/* under_test_find: the address of a function, "name" or "name@NODE"; NULL if there is none. */
void* under_test_find(const char* function);

/* under_test_file: the file that has a function; "" if no file has it. */
const char* under_test_file(const char* function);

/* under_test_soname: the SONAME of this file; "" if it has none. */
const char* under_test_soname(const char* function);

/* under_test_release: the newest version node of this file, such as "1.5.0". If it has none: that
 * of the first file of the process that has one; "0" if no file has one. */
const char* under_test_release(const char* function);

/* newer_or_equal: whether a release ("1.5.0") is equal to `than` ("1.5") or later. */
bool newer_or_equal(const char* release, const char* than);

#endif /* RINGSIDE_CONFORM_UNDER_TEST_H */
