/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* made: objects for BPF that cases put together. */
#define _GNU_SOURCE
#include "linker/made.h"

#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STRINGS = 1, SYMBOLS = 2 };

struct made* made_new(void) {
  struct made* made = calloc(1, sizeof(*made));

  made->btf = btf__new_empty();
  made->number = btf__add_int(made->btf, "int", 4, BTF_INT_SIGNED);
  made->sections = SYMBOLS + 1;
  made->section[STRINGS].name = ".strtab";
  made->section[STRINGS].header = (Elf64_Shdr){.sh_type = SHT_STRTAB, .sh_addralign = 1};
  made->section[SYMBOLS].name = ".symtab";
  made->section[SYMBOLS].header = (Elf64_Shdr){.sh_type = SHT_SYMTAB,
                                               .sh_link = STRINGS,
                                               .sh_info = 1,
                                               .sh_addralign = 8,
                                               .sh_entsize = sizeof(Elf64_Sym)};
  made->symbols = 1;
  return made;
}

unsigned made_section(struct made* made, const char* name, unsigned flags, const void* content,
                      size_t size) {
  const unsigned index = made->sections++;

  made->section[index].name = name;
  made->section[index].header =
      (Elf64_Shdr){.sh_type = SHT_PROGBITS, .sh_flags = flags, .sh_size = size, .sh_addralign = 8};
  memcpy(made->section[index].content, content, size);
  return index;
}

unsigned made_symbol(struct made* made, const char* name, int binding, int type, unsigned section,
                     size_t value, size_t size) {
  const unsigned index = made->symbols++;

  made->symbol[index].name = name;
  made->symbol[index].entry = (Elf64_Sym){.st_info = (unsigned char)ELF64_ST_INFO(binding, type),
                                          .st_shndx = (Elf64_Half)section,
                                          .st_value = value,
                                          .st_size = size};
  return index;
}

void made_relocation(struct made* made, const char* name, unsigned target, size_t offset,
                     unsigned symbol, unsigned type) {
  const Elf64_Rel entry = {.r_offset = offset, .r_info = ELF64_R_INFO(symbol, type)};
  const unsigned index = made_section(made, name, 0, &entry, sizeof(entry));

  made->section[index].header.sh_type = SHT_REL;
  made->section[index].header.sh_link = SYMBOLS;
  made->section[index].header.sh_info = target;
  made->section[index].header.sh_entsize = sizeof(entry);
}

static int prototype(struct made* made) {
  return btf__add_func_proto(made->btf, made->number);
}

void made_function(struct made* made, const char* section, const char* name, int binding) {
  const struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K},
                                  {.code = BPF_JMP | BPF_EXIT}};
  const unsigned index = made_section(made, section, SHF_ALLOC | SHF_EXECINSTR, code, sizeof(code));

  made_symbol(made, name, binding, STT_FUNC, index, 0, sizeof(code));
  btf__add_func(made->btf, name, BTF_FUNC_GLOBAL, prototype(made));
}

unsigned made_variable(struct made* made, const char* section, const char* name, int binding) {
  const int value = 7;
  const unsigned index = made_section(made, section, SHF_ALLOC | SHF_WRITE, &value, sizeof(value));
  const int variable = btf__add_var(made->btf, name, BTF_VAR_GLOBAL_ALLOCATED, made->number);

  btf__add_datasec(made->btf, section, 4);
  btf__add_datasec_var_info(made->btf, variable, 0, 4);
  return made_symbol(made, name, binding, STT_OBJECT, index, 0, 4);
}

void made_extern(struct made* made, const char* section, const char* name) {
  made_symbol(made, name, STB_GLOBAL, STT_NOTYPE, SHN_UNDEF, 0, 0);
  if (!section) {
    btf__add_func(made->btf, name, BTF_FUNC_EXTERN, prototype(made));
  } else {
    const int variable = btf__add_var(made->btf, name, BTF_VAR_GLOBAL_EXTERN, made->number);

    if (*section) {
      btf__add_datasec(made->btf, section, 4);
      btf__add_datasec_var_info(made->btf, variable, 0, 4);
    }
  }
}

const char* path_of(int fd) {
  static char path[4][32];
  static unsigned next;
  char* const text = path[next++ % 4];

  snprintf(text, sizeof(path[0]), "/proc/self/fd/%d", fd);
  return text;
}

int memory_file(const void* bytes, size_t size) {
  const int fd = memfd_create("made", MFD_CLOEXEC);

  CHECK_EQ(write(fd, bytes, size), size);
  return fd;
}

/* The bytes of a file in the making. */
struct file {
  unsigned char bytes[16384];
  size_t size;
};

static size_t put(struct file* file, const void* bytes, size_t size, size_t alignment) {
  const size_t at = (file->size + alignment - 1) / alignment * alignment;

  memcpy(file->bytes + at, bytes, size);
  file->size = at + size;
  return at;
}

int made_file(struct made* made) {
  static struct file file;
  char strings[1024] = "";
  size_t length = 1;
  Elf64_Sym symbols[16] = {{0}};
  Elf64_Shdr headers[16] = {{0}};
  Elf64_Ehdr header = {.e_ident = ELFMAG,
                       .e_type = ET_REL,
                       .e_machine = EM_BPF,
                       .e_version = EV_CURRENT,
                       .e_ehsize = sizeof(header),
                       .e_shentsize = sizeof(headers[0]),
                       .e_shstrndx = STRINGS};
  const unsigned short one = 1;
  __u32 size = 0;
  const void* const types = btf__raw_data(made->btf, &size);
  unsigned btf;

  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = *(const unsigned char*)&one ? ELFDATA2LSB : ELFDATA2MSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  memset(&file, 0, sizeof(file));
  file.size = sizeof(header);
  btf = made_section(made, ".BTF", 0, "", 0);
  for (unsigned i = 1; i < made->symbols; i++) {
    symbols[i] = made->symbol[i].entry;
    symbols[i].st_name = (Elf64_Word)length;
    length += (size_t)sprintf(strings + length, "%s", made->symbol[i].name) + 1;
  }
  for (unsigned i = 1; i < made->sections; i++) {
    headers[i] = made->section[i].header;
    headers[i].sh_name = (Elf64_Word)length;
    length += (size_t)sprintf(strings + length, "%s", made->section[i].name) + 1;
  }
  headers[STRINGS].sh_size = length;
  headers[SYMBOLS].sh_size = made->symbols * sizeof(symbols[0]);
  headers[btf].sh_size = size;
  for (unsigned i = 1; i < made->sections; i++) {
    const void* const content = i == STRINGS   ? (const void*)strings
                                : i == SYMBOLS ? (const void*)symbols
                                : i == btf     ? types
                                               : made->section[i].content;

    headers[i].sh_offset = put(&file, content, headers[i].sh_size, headers[i].sh_addralign);
  }
  header.e_shnum = (Elf64_Half)made->sections;
  header.e_shoff = put(&file, headers, made->sections * sizeof(headers[0]), 8);
  memcpy(file.bytes, &header, sizeof(header));
  btf__free(made->btf);
  free(made);
  return memory_file(file.bytes, file.size);
}

void link_all(struct linked* linked, const int* files, unsigned count, const int* results) {
  const int out = memory_file("", 0);
  struct bpf_linker* const linker = bpf_linker__new(path_of(out), NULL);
  ssize_t size;

  for (unsigned i = 0; i < count; i++) {
    CHECK_EQ(bpf_linker__add_file(linker, path_of(files[i]), NULL), results ? results[i] : 0);
    close(files[i]);
  }
  CHECK_EQ(bpf_linker__finalize(linker), 0);
  bpf_linker__free(linker);
  size = pread(out, linked->bytes, sizeof(linked->bytes), 0);
  CHECK(size > 0 && (size_t)size < sizeof(linked->bytes));
  linked->size = size > 0 ? (size_t)size : 0;
  close(out);
}

static const Elf64_Shdr* header_of(const struct linked* linked, unsigned index) {
  const Elf64_Ehdr* const file = (const void*)linked->bytes;

  return (const Elf64_Shdr*)(const void*)(linked->bytes + file->e_shoff) + index;
}

static const char* string_at(const struct linked* linked, unsigned offset) {
  const Elf64_Ehdr* const file = (const void*)linked->bytes;

  return (const char*)linked->bytes + header_of(linked, file->e_shstrndx)->sh_offset + offset;
}

const Elf64_Shdr* linked_section(const struct linked* linked, const char* name) {
  const Elf64_Ehdr* const file = (const void*)linked->bytes;

  for (unsigned i = 1; i < file->e_shnum; i++)
    if (strcmp(string_at(linked, header_of(linked, i)->sh_name), name) == 0)
      return header_of(linked, i);
  return NULL;
}

const Elf64_Sym* linked_symbol(const struct linked* linked, const char* name) {
  const Elf64_Shdr* const table = linked_section(linked, ".symtab");
  const Elf64_Sym* const symbols = (const void*)(linked->bytes + table->sh_offset);

  for (unsigned i = 1; i < table->sh_size / sizeof(*symbols); i++)
    if (strcmp(string_at(linked, symbols[i].st_name), name) == 0)
      return symbols + i;
  return NULL;
}

/* The entry of a variable or a function in a DATASEC; its type is 0 if there is none. */
static struct btf_var_secinfo entry_of(const struct linked* linked, const char* section,
                                       const char* name) {
  const Elf64_Shdr* const types = linked_section(linked, ".BTF");
  struct btf* const btf = btf__new(linked->bytes + types->sh_offset, (__u32)types->sh_size);
  const int id = btf__find_by_name_kind(btf, section, BTF_KIND_DATASEC);
  struct btf_var_secinfo found = {0};

  if (id > 0) {
    const struct btf_type* const datasec = btf__type_by_id(btf, (__u32)id);
    const struct btf_var_secinfo* const entries = btf_var_secinfos(datasec);

    for (unsigned i = 0; i < btf_vlen(datasec); i++)
      if (strcmp(btf__name_by_offset(btf, btf__type_by_id(btf, entries[i].type)->name_off), name) ==
          0)
        found = entries[i];
  }
  btf__free(btf);
  return found;
}

long linked_offset(const struct linked* linked, const char* section, const char* name) {
  const struct btf_var_secinfo entry = entry_of(linked, section, name);

  return entry.type != 0 ? (long)entry.offset : -1;
}

long linked_size(const struct linked* linked, const char* section, const char* name) {
  const struct btf_var_secinfo entry = entry_of(linked, section, name);

  return entry.type != 0 ? (long)entry.size : -1;
}
