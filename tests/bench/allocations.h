/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* allocations: the allocator of a program, with counts. What is made while `counting` counts. */
#ifndef RINGSIDE_BENCH_ALLOCATIONS_H
#define RINGSIDE_BENCH_ALLOCATIONS_H

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void __libc_free(void* block);

static bool counting;
static long blocks, live_bytes, most_bytes;

static void* count_block(void* block) {
  if (counting && block != NULL) {
    blocks++;
    live_bytes += (long)malloc_usable_size(block);
    if (live_bytes > most_bytes)
      most_bytes = live_bytes;
  }
  return block;
}

void* malloc(size_t size) {
  return count_block(__libc_malloc(size));
}

void* calloc(size_t count, size_t size) {
  return count_block(__libc_calloc(count, size));
}

void* realloc(void* block, size_t size) {
  if (counting && block != NULL)
    live_bytes -= (long)malloc_usable_size(block);
  return count_block(__libc_realloc(block, size));
}

void free(void* block) {
  if (counting && block != NULL)
    live_bytes -= (long)malloc_usable_size(block);
  __libc_free(block);
}

#endif
