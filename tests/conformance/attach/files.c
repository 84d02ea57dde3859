/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* files: which file a uprobe is for, by its path or its name, and what is no program. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/attaching.h"
#include "harness/conform.h"

enum { link_perf_event = 7, link_uprobe_multi = 12 };

static char text_file[32];

/* make_text_file makes a file that is none of ELF's. */
static void make_text_file(void) {
  static const char text[] =
      "This is a file with some text, and nothing that a loader could read.\n";
  int fd;

  strcpy(text_file, "/tmp/conform-text-XXXXXX");
  fd = mkstemp(text_file);
  CHECK_EQ(write(fd, text, sizeof(text)), sizeof(text));
  close(fd);
}

static void no_elf_file(void) {
  struct bpf_program* program = program_loaded("uprobe");
  OPTS(bpf_uprobe_opts, opts, .func_name = "main");

  CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, "/", 0, &opts), LIBBPF_ERRNO__FORMAT);
  make_text_file();
  CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, text_file, 0, &opts),
             LIBBPF_ERRNO__FORMAT);
  unlink(text_file);
  end_program();
}

static void many_of_no_elf_file(void) {
  struct bpf_program* program = program_loaded("uprobe_multi");

  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, "/", "main", NULL),
             LIBBPF_ERRNO__FORMAT);
  make_text_file();
  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, text_file, "main", NULL), EINVAL);
  unlink(text_file);
  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, "/nothing", "main", NULL), ENOENT);
  end_program();
}

static void no_file(void) {
  struct bpf_program* program = program_loaded("uprobe");
  OPTS(bpf_uprobe_opts, opts, .func_name = "probed");

  CHECK_NULL(bpf_program__attach_uprobe(program, false, -1, NULL, 0), EINVAL);
  CHECK_NULL(bpf_program__attach_uprobe(program, false, -1, "/nothing", 0), ENOENT);
  CHECK_NULL(bpf_program__attach_uprobe(program, false, -1, "nothing", 0), ENOENT);
  CHECK_NULL(bpf_program__attach_uprobe(program, false, -1, "nothing.so", 0), ENOENT);
  CHECK_NULL(bpf_program__attach_uprobe(program, false, -1, "/", 0), EINVAL);
  make_text_file();
  CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, text_file, 0, &opts),
             LIBBPF_ERRNO__FORMAT);
  unlink(text_file);
  CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, "/nothing", 0, &opts), ENOENT);
  CHECK_NULL(bpf_program__attach_uprobe(program, false, 999999999, own_file(), 0x1000), ESRCH);
  end_program();
  CHECK_NULL(bpf_program__attach_uprobe(program_unloaded("uprobe"), false, -1, "/nothing", 0),
             ENOENT);
  end_program();
}

/* Two folders, of which the first has a folder of a program's name, and the second the program. */
static void folder_of_its_name(void) {
  char place[] = "/tmp/conform-path-XXXXXX", path[256], folder[64], program_path[128];
  struct bpf_program* program;
  OPTS(bpf_uprobe_opts, opts, .func_name = "probed");

  skip_under_valgrind();
  CHECK(mkdtemp(place) != NULL);
  snprintf(folder, sizeof(folder), "%s/conform-probed", place);
  CHECK_EQ(mkdir(folder, 0700), 0);
  snprintf(program_path, sizeof(program_path), "%s/conform-probed", folder);
  CHECK_EQ(symlink(own_file(), program_path), 0);
  snprintf(path, sizeof(path), "%s:%s", place, folder);
  setenv("PATH", path, 1);
  program = program_loaded("uprobe");
  if (differs())
    CHECK_ATTACHES(bpf_program__attach_uprobe_opts(program, -1, "conform-probed", 0, &opts),
                   link_perf_event);
  else
    CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, "conform-probed", 0, &opts),
               LIBBPF_ERRNO__FORMAT);
  end_program();
  unlink(program_path);
  rmdir(folder);
  rmdir(place);
}

static void no_archive(void) {
  char place[] = "/tmp/conform-path-XXXXXX", folder[64], path[128];
  struct bpf_program* program;
  OPTS(bpf_uprobe_opts, opts, .func_name = "probed");

  skip_under_valgrind();
  CHECK(mkdtemp(place) != NULL);
  snprintf(folder, sizeof(folder), "%s/it!", place);
  CHECK_EQ(mkdir(folder, 0700), 0);
  snprintf(path, sizeof(path), "%s/probed", folder);
  CHECK_EQ(symlink(own_file(), path), 0);
  program = program_loaded("uprobe");
  if (differs())
    CHECK_ATTACHES(bpf_program__attach_uprobe_opts(program, -1, path, 0, &opts), link_perf_event);
  else
    CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, path, 0, &opts), ENOENT);
  end_program();
  unlink(path);
  rmdir(folder);
  rmdir(place);
}

static void many_by_name_of_a_library(void) {
  const char* names[] = {"getppid"};
  struct bpf_program* program;
  OPTS(bpf_uprobe_multi_opts, opts, .syms = names, .cnt = 1);

  skip_under_valgrind();
  program = program_loaded("uprobe_multi");
  if (differs())
    CHECK_ATTACHES(bpf_program__attach_uprobe_multi(program, -1, "libc.so.6", NULL, &opts),
                   link_uprobe_multi);
  else
    CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, "libc.so.6", NULL, &opts), ENOENT);
  end_program();
}

CASES(attach_files) = {
#define CASE(name_, ...)                                                                           \
  { .name = "attach_files." #name_, .body = name_, .needs = NEEDS_LIVE, .function = __VA_ARGS__ }
    CASE(no_elf_file, "bpf_program__attach_uprobe_opts"),
    CASE(many_of_no_elf_file, "bpf_program__attach_uprobe_multi", .since = "1.3"),
    CASE(no_file, "bpf_program__attach_uprobe"),
    CASE(folder_of_its_name, "bpf_program__attach_uprobe_opts", .difference = "programs-are-files"),
    CASE(no_archive, "bpf_program__attach_uprobe_opts", .since = "1.2",
         .difference = "files-before-archives"),
    CASE(many_by_name_of_a_library, "bpf_program__attach_uprobe_multi", .since = "1.3",
         .difference = "one-search-for-files", .kernel = "6.6"),
    {.name = NULL},
#undef CASE
};
