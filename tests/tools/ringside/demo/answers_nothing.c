/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* answers-nothing: a library that can be preloaded and has none of libbpf's functions. */
int ringside_answers_nothing(void);

int ringside_answers_nothing(void) {
  return 0;
}
