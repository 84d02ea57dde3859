/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* made: objects for BPF that cases put together, and what they look for in a linked one. */
#ifndef RINGSIDE_CONFORM_LINKER_MADE_H
#define RINGSIDE_CONFORM_LINKER_MADE_H

#include <elf.h>
#include <stddef.h>

#include "harness/conform.h"

/* An object in the making. Its BTF is made by the library under test. */
struct made {
  struct btf* btf;
  int number; /* the type int */
  unsigned sections;
  struct {
    const char* name;
    Elf64_Shdr header;
    unsigned char content[256];
  } section[12];
  unsigned symbols;
  struct {
    const char* name;
    Elf64_Sym entry;
  } symbol[12];
};

/* made_new has the tables that each object has. The others return the index of what they add. */
struct made* made_new(void);
unsigned made_section(struct made* made, const char* name, unsigned flags, const void* content,
                      size_t size);
unsigned made_symbol(struct made* made, const char* name, int binding, int type, unsigned section,
                     size_t value, size_t size);
void made_relocation(struct made* made, const char* name, unsigned target, size_t offset,
                     unsigned symbol, unsigned type);

/* made_function adds a global function in a section of its own; made_variable an int in a section
 * of data, with its DATASEC; made_extern a declaration of one: of a variable if it has a section,
 * "" for no DATASEC, else of a function. */
void made_function(struct made* made, const char* section, const char* name, int binding);
unsigned made_variable(struct made* made, const char* section, const char* name, int binding);
void made_extern(struct made* made, const char* section, const char* name);

/* made_file writes the object to a file in memory, frees it, and returns the descriptor. */
int made_file(struct made* made);

/* A linked object. */
struct linked {
  unsigned char bytes[16384];
  size_t size;
};

/* link_all links the files, which it closes. Each `results` is that of adding a file. NULL: all
 * must be 0. */
void link_all(struct linked* linked, const int* files, unsigned count, const int* results);
const Elf64_Shdr* linked_section(const struct linked* linked, const char* name);
const Elf64_Sym* linked_symbol(const struct linked* linked, const char* name);
/* linked_offset is where a DATASEC of the linked BTF has a variable or a function, and linked_size
 * how large it says that it is; -1: it does not list it. */
long linked_offset(const struct linked* linked, const char* section, const char* name);
long linked_size(const struct linked* linked, const char* section, const char* name);

/* path_of is a path to the file of a descriptor. */
const char* path_of(int fd);
int memory_file(const void* bytes, size_t size);

#endif /* RINGSIDE_CONFORM_LINKER_MADE_H */
