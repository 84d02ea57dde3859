/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* expected: what the objects of tests/objects hold, as libbpf 1.7.0 shows it: see objects.h. */
#ifndef RINGSIDE_CONFORM_EXPECTED_H
#define RINGSIDE_CONFORM_EXPECTED_H

#define MAPS_MAPS                                                                                  \
  "second_inner type=2 key=4 value=4 max=2 flags=0 ids=2,2\n"                                      \
  "first_inner type=2 key=4 value=4 max=2 flags=0 ids=2,2\n"                                       \
  "outer type=12 key=4 value=4 max=8 flags=0 ids=2,0\n"                                            \
  "tails type=3 key=4 value=4 max=4 flags=0 ids=0,0\n"                                             \
  "typed type=1 key=8 value=8 max=16 flags=0x1 ids=32,34\n"                                        \
  "sized type=2 key=4 value=24 max=4 flags=0 ids=0,0\n"                                            \
  "events type=4 key=4 value=4 max=0 flags=0 ids=0,0\n"                                            \
  "ring type=27 key=0 value=0 max=8192 flags=0 ids=0,0\n"

#define MAPS_PROGRAMS                                                                              \
  "tail section=socket type=1 attach=0 insns=2\n"                                                  \
  "entry section=socket type=1 attach=0 insns=23\n"

#define MAPS_CODE_ENTRY                                                                            \
  "b7100000 0\n"                                                                                   \
  "7ba1fff8 0\n"                                                                                   \
  "63a1fff4 0\n"                                                                                   \
  "bf2a0000 0\n"                                                                                   \
  "07200000 fffffff8\n"                                                                            \
  "18110000 typed\n"                                                                               \
  "00000000 0\n"                                                                                   \
  "85000000 1\n"                                                                                   \
  "bf600000 0\n"                                                                                   \
  "bf7a0000 0\n"                                                                                   \
  "07700000 fffffff4\n"                                                                            \
  "18110000 sized\n"                                                                               \
  "00000000 0\n"                                                                                   \
  "bf270000 0\n"                                                                                   \
  "85000000 1\n"                                                                                   \
  "18110000 outer\n"                                                                               \
  "00000000 0\n"                                                                                   \
  "bf270000 0\n"                                                                                   \
  "85000000 1\n"                                                                                   \
  "b7000000 1\n"                                                                                   \
  "55600001 0\n"                                                                                   \
  "b7000000 0\n"                                                                                   \
  "95000000 0\n"

#define DATA_MAPS                                                                                  \
  "data.rodata type=2 key=4 value=12 max=1 flags=0x480 ids=0,29 internal\n"                        \
  "data.data type=2 key=4 value=8 max=1 flags=0x400 ids=0,26 internal\n"                           \
  ".data.own type=2 key=4 value=8 max=1 flags=0x400 ids=0,28 internal\n"                           \
  ".rodata.table type=2 key=4 value=16 max=1 flags=0x480 ids=0,30 internal\n"                      \
  "data.bss type=2 key=4 value=8 max=1 flags=0x400 ids=0,25 internal\n"                            \
  ".data.grows type=2 key=4 value=4 max=1 flags=0x400 ids=0,27 internal\n"

#define DATA_PROGRAMS "entry section=socket type=1 attach=0 insns=37\n"

#define DATA_CODE_ENTRY                                                                            \
  "18120000 data.rodata\n"                                                                         \
  "00000000 0\n"                                                                                   \
  "61110000 0\n"                                                                                   \
  "18220000 data.data\n"                                                                           \
  "00000000 0\n"                                                                                   \
  "61320000 0\n"                                                                                   \
  "0f310000 0\n"                                                                                   \
  "63230000 0\n"                                                                                   \
  "18120000 .data.grows\n"                                                                         \
  "00000000 0\n"                                                                                   \
  "61210000 0\n"                                                                                   \
  "07200000 1\n"                                                                                   \
  "63120000 0\n"                                                                                   \
  "18120000 data.rodata\n"                                                                         \
  "00000000 4\n"                                                                                   \
  "71110000 0\n"                                                                                   \
  "67100000 38\n"                                                                                  \
  "c7100000 38\n"                                                                                  \
  "18220000 data.bss\n"                                                                            \
  "00000000 0\n"                                                                                   \
  "79320000 0\n"                                                                                   \
  "0f310000 0\n"                                                                                   \
  "7b230000 0\n"                                                                                   \
  "18120000 .rodata.table\n"                                                                       \
  "00000000 0\n"                                                                                   \
  "61110008 0\n"                                                                                   \
  "67100000 20\n"                                                                                  \
  "c7100000 20\n"                                                                                  \
  "18220000 .data.own\n"                                                                           \
  "00000000 0\n"                                                                                   \
  "79320000 0\n"                                                                                   \
  "0f310000 0\n"                                                                                   \
  "7b230000 0\n"                                                                                   \
  "18120000 data.data\n"                                                                           \
  "00000000 4\n"                                                                                   \
  "61010000 0\n"                                                                                   \
  "95000000 0\n"

#define CALLS_PROGRAMS                                                                             \
  "first section=socket type=1 attach=0 insns=8\n"                                                 \
  "second section=socket type=1 attach=0 insns=15\n"                                               \
  "optional section=socket type=1 attach=0 insns=3 off\n"                                          \
  "unknown section=my_own_section type=0 attach=0 insns=2\n"

#define CALLS_CODE_FIRST                                                                           \
  "bf610000 0\n"                                                                                   \
  "61160000 0\n"                                                                                   \
  "85010000 5\n"                                                                                   \
  "bf700000 0\n"                                                                                   \
  "61160000 0\n"                                                                                   \
  "85010000 11\n"                                                                                  \
  "0f070000 0\n"                                                                                   \
  "95000000 0\n"                                                                                   \
  "85010000 2\n"                                                                                   \
  "07000000 2\n"                                                                                   \
  "95000000 0\n"                                                                                   \
  "57100000 3\n"                                                                                   \
  "63a1fffc 0\n"                                                                                   \
  "bf2a0000 0\n"                                                                                   \
  "07200000 fffffffc\n"                                                                            \
  "18110000 m\n"                                                                                   \
  "00000000 0\n"                                                                                   \
  "85000000 1\n"                                                                                   \
  "bf100000 0\n"                                                                                   \
  "b7000000 1\n"                                                                                   \
  "15100001 0\n"                                                                                   \
  "61010000 0\n"                                                                                   \
  "95000000 0\n"                                                                                   \
  "bf010000 0\n"                                                                                   \
  "27000000 3\n"                                                                                   \
  "95000000 0\n"

#define CALLS_CODE_SECOND                                                                          \
  "bf610000 0\n"                                                                                   \
  "18110000 m\n"                                                                                   \
  "00000000 0\n"                                                                                   \
  "18240000 b\n"                                                                                   \
  "00000000 0\n"                                                                                   \
  "b7300000 0\n"                                                                                   \
  "b7400000 0\n"                                                                                   \
  "85000000 a4\n"                                                                                  \
  "61160000 0\n"                                                                                   \
  "85010000 c\n"                                                                                   \
  "bf600000 0\n"                                                                                   \
  "b7100000 1\n"                                                                                   \
  "85010000 c\n"                                                                                   \
  "0f060000 0\n"                                                                                   \
  "95000000 0\n"                                                                                   \
  "61130000 0\n"                                                                                   \
  "67100000 20\n"                                                                                  \
  "c7100000 20\n"                                                                                  \
  "b7000000 1\n"                                                                                   \
  "65100001 64\n"                                                                                  \
  "b7000000 0\n"                                                                                   \
  "95000000 0\n"                                                                                   \
  "bf010000 0\n"                                                                                   \
  "27000000 3\n"                                                                                   \
  "95000000 0\n"                                                                                   \
  "57100000 3\n"                                                                                   \
  "63a1fffc 0\n"                                                                                   \
  "bf2a0000 0\n"                                                                                   \
  "07200000 fffffffc\n"                                                                            \
  "18110000 m\n"                                                                                   \
  "00000000 0\n"                                                                                   \
  "85000000 1\n"                                                                                   \
  "bf100000 0\n"                                                                                   \
  "b7000000 1\n"                                                                                   \
  "15100001 0\n"                                                                                   \
  "61010000 0\n"                                                                                   \
  "95000000 0\n"

#define EXTERNS_MAPS                                                                               \
  "externs.bss type=2 key=4 value=64 max=1 flags=0x400 ids=0,30 internal\n"                        \
  "externs.kconfig type=2 key=4 value=25 max=1 flags=0x480 ids=0,31 internal\n"

#define EXTERNS_PROGRAMS "entry section=raw_tp/sys_enter type=17 attach=0 insns=48\n"

#define STRUCT_OPS_MAPS                                                                            \
  "plain type=26 key=4 value=40 max=1 flags=0 ids=0,10\n"                                          \
  "optional type=26 key=4 value=40 max=1 flags=0x2000 ids=0,10 off\n"

#define STRUCT_OPS_PROGRAMS                                                                        \
  "on_ssthresh section=struct_ops/ssthresh type=27 attach=0 insns=2\n"                             \
  "on_cong_avoid section=struct_ops/cong_avoid type=27 attach=0 insns=1\n"                         \
  "on_undo_cwnd section=struct_ops/undo_cwnd type=27 attach=0 insns=2\n"

#define PLAIN_PROGRAMS "entry section=socket type=1 attach=0 insns=2\n"

#define PLAIN_CODE_ENTRY                                                                           \
  "b7000000 1\n"                                                                                   \
  "95000000 0\n"

#define CORE_MAPS "core.bss type=2 key=4 value=32 max=1 flags=0x400 ids=0,15 internal\n"

#endif /* RINGSIDE_CONFORM_EXPECTED_H */
