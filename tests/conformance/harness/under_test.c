/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* under_test: finds functions, and reads the dynamic section of the file that has them. */
#define _GNU_SOURCE
#include "harness/under_test.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

void* under_test_find(const char* function) {
  const char* node = strchr(function, '@');
  char name[64];

  if (!node)
    return dlsym(RTLD_DEFAULT, function);
  snprintf(name, sizeof(name), "%.*s", (int)(node - function), function);
  return dlvsym(RTLD_DEFAULT, name, node + 1);
}

static const struct link_map* file_with(const char* function) {
  void* address = under_test_find(function);
  struct link_map* map = NULL;
  Dl_info info;

  return address && dladdr1(address, &info, (void**)&map, RTLD_DL_LINKMAP) ? map : NULL;
}

const char* under_test_file(const char* function) {
  const struct link_map* file = file_with(function);

  return file ? file->l_name : "";
}

/* dynamic_entry: the value of an entry of the dynamic section of a loaded file; 0 if none. */
static ElfW(Addr) dynamic_entry(const struct link_map* file, ElfW(Sxword) tag) {
  for (const ElfW(Dyn)* entry = file->l_ld; entry->d_tag != DT_NULL; entry++)
    if (entry->d_tag == tag)
      return entry->d_un.d_ptr;
  return 0;
}

/* dynamic_address: the same for an entry that is an address. The loader adds the address of the
 * file to some entries; others are still relative to it. */
static const void* dynamic_address(const struct link_map* file, ElfW(Sxword) tag) {
  ElfW(Addr) address = dynamic_entry(file, tag);

  return (const void*)(address < file->l_addr ? file->l_addr + address : address);
}

static const char* string_of(const struct link_map* file, ElfW(Addr) offset) {
  return (const char*)dynamic_address(file, DT_STRTAB) + offset;
}

const char* under_test_soname(const char* function) {
  const struct link_map* file = file_with(function);
  ElfW(Addr) offset = file ? dynamic_entry(file, DT_SONAME) : 0;

  return offset ? string_of(file, offset) : "";
}

/* next_at: the address `distance` bytes after an entry of a table. */
static const void* next_at(const void* entry, ElfW(Word) distance) {
  return (const char*)entry + distance;
}

/* newest_node: the newest of the version nodes of libbpf that a file defines; NULL if none. */
static const char* newest_node(const struct link_map* file) {
  static const char prefix[] = "LIBBPF_";
  ElfW(Addr) count = dynamic_entry(file, DT_VERDEFNUM);
  const ElfW(Verdef)* node = count ? dynamic_address(file, DT_VERDEF) : NULL;
  const char* newest = NULL;

  for (; count > 0; count--, node = next_at(node, node->vd_next)) {
    const ElfW(Verdaux)* first = next_at(node, node->vd_aux);
    const char* name = string_of(file, first->vda_name);

    if (strncmp(name, prefix, strlen(prefix)) == 0 &&
        (!newest || newer_or_equal(name + strlen(prefix), newest)))
      newest = name + strlen(prefix);
  }
  return newest;
}

const char* under_test_release(const char* function) {
  const struct link_map* file = file_with(function);
  const char* release = file ? newest_node(file) : NULL;
  struct link_map* loaded = NULL;

  if (!release && dlinfo(dlopen(NULL, RTLD_NOW), RTLD_DI_LINKMAP, &loaded) == 0)
    for (; loaded && !release; loaded = loaded->l_next)
      release = newest_node(loaded);
  return release ? release : "0";
}

bool newer_or_equal(const char* release, const char* than) {
  unsigned have[3] = {0, 0, 0}, want[3] = {0, 0, 0};

  sscanf(release, "%u.%u.%u", &have[0], &have[1], &have[2]);
  sscanf(than, "%u.%u.%u", &want[0], &want[1], &want[2]);
  for (int i = 0; i < 3; i++)
    if (have[i] != want[i])
      return have[i] > want[i];
  return true;
}
