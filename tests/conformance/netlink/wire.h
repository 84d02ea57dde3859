/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* wire: what a function of libbpf sends by netlink(7). While the wire is cut, its messages do not
 * reach the kernel: each is written down in words, and answered from a script. */
#ifndef RINGSIDE_CONFORM_WIRE_H
#define RINGSIDE_CONFORM_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

/* wire_cut cuts it for the rest of the case. */
void wire_cut(void);

/* wire_answer adds a datagram of one message to the script. The message has a type, flags, and a
 * body; its sequence and port are those of the request that it answers. */
void wire_answer(uint16_t type, uint16_t flags, const void* body, size_t size);
/* wire_ack adds the kernel's acknowledgement, or its error: the negative of an errno. With a text
 * the kernel says why. */
void wire_ack(int error, const char* text);
/* wire_spoils makes the answer that was added last one to another request or port, by as much as
 * given, or comes from another process's port. */
void wire_spoils(uint32_t sequence, uint32_t port, uint32_t sender);
/* wire_grows makes the length that this answer claims longer. */
void wire_grows(uint32_t length);

/* wire_append appends an attribute to a body that is being built, and returns the new size. */
size_t wire_append(void* body, size_t size, uint16_t type, const void* value, size_t length);

/* wire_taken: the messages since it was asked last, in their order, parted by "; ". A message is
 * its type, its flags beside NLM_F_REQUEST, the words of its family's header that are not 0, by
 * their place, and its attributes: numbers, texts, and in braces those that have attributes. A
 * dump's flags are those of replace and excl:
 *
 *   19 ack [4]=2 43{1=5 3=2}
 */
const char* wire_taken(void);
#define CHECK_SENT(want) check_text(wire_taken(), want, "messages", __FILE__, __LINE__)

#endif /* RINGSIDE_CONFORM_WIRE_H */
