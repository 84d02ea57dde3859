/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* tables: the cases of `conform`, in the order in which they run. */
#include "conform.h"

extern const struct conform_case cases_new[], cases_new_raw[], cases_options[], cases_cpus[],
    cases_read[], cases_tail[], cases_raw_answers[], cases_wrap[], cases_poll[], cases_index[],
    cases_corrupt[], cases_lifetime[], cases_free_within[], cases_helpers[], cases_strerror[],
    cases_ring_new[], cases_ring_add[], cases_ring_read[], cases_ring_read_n[], cases_ring_poll[],
    cases_ring_positions[], cases_ring_corrupt[], cases_user_ring_new[], cases_user_ring[],
    cases_user_ring_wait[], cases_v0_new[], cases_v0_read_simple[];

const struct conform_case* const conform_tables[] = {
    cases_new,
    cases_new_raw,
    cases_options,
    cases_cpus,
    cases_read,
    cases_tail,
    cases_raw_answers,
    cases_wrap,
    cases_poll,
    cases_index,
    cases_corrupt,
    cases_lifetime,
    cases_free_within,
    cases_helpers,
    cases_strerror,
    cases_ring_new,
    cases_ring_add,
    cases_ring_read,
    cases_ring_read_n,
    cases_ring_poll,
    cases_ring_positions,
    cases_ring_corrupt,
    cases_user_ring_new,
    cases_user_ring,
    cases_user_ring_wait,
    cases_v0_new,
    cases_v0_read_simple,
    NULL,
};
