/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* corpus: the objects of tests/objects/corpus, each about one row of what objects may hold. What
 * libbpf makes of each is in accounts.txt there, as stock 1.7.0 has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/conform.h"
#include "object/account.h"
#include "object/objects.h"

/* expected_of is what accounts.txt says of a row: of stock, or of ours if that differs. */
static char* expected_of(const struct test_object* row, bool of_ours) {
  const struct test_object* file = test_object("accounts.txt");
  char* all = malloc(file->size + 1);
  char head[80];
  char *begin, *end;

  if (!all)
    exit(1);
  memcpy(all, file->bytes, file->size);
  all[file->size] = '\0';
  snprintf(head, sizeof(head), "== %s%s\n", row->name, of_ours ? " of ours" : "");
  begin = strstr(all, head);
  if (!CHECK(begin != NULL))
    exit(1);
  begin += strlen(head);
  end = strstr(begin, "\n== ");
  if (end)
    end[1] = '\0';
  memmove(all, begin, strlen(begin) + 1);
  return all;
}

/* check_account reports the first line that differs. */
static void check_account(const struct test_object* row, const char* got, const char* want) {
  while (*got || *want) {
    const size_t got_length = strcspn(got, "\n"), want_length = strcspn(want, "\n");
    char got_line[256], want_line[256];

    snprintf(got_line, sizeof(got_line), "%.*s", (int)got_length, got);
    snprintf(want_line, sizeof(want_line), "%.*s", (int)want_length, want);
    if (!check_text(got_line, want_line, row->name, __FILE__, __LINE__))
      return;
    got += got_length + (got[got_length] != '\0');
    want += want_length + (want[want_length] != '\0');
  }
}

static void check_group(const char* group, bool of_ours) {
  unsigned count = 0;

  for (const struct test_object* row = test_objects; row->name; row++) {
    if (!is_row(row) || strcmp(group_of(row), group) != 0)
      continue;
    char* const expected = expected_of(row, of_ours);
    check_account(row, account_of(row), expected);
    free(expected);
    count++;
  }
  CHECK(count > 0);
}

#define GROUP(name)                                                                                \
  static void name(void) {                                                                         \
    check_group(#name, false);                                                                     \
  }
#define DIFFERENT(name)                                                                            \
  static void name(void) {                                                                         \
    check_group(#name, differs());                                                                 \
  }
/* The groups of files: in this machine's byte order, and in the other. */
#define FILES(X)                                                                                   \
  X(arenas, "1.4", "6.9")                                                                          \
  X(calls, NULL, NULL)                                                                             \
  X(core_fields, NULL, NULL)                                                                       \
  X(core_kinds, NULL, NULL)                                                                        \
  X(core_matches, NULL, NULL)                                                                      \
  X(core_order, NULL, NULL)                                                                        \
  X(core_patch, NULL, NULL)                                                                        \
  X(core_roots, NULL, NULL)                                                                        \
  X(core_target, NULL, NULL)                                                                       \
  X(core_types, NULL, NULL)                                                                        \
  X(core_values, NULL, NULL)                                                                       \
  X(datasec, NULL, NULL)                                                                           \
  X(externs, NULL, NULL)                                                                           \
  X(kconfig, NULL, NULL)                                                                           \
  X(map_types, NULL, NULL)                                                                         \
  X(maps, NULL, NULL)                                                                              \
  X(programs, NULL, NULL)                                                                          \
  X(references, NULL, NULL)                                                                        \
  X(sections, NULL, NULL)                                                                          \
  X(slots, NULL, NULL)                                                                             \
  X(struct_ops, "1.5", NULL)                                                                       \
  X(symbols, NULL, NULL)

#define BODIES(name, since_, kernel_) GROUP(name) GROUP(name##_of_other_order)
FILES(BODIES)
GROUP(calls_exception_callback)
GROUP(calls_exception_callback_bad)
DIFFERENT(core_kinds_without_sign)
DIFFERENT(core_matches_names_of_ints)
DIFFERENT(core_patch_far_away)
DIFFERENT(core_roots_not_called)
GROUP(datasec_odd_names)
GROUP(externs_ksyms)
GROUP(maps_extra_enum)
GROUP(maps_extra_number)
GROUP(maps_user_ring)
GROUP(programs_in_text_alone)
DIFFERENT(references_between_functions)
DIFFERENT(references_half)
DIFFERENT(references_half_of_other_order)
DIFFERENT(references_in_aliases)
GROUP(references_of_functions)
DIFFERENT(sections_version_of_other_order)
GROUP(slots_subprogram)
GROUP(symbols_function)
GROUP(symbols_function_otherwise)
GROUP(symbols_function_weak)
GROUP(symbols_typed)

static void every_row(void);

CASES(object_corpus) = {
#define CASE(name_, ...)                                                                           \
  { .name = "corpus." #name_, .body = name_, .function = "bpf_object__open_mem", __VA_ARGS__ }
#define LIVE(name_, ...) CASE(name_, .needs = NEEDS_LIVE, __VA_ARGS__)
#define FILE_CASES(name_, since_, kernel_)                                                         \
  LIVE(name_, .since = since_, .kernel = kernel_), CASE(name_##_of_other_order, .since = "1.5"),
    FILES(FILE_CASES) LIVE(calls_exception_callback, .since = "1.3", .kernel = "6.7"),
    LIVE(calls_exception_callback_bad, .since = "1.3", .kernel = "5.16"),
    LIVE(core_kinds_without_sign, .difference = "enumerators-without-a-sign"),
    LIVE(core_matches_names_of_ints, .difference = "names-of-ints"),
    LIVE(core_patch_far_away, .difference = "far-fields-are-poisoned"),
    LIVE(core_roots_not_called, .difference = "records-of-unused-functions"),
    LIVE(datasec_odd_names, .kernel = "6.12"),
    LIVE(externs_ksyms, .since = "1.2"),
    LIVE(maps_extra_enum, .since = "1.4", .kernel = "5.16"),
    LIVE(maps_extra_number, .kernel = "5.16"),
    LIVE(maps_user_ring, .kernel = "6.1"),
    LIVE(programs_in_text_alone, .since = "1.5"),
    LIVE(references_between_functions, .difference = "calls-into-functions"),
    LIVE(references_half, .difference = "half-of-a-load"),
    CASE(references_half_of_other_order, .since = "1.5", .difference = "half-of-a-load"),
    LIVE(references_in_aliases, .difference = "aliases-get-references"),
    LIVE(references_of_functions, .kernel = "5.13"),
    CASE(sections_version_of_other_order, .since = "1.5", .difference = "version-of-other-order"),
    LIVE(slots_subprogram, .since = "1.5"),
    LIVE(symbols_function, .kernel = "6.2"),
    LIVE(symbols_function_otherwise, .since = "1.3", .kernel = "6.2"),
    LIVE(symbols_function_weak, .since = "1.2"),
    LIVE(symbols_typed, .kernel = "6.18"),
    CASE(every_row),
    {.name = NULL},
#undef CASE
};

/* Each row is in a group that a case checks. */
static void every_row(void) {
  for (const struct test_object* row = test_objects; row->name; row++) {
    const char* const group = is_row(row) ? group_of(row) : NULL;
    const struct conform_case* one = cases_object_corpus;

    while (group && one->name && strcmp(one->name + strlen("corpus."), group) != 0)
      one++;
    if (group && !one->name)
      check_failed(row->name, __FILE__, __LINE__);
  }
}
