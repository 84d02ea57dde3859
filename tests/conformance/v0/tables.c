/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* v0/tables: the cases of `conform_v0`. */
#include "../conform.h"

extern const struct conform_case cases_v0_new[], cases_v0_read_simple[];

const char conform_function[] = "perf_buffer__new@LIBBPF_0.0.4";

const struct conform_case* const conform_tables[] = {cases_v0_new, cases_v0_read_simple, NULL};
