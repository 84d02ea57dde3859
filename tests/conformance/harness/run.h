/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* run: one case in a process of its own, and what became of it. */
#ifndef RINGSIDE_CONFORM_RUN_H
#define RINGSIDE_CONFORM_RUN_H

#include "harness/body.h"

/* word: how the case ended. What is as it should be:
 *
 *   ok       every check held, as over the stock library
 *   differs  every check held, as the case's difference says
 *   crashes, hangs, anyhow
 *            the outcome that the table names for the stock library
 *   skip     it cannot run here
 *   other    it is about other releases
 *
 * and what is not: FAIL, CRASH, HANG, and LACKS for a function that is not there. */
struct result {
  const char* word;
  bool good;
  char remark[160];
  char* report; /* the lines of the case's process; NULL if it had none. The caller frees it. */
};

/* run_case runs it. It may take `seconds`. Where a hang is expected, the wait is only as long as it
 * takes to see one. */
struct result run_case(const struct conform_case* one, const struct manner* manner,
                       unsigned seconds);

#endif /* RINGSIDE_CONFORM_RUN_H */
