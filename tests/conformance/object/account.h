/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* account: what a program can see of an object, as text. Each text lasts until the next call. */
#ifndef RINGSIDE_CONFORM_ACCOUNT_H
#define RINGSIDE_CONFORM_ACCOUNT_H

#include <stdbool.h>

struct bpf_object;
struct bpf_program;
struct test_object;

/* maps_text has a line for each map, programs_text for each program, code_text for each instruction
 * of a program: the code, registers, offset and number in hexadecimal. An instruction that has a
 * map's descriptor has its name instead. */
const char* maps_text(const struct bpf_object* object);
const char* programs_text(const struct bpf_object* object);
const char* code_text(const struct bpf_object* object, const struct bpf_program* program);

/* A row is an object of tests/objects/corpus. is_row: an object is one. is_native: it is in this
 * machine's byte order. */
bool is_row(const struct test_object* object);
bool is_native(const struct test_object* row);
/* group_of is the group of rows that the case corpus.GROUP checks. It lasts until the next call. */
const char* group_of(const struct test_object* row);

/* account_of opens a row, loads it if it is native, and says how that went, and what the object was
 * made of then. What another kernel has otherwise, such as the numbers of its types, is a word. */
const char* account_of(const struct test_object* row);

#endif /* RINGSIDE_CONFORM_ACCOUNT_H */
