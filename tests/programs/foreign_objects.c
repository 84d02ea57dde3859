/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* foreign_objects OBJECT: a program on our libbpf.so.1 makes objects, BTF and more with the stock
 * library, FOREIGN_LIBRARY, past us. Every call of our functions with its handles must be passed
 * on. A call with handles of both is refused, with EINVAL and one warning. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include "foreign.h"
#include "foreign_warnings.h"

#define FUNCTIONS(f)                                                                               \
  f(bpf_object__open_file);                                                                        \
  f(bpf_object__load);                                                                             \
  f(bpf_object__btf);                                                                              \
  f(bpf_object__name);                                                                             \
  f(bpf_object__next_map);                                                                         \
  f(bpf_object__next_program);                                                                     \
  f(bpf_object__find_program_by_name);                                                             \
  f(bpf_object__close);                                                                            \
  f(bpf_map__fd);                                                                                  \
  f(bpf_map__name);                                                                                \
  f(bpf_map__type);                                                                                \
  f(bpf_map__max_entries);                                                                         \
  f(bpf_map__set_max_entries);                                                                     \
  f(bpf_program__fd);                                                                              \
  f(bpf_program__name);                                                                            \
  f(bpf_program__set_autoload);                                                                    \
  f(bpf_program__set_autoattach);                                                                  \
  f(bpf_program__autoattach);                                                                      \
  f(bpf_program__attach);                                                                          \
  f(bpf_link__fd);                                                                                 \
  f(bpf_link__detach);                                                                             \
  f(bpf_link__update_program);                                                                     \
  f(bpf_link__destroy);                                                                            \
  f(btf__new_empty);                                                                               \
  f(btf__new_empty_split);                                                                         \
  f(btf__base_btf);                                                                                \
  f(btf__add_int);                                                                                 \
  f(btf__add_btf);                                                                                 \
  f(btf__type_cnt);                                                                                \
  f(btf__type_by_id);                                                                              \
  f(btf__align_of);                                                                                \
  f(btf__parse);                                                                                   \
  f(btf__dedup);                                                                                   \
  f(btf_ext__free);                                                                                \
  f(btf__free);                                                                                    \
  f(btf_dump__new);                                                                                \
  f(btf_dump__dump_type);                                                                          \
  f(btf_dump__free);                                                                               \
  f(bpf_linker__new);                                                                              \
  f(bpf_linker__add_file);                                                                         \
  f(bpf_linker__finalize);                                                                         \
  f(bpf_linker__free);                                                                             \
  f(libbpf_set_print)

static struct library { FUNCTIONS(DECLARE); } ours, stock;

/* CHECK_REFUSED: a call with handles of both libraries has `result`. */
#define CHECK_REFUSED(call, result, function)                                                      \
  do {                                                                                             \
    warnings = 0;                                                                                  \
    errno = 0;                                                                                     \
    CHECK((call) == (result) && errno == EINVAL);                                                  \
    CHECK(warnings == 1 && strstr(said, function ": this library made one of the handles"));       \
    warnings = 0;                                                                                  \
  } while (0)

static void count_text(void* ctx, const char* format, va_list arguments) {
  *(int*)ctx += vsnprintf(NULL, 0, format, arguments);
}

static void check_btf(const char* path) {
  LIBBPF_OPTS(btf_dedup_opts, with_ext);
  struct btf* theirs = stock.btf__new_empty();
  struct btf* const own = ours.btf__new_empty();
  struct btf* split;
  struct btf_dump* dump;
  int length = 0;

  CHECK(theirs != NULL && own != NULL);
  CHECK(ours.btf__add_int(theirs, "theirs", 4, 0) == 1 && ours.btf__add_int(own, "own", 8, 0) == 1);
  CHECK(ours.btf__type_cnt(theirs) == 2 && stock.btf__type_cnt(theirs) == 2);
  CHECK(ours.btf__type_by_id(theirs, 1) == stock.btf__type_by_id(theirs, 1));
  CHECK(ours.btf__align_of(theirs, 1) == 4 && ours.btf__align_of(own, 1) == 8);
  /* What is made for a handle is of its library. */
  split = ours.btf__new_empty_split(theirs);
  CHECK(split != NULL && stock.btf__base_btf(split) == theirs);
  ours.btf__free(split);
  dump = ours.btf_dump__new(theirs, count_text, &length, NULL);
  CHECK(dump != NULL && ours.btf_dump__dump_type(dump, 1) == 0);
  ours.btf_dump__free(dump);
  CHECK(warnings == 0);
  CHECK_REFUSED(ours.btf__add_btf(own, theirs), -EINVAL, "btf__add_btf");
  CHECK_REFUSED(ours.btf__add_btf(theirs, own), -EINVAL, "btf__add_btf");
  CHECK(stock.btf__type_cnt(theirs) == 2 && ours.btf__type_cnt(own) == 2);
  ours.btf__free(theirs);
  theirs = stock.btf__parse(path, &with_ext.btf_ext);
  CHECK(theirs != NULL && with_ext.btf_ext != NULL);
  CHECK_REFUSED(ours.btf__dedup(own, &with_ext), -EINVAL, "btf__dedup");
  ours.btf_ext__free(with_ext.btf_ext);
  ours.btf__free(theirs);
  CHECK(warnings == 0);
  ours.btf__free(own);
}

static void check_linker(const char* path) {
  char output[] = "/tmp/foreign_objects.XXXXXX";
  const int fd = mkstemp(output);
  struct bpf_linker* const theirs = stock.bpf_linker__new(output, NULL);

  CHECK(fd >= 0 && theirs != NULL);
  CHECK(ours.bpf_linker__add_file(theirs, path, NULL) == 0);
  CHECK(ours.bpf_linker__finalize(theirs) == 0);
  ours.bpf_linker__free(theirs);
  CHECK(warnings == 0);
  unlink(output);
  close(fd);
}

static int check_object(const char* path) {
  struct bpf_object* const theirs = stock.bpf_object__open_file(path, NULL);
  /* By its name, not through a pointer: see jumped.c. */
  struct bpf_object* const own = bpf_object__open_file(path, NULL);
  struct bpf_program *program, *own_program;
  struct bpf_map *map, *own_map;
  struct bpf_link* link;

  CHECK(theirs != NULL && own != NULL);
  if (failures != 0)
    return 1;
  map = ours.bpf_object__next_map(theirs, NULL);
  own_map = ours.bpf_object__next_map(own, NULL);
  /* It is attached without a file of tracefs, which may not be mounted. */
  program = ours.bpf_object__find_program_by_name(theirs, "raw");
  own_program = ours.bpf_object__find_program_by_name(own, "raw");
  CHECK(map != NULL && map == stock.bpf_object__next_map(theirs, NULL) && map != own_map);
  CHECK(program != NULL && program == stock.bpf_object__find_program_by_name(theirs, "raw"));
  CHECK(ours.bpf_object__next_program(theirs, NULL) ==
        stock.bpf_object__next_program(theirs, NULL));
  CHECK(ours.bpf_object__next_program(theirs, program) ==
        stock.bpf_object__next_program(theirs, program));
  CHECK(strcmp(ours.bpf_map__name(map), ours.bpf_map__name(own_map)) == 0);
  CHECK(ours.bpf_map__type(map) == ours.bpf_map__type(own_map));
  CHECK(ours.bpf_map__set_max_entries(map, 9) == 0 && stock.bpf_map__max_entries(map) == 9);
  CHECK(strcmp(ours.bpf_program__name(program), ours.bpf_program__name(own_program)) == 0);
  ours.bpf_program__set_autoattach(program, false);
  CHECK(!stock.bpf_program__autoattach(program) && ours.bpf_program__autoattach(own_program));
  CHECK(ours.btf__type_cnt(ours.bpf_object__btf(theirs)) ==
        ours.btf__type_cnt(ours.bpf_object__btf(own)));
  CHECK(warnings == 0);
  CHECK_REFUSED(ours.bpf_object__next_map(own, map), NULL, "bpf_object__next_map");
  CHECK_REFUSED(ours.bpf_object__next_program(theirs, own_program), NULL,
                "bpf_object__next_program");

  CHECK(ours.bpf_program__set_autoload(program, true) == 0);
  CHECK(ours.bpf_program__set_autoload(own_program, true) == 0);
  if (ours.bpf_object__load(own) == -EPERM)
    return 77;
  CHECK(ours.bpf_object__load(theirs) == 0);
  CHECK(ours.bpf_map__fd(map) >= 0 && ours.bpf_map__fd(map) == stock.bpf_map__fd(map));
  CHECK(ours.bpf_program__fd(program) == stock.bpf_program__fd(program));
  warnings = 0;
  link = ours.bpf_program__attach(program);
  CHECK(link != NULL && ours.bpf_link__fd(link) == stock.bpf_link__fd(link));
  CHECK(warnings == 0);
  CHECK_REFUSED(ours.bpf_link__update_program(link, own_program), -EINVAL,
                "bpf_link__update_program");
  CHECK(ours.bpf_link__destroy(link) == 0);
  ours.bpf_object__close(theirs);
  ours.bpf_object__close(own);
  CHECK(warnings == 0);
  return failures != 0;
}

int main(int argc, char** argv) {
  void* const handle = foreign_open();

  if (argc != 2)
    return 2;
#define LOOK_UP(name) FOREIGN_LOOK_UP(ours, stock, handle, name)
  FUNCTIONS(LOOK_UP);
  ours.libbpf_set_print(keep_warning);
  check_btf(argv[1]);
  check_linker(argv[1]);
  return check_object(argv[1]);
}
