/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* body: runs the body of one case in this process. */
#ifndef RINGSIDE_CONFORM_BODY_H
#define RINGSIDE_CONFORM_BODY_H

#include <stdio.h>

#include "harness/conform.h"

/* What is expected of a case. */
struct manner {
  bool ringside;       /* what ours does where the two differ */
  bool texts;          /* the texts of ours, too */
  const char* release; /* what this release does */
};

/* Exit codes of the process of a case. */
enum { body_passed = 0, body_failed = 1, body_skipped = 77 };

/* Each line that the process writes to `report` begins with one of these. */
#define REPORT_FAILED "failed "
#define REPORT_MESSAGE "message "
#define REPORT_SKIP "skip "
#define REPORT_END "end" /* the last, unless it was skipped */

/* body_run runs the body, and returns the exit code. */
int body_run(const struct conform_case* one, const struct manner* manner, FILE* report);

#endif /* RINGSIDE_CONFORM_BODY_H */
