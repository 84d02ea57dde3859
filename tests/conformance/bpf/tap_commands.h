/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* tap_commands: the commands of bpf(2), and where the fields of each stand in its attributes. */
#ifndef RINGSIDE_CONFORM_TAP_COMMANDS_H
#define RINGSIDE_CONFORM_TAP_COMMANDS_H

#include <stdbool.h>

enum tap_kind { TAP_NUMBER = 1, TAP_SIGNED, TAP_WIDE, TAP_POINTER, TAP_TEXT16 };

struct tap_field {
  const char* name; /* NULL behind the last one */
  unsigned at;
  enum tap_kind kind;
};

struct tap_command {
  const char* name;
  bool gives_fd;
  const struct tap_field* fields;
};

/* tap_command: what a command of this number is; NULL if there is none. */
const struct tap_command* tap_command(unsigned number);

/* tap_width: bytes that a field takes. */
unsigned tap_width(const struct tap_field* field);

#endif /* RINGSIDE_CONFORM_TAP_COMMANDS_H */
