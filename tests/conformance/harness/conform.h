/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* conform: what a conformance case is, and how it checks. A case is a function that states what a
 * program may rely on. It runs in a process of its own, so that a crash and a hang are outcomes
 * like any other, and it must leave no descriptor, mapping or map slot behind. */
#ifndef RINGSIDE_CONFORM_H
#define RINGSIDE_CONFORM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "harness/under_test.h"

/* OPTS declares options as LIBBPF_OPTS does, without a warning about its GNU C. */
#define OPTS(...) __extension__ LIBBPF_OPTS(__VA_ARGS__)

/* Where a case can run. */
enum needs {
  NEEDS_NOTHING = 0, /* no kernel at all: runs everywhere */
  NEEDS_LIVE = 1,
  NEEDS_SIM = 2,
  NEEDS_EITHER = 3,
};

/* ANYHOW: what happens depends on what lies in memory. */
enum outcome { ENDS, CRASHES, HANGS, ANYHOW };

/* Only the table of cases says what is expected of each library. A body may ask only for the
 * difference and the change that its line of the table names. Releases are those of libbpf. */
struct conform_case {
  const char* name;
  const char* function; /* that the case is about; "name@NODE" if 1.0 removed it or its meaning */
  enum needs needs;
  void (*body)(void);
  const char* since;      /* the release from which the case holds; NULL: 1.0 */
  const char* until;      /* the first release in which it does not; NULL: it holds to this day */
  const char* changed_in; /* the release that changed what the case expects; NULL: none has */
  const char* difference; /* the heading in abi/differences/FAMILY.md under which ours differs */
  enum outcome stock_outcome; /* how the case ends over the stock library */
  const char* kernel; /* the first Linux that has what the case is about; NULL: 5.10 has it */
};

/* The cases of one file. The last has no name. */
struct conform_table {
  const struct conform_case* cases;
  const char* file; /* its folder is the family that the cases are about */
  struct conform_table* next;
};

/* A file of cases ends with its table, CASES(name) = {...}. This also registers the table with
 * `conform`: no other file names it. */
#define CASES(name)                                                                                \
  extern const struct conform_case cases_##name[];                                                 \
  static __attribute__((constructor)) void add_cases(void) {                                       \
    static struct conform_table table = {cases_##name, __FILE__, NULL};                            \
    conform_add(&table);                                                                           \
  }                                                                                                \
  const struct conform_case cases_##name[]

/* conform_add adds a table after the others. The table must not move or end. */
void conform_add(struct conform_table* table);

/* differs is true when the case must expect what its difference says, and not what the stock
 * library does. */
bool differs(void);

/* has_changed: the library under test is of the release that changed the case, or a later one. */
bool has_changed(void);

/* skip ends the case as skipped. */
void skip(const char* why) __attribute__((noreturn));

/* skip_under_valgrind skips a case under valgrind: one about a limit of which valgrind uses a part
 * itself, or about a system call that valgrind does not know. */
void skip_under_valgrind(void);

/* Checks: a check that fails reports its file, line, expression and both values. It returns whether
 * it held, so that a case can stop when the checks after it make no sense. */
#define CHECK(condition) check_true(!!(condition), #condition, __FILE__, __LINE__)
#define CHECK_EQ(got, want)                                                                        \
  check_equal((long long)(got), (long long)(want), #got, __FILE__, __LINE__)
#define CHECK_TEXT(got, want) check_text(got, want, #got, __FILE__, __LINE__)
/* A function that must return -error, with errno set to error. */
#define CHECK_FAILS(call, error) check_fails((errno = 0, (call)), error, #call, __FILE__, __LINE__)
/* A function that must return NULL, with errno set to error. */
#define CHECK_NULL(call, error) check_null((errno = 0, (call)), error, #call, __FILE__, __LINE__)

/* In the header, so that the compiler and static checkers know what is true after a check. */
void check_failed(const char* text, const char* file, int line);
static inline bool check_true(bool held, const char* text, const char* file, int line) {
  if (!held)
    check_failed(text, file, line);
  return held;
}
bool check_equal(long long got, long long want, const char* text, const char* file, int line);
bool check_text(const char* got, const char* want, const char* text, const char* file, int line);
bool check_fails(int got, int error, const char* text, const char* file, int line);
bool check_null(const void* got, int error, const char* text, const char* file, int line);

/* CHECK_WARNED: there was exactly one warning since the last messages_clear(), and it contains
 * `what`. It checks our library only: another library may have other texts, or more of them. */
#define CHECK_WARNED(what) check_warned(what, __FILE__, __LINE__)
bool check_warned(const char* what, const char* file, int line);

/* Messages are caught while a case runs, and shown if it fails. */
void messages_clear(void);
unsigned messages_of(enum libbpf_print_level level);
libbpf_print_fn_t messages_default_printer(void);

#endif /* RINGSIDE_CONFORM_H */
