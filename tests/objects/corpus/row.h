/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* row: what the files of this folder share. Each holds one kind of rows; build.py compiles it once
 * for each name behind ROW_. */
#ifndef RINGSIDE_CORPUS_ROW_H
#define RINGSIDE_CORPUS_ROW_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define NOINLINE __attribute__((noinline))

/* FUNCTION begins a function that is written in assembler. */
#define FUNCTION(name)                                                                             \
  ".globl " #name "\n"                                                                             \
  ".type " #name ", @function\n" #name ":\n"

#endif /* RINGSIDE_CORPUS_ROW_H */
