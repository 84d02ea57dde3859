/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* run: runs one case in a process of its own, and says how it ended. */
#ifndef RINGSIDE_CONFORM_RUN_H
#define RINGSIDE_CONFORM_RUN_H

#include "harness/body.h"

/* word: how the case ended. The expected results:
 *
 *   ok       every check held, as over the stock library
 *   differs  every check held, as the case's difference says
 *   crashes, hangs, anyhow
 *            it ended as the table says of the stock library
 *   skip     it cannot run here
 *   other    it is about other releases
 *
 * All others are failures: FAIL, CRASH, HANG, and LACKS for a function that does not exist. */
struct result {
  const char* word;
  bool good;
  char remark[160];
  char* report; /* the lines of the case's process; NULL if it had none. The caller frees it. */
};

/* run_case runs a case, which may take `seconds`. A case that is expected to hang gets only the
 * time that shows that it hangs. */
struct result run_case(const struct conform_case* one, const struct manner* manner,
                       unsigned seconds);

#endif /* RINGSIDE_CONFORM_RUN_H */
