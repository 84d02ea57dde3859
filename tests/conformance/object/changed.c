/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* Copies of objects, and their sections. */
#include "object/changed.h"

#include <stdlib.h>
#include <string.h>

#include "object/objects.h"

struct changed changed_from(const char* name) {
  const struct test_object* const object = test_object(name);
  struct changed changed = {malloc(object->size), object->size};

  if (!changed.bytes)
    exit(1);
  memcpy(changed.bytes, object->bytes, object->size);
  return changed;
}

void changed_free(struct changed* changed) {
  free(changed->bytes);
}

Elf64_Shdr* changed_section(struct changed* changed, const char* name) {
  const Elf64_Ehdr* const file = (const Elf64_Ehdr*)(void*)changed->bytes;
  Elf64_Shdr* section = (Elf64_Shdr*)(void*)(changed->bytes + file->e_shoff);
  const char* const names = (const char*)changed->bytes + section[file->e_shstrndx].sh_offset;

  while (strcmp(names + section->sh_name, name) != 0)
    section++;
  return section;
}

unsigned char* changed_content(struct changed* changed, const char* name) {
  return changed->bytes + changed_section(changed, name)->sh_offset;
}
