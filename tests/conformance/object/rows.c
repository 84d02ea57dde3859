/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Which objects are rows of tests/objects/corpus, and which rows a case checks together. */
#include <stdio.h>
#include <string.h>

#include "object/account.h"
#include "object/objects.h"

bool is_row(const struct test_object* object) {
  return strchr(object->name, '/') != NULL;
}

bool is_native(const struct test_object* row) {
  const bool is_little = strcmp(strrchr(row->name, '.'), ".el") == 0;

  return is_little == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
}

/* Rows that do not hold for each release or kernel, or not for ours, and the group that they are
 * in. Any other row is in the group of its file. */
static const struct {
  const char *row, *group;
} apart[] = {
    {"calls/exception_callback.el", "calls_exception_callback"},
    {"calls/exception_callback_of_no_name.el", "calls_exception_callback_bad"},
    {"calls/exception_callback_missing.el", "calls_exception_callback_bad"},
    {"calls/exception_callback_static.el", "calls_exception_callback_bad"},
    {"calls/exception_callbacks.el", "calls_exception_callback"},
    {"core_kinds/enumval_value_without_sign.el", "core_kinds_without_sign"},
    {"core_matches/int_of_another_name.el", "core_matches_names_of_ints"},
    {"core_patch/load_far_away.el", "core_patch_far_away"},
    {"core_roots/of_a_subprogram_that_nothing_calls.el", "core_roots_not_called"},
    {"datasec/odd_names.el", "datasec_odd_names"},
    {"externs/ksyms.el", "externs_ksyms"},
    {"maps/extra_enum.el", "maps_extra_enum"},
    {"maps/extra_number.el", "maps_extra_number"},
    {"maps/user_ring_of_5000.el", "maps_user_ring"},
    {"programs/in_text_alone.el", "programs_in_text_alone"},
    {"references/addresses_of_functions.el", "references_of_functions"},
    {"references/a_call_between_functions.el", "references_between_functions"},
    {"references/a_load_without_a_second_half.el", "references_half"},
    {"references/a_load_without_a_second_half.eb", "references_half_of_other_order"},
    {"references/in_aliases.el", "references_in_aliases"},
    {"sections/bare_version.eb", "sections_version_of_other_order"},
    {"slots/of_programs_with_a_subprogram.el", "slots_subprogram"},
    {"symbols/function.el", "symbols_function"},
    {"symbols/function_by_flavor.el", "symbols_function_otherwise"},
    {"symbols/function_otherwise.el", "symbols_function"},
    {"symbols/function_weak.el", "symbols_function_weak"},
    {"symbols/function_weak_unguarded.el", "symbols_function_weak"},
    {"symbols/function_weak_otherwise.el", "symbols_function_otherwise"},
    {"symbols/typed.el", "symbols_typed"},
    {"symbols/typed_otherwise.el", "symbols_typed"},
};

const char* group_of(const struct test_object* row) {
  static char group[64];

  for (unsigned i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
    if (strcmp(row->name, apart[i].row) == 0)
      return apart[i].group;
  snprintf(group, sizeof(group), "%.*s%s", (int)strcspn(row->name, "/"), row->name,
           is_native(row) ? "" : "_of_other_order");
  return group;
}
