/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* conform: what a conformance case is, and how it checks. A case is a function that states what a
 * program may rely on. It runs in a process of its own, so that a crash and a hang are outcomes
 * like any other, and it must leave no descriptor, mapping or map slot behind. */
#ifndef RINGSIDE_CONFORM_H
#define RINGSIDE_CONFORM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/libbpf.h>
#include <bpf/libbpf_legacy.h>

/* Where a case can run. */
enum needs {
  NEEDS_NOTHING = 0, /* no kernel at all: runs everywhere */
  NEEDS_LIVE = 1,
  NEEDS_SIM = 2,
  NEEDS_EITHER = 3,
};

/* ANYHOW: what happens depends on what lies in memory. */
enum outcome { ENDS, CRASHES, HANGS, ANYHOW };

struct conform_case {
  const char* name;
  const char* function; /* the function that the case is about */
  enum needs needs;
  void (*body)(void);
  const char* since;          /* libbpf release that brought it; NULL: 1.0 or before */
  enum outcome stock_outcome; /* how the case ends over the stock library */
  const char* difference;     /* the id that declares an outcome other than ENDS */
};

/* What a program of cases gives the runner: its tables, ended by NULL (each ends with a case
 * without a name), and the function whose file is the library under test, "name" or "name@NODE". */
extern const struct conform_case* const conform_tables[];
extern const char conform_function[];

/* differs is true when the library under test is ringside: the case then expects what `id`, a
 * heading of abi/differences.md, says instead of what the stock library does. */
bool differs(const char* id);

/* release_at_least: the library that serves the case's function is `release` ("1.5") or newer. */
bool release_at_least(const char* release);

/* skip ends the case as skipped. */
void skip(const char* why) __attribute__((noreturn));

/* skip_under_valgrind skips a case about limits that valgrind keeps its own share of, or about
 * calls that it does not know. */
void skip_under_valgrind(void);

/* Checks: each reports file, line, expression and both values when it fails, and gives back whether
 * it held, so that a case can stop where nothing further makes sense. */
#define CHECK(condition) check_true(!!(condition), #condition, __FILE__, __LINE__)
#define CHECK_EQ(got, want)                                                                        \
  check_equal((long long)(got), (long long)(want), #got, __FILE__, __LINE__)
#define CHECK_TEXT(got, want) check_text(got, want, #got, __FILE__, __LINE__)
/* An int function that must fail: returns -error, and errno is error. */
#define CHECK_FAILS(call, error) check_fails((errno = 0, (call)), error, #call, __FILE__, __LINE__)
/* A pointer function that must fail: returns NULL, and errno is error. */
#define CHECK_NULL(call, error) check_null((errno = 0, (call)), error, #call, __FILE__, __LINE__)

bool check_true(bool held, const char* text, const char* file, int line);
bool check_equal(long long got, long long want, const char* text, const char* file, int line);
bool check_text(const char* got, const char* want, const char* text, const char* file, int line);
bool check_fails(int got, int error, const char* text, const char* file, int line);
bool check_null(const void* got, int error, const char* text, const char* file, int line);

/* CHECK_WARNED: since the last messages_clear() there was one warning and no more, and it names
 * `what`. Texts and their number are the library's own: not asked of the stock library. */
#define CHECK_WARNED(what) check_warned(what, __FILE__, __LINE__)
bool check_warned(const char* what, const char* file, int line);

/* Messages are caught while a case runs, and shown if it fails. */
void messages_clear(void);
unsigned messages_of(enum libbpf_print_level level);
libbpf_print_fn_t messages_default_printer(void);

#endif /* RINGSIDE_CONFORM_H */
