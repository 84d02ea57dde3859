/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* tap: what a function of libbpf asks of bpf(2). While the tap is open, its calls do not reach the
 * kernel: each is written down in words, and answered from a script. */
#ifndef RINGSIDE_CONFORM_TAP_H
#define RINGSIDE_CONFORM_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a command that makes a descriptor gives, where the script has no answer; others give 0. No
 * descriptor of this number is open. */
enum { tap_fd = 777 };

/* tap_open opens it for the rest of the case. The library has then done what it does once in a
 * process, before its first map and its first name. */
void tap_open(void);

/* tap_open_cold is the same, without that. */
void tap_open_cold(void);

/* tap_answer adds an answer to the script: a result, or the negative of an errno. */
void tap_answer(int result);

/* tap_forget empties the script, of which more than a few answers do not fit. */
void tap_forget(void);

/* tap_writes has the answer that was added last also write a word into the attributes. */
void tap_writes(size_t at, uint32_t word);

/* tap_name gives a pointer a name: it is written down as "@name". */
void tap_name(const void* pointer, const char* name);
/* The same for a variable, by its own name. */
#define TAP_NAME(variable) tap_name(&(variable), #variable)

/* tap_look has `look` called at each call, which gets the attributes. NULL: no more. */
void tap_look(void (*look)(const void* attr));

/* tap_taken: the calls since it was asked last, in their order, parted by "; ". A call is its
 * command, and each field that is not 0:
 *
 *   MAP_UPDATE_ELEM map_fd=7 key=@key value=@value flags=2
 *
 * Numbers from 4096 on are hexadecimal, so are pointers without a name. A word that the command has
 * no field for is "[20]=1": it stands at byte 20. */
const char* tap_taken(void);
#define CHECK_TAKEN(want) check_text(tap_taken(), want, "calls of bpf(2)", __FILE__, __LINE__)

#endif /* RINGSIDE_CONFORM_TAP_H */
