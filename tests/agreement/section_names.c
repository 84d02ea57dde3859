/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* section_names LIBRARY: for each line of standard input, what a libbpf says of a program whose
 * section has that name: the results, program type and attach type of libbpf_prog_type_by_name, and
 * result and attach type of libbpf_attach_type_by_name. -1 stays where nothing is written. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

typedef __typeof__(libbpf_prog_type_by_name) prog_type_fn;
typedef __typeof__(libbpf_attach_type_by_name) attach_type_fn;

static int silent(enum libbpf_print_level level, const char* format, va_list arguments) {
  (void)level, (void)format, (void)arguments;
  return 0;
}

int main(int count, char** words) {
  void* const library = count == 2 ? dlopen(words[1], RTLD_NOW) : NULL;
  prog_type_fn* prog_type;
  attach_type_fn* attach_type;
  __typeof__(libbpf_set_print)* set_print;
  char name[256];

  if (!library) {
    fprintf(stderr, "usage: section_names LIBRARY: %s\n", count == 2 ? dlerror() : "no library");
    return 2;
  }
  *(void**)&prog_type = dlsym(library, "libbpf_prog_type_by_name");
  *(void**)&attach_type = dlsym(library, "libbpf_attach_type_by_name");
  *(void**)&set_print = dlsym(library, "libbpf_set_print");
  set_print(silent);
  while (fgets(name, sizeof(name), stdin)) {
    int type = -1, attach = -1, other = -1;
    name[strcspn(name, "\n")] = '\0';
    const int of_type = prog_type(name, (enum bpf_prog_type*)&type, (enum bpf_attach_type*)&attach);
    const int of_attach = attach_type(name, (enum bpf_attach_type*)&other);
    printf("%d %d %d %d %d\n", of_type, type, attach, of_attach, other);
  }
  return 0;
}
