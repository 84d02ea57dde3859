/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* changed: copies of objects in which a case changes something. */
#ifndef RINGSIDE_CONFORM_CHANGED_H
#define RINGSIDE_CONFORM_CHANGED_H

#include <elf.h>
#include <stddef.h>

/* A copy of an object in this machine's byte order. */
struct changed {
  unsigned char* bytes;
  size_t size;
};

/* changed_from copies an object; changed_free frees the copy. */
struct changed changed_from(const char* name);
void changed_free(struct changed* changed);

/* changed_section is the header of a section, which must be there; changed_content its bytes. */
Elf64_Shdr* changed_section(struct changed* changed, const char* name);
unsigned char* changed_content(struct changed* changed, const char* name);

#endif /* RINGSIDE_CONFORM_CHANGED_H */
