/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* usdt_probe: the assembly of a USDT probe for x86-64, as sys/sdt.h makes it. */
#ifndef RINGSIDE_USDT_PROBE_H
#define RINGSIDE_USDT_PROBE_H

/* USDT_PROBE: a nop, and a note with its address, `base` and its arguments. All four are strings;
 * base is the address of the base section when it was linked, or "0" if there is none. */
#define USDT_PROBE(provider, name, base, arguments)                                                \
  "990: nop\n"                                                                                     \
  ".pushsection .note.stapsdt, \"\", \"note\"\n"                                                   \
  ".balign 4\n"                                                                                    \
  ".4byte 992f-991f, 994f-993f, 3\n"                                                               \
  "991: .asciz \"stapsdt\"\n"                                                                      \
  "992: .balign 4\n"                                                                               \
  "993: .8byte 990b, " base ", 0\n"                                                                \
  ".asciz \"" provider "\"\n"                                                                      \
  ".asciz \"" name "\"\n"                                                                          \
  ".asciz \"" arguments "\"\n"                                                                     \
  "994: .balign 4\n"                                                                               \
  ".popsection\n"

#endif
