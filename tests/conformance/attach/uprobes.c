/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* uprobes: programs on functions of this program and of the C library. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attach/attaching.h"
#include "harness/conform.h"
#include "harness/kernel.h"

enum { link_perf_event = 7, link_uprobe_multi = 12 };

static void by_function(void) {
  struct bpf_program* program;
  OPTS(bpf_uprobe_opts, opts, .func_name = "probed");

  skip_under_valgrind();
  program = program_loaded("uprobe");
  CHECK_LINK(bpf_program__attach_uprobe_opts(program, -1, own_file(), 0, &opts), link_perf_event,
             act_probed, 1);
  CHECK_LINK(bpf_program__attach_uprobe_opts(program, 0, own_file(), 0, &opts), link_perf_event,
             act_probed, 1);
  CHECK_LINK(bpf_program__attach_uprobe_opts(program, getpid(), own_file(), 0, &opts),
             link_perf_event, act_probed, 1);
  opts.retprobe = true;
  opts.bpf_cookie = 7;
  if (kernel_since("5.15"))
    CHECK_LINK(bpf_program__attach_uprobe_opts(program, -1, own_file(), 0, &opts), link_perf_event,
               act_probed, 1);
  else
    CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, own_file(), 0, &opts), EOPNOTSUPP);
  end_program();
}

static void of_a_library(void) {
  struct bpf_program* program;
  OPTS(bpf_uprobe_opts, opts, .func_name = "getppid");

  skip_under_valgrind();
  program = program_loaded("uprobe");
  CHECK_ATTACHES(bpf_program__attach_uprobe_opts(program, -1, "libc.so.6", 0, &opts),
                 link_perf_event);
  opts.func_name = "realpath@GLIBC_2.3";
  CHECK_ATTACHES(bpf_program__attach_uprobe_opts(program, -1, "libc.so.6", 0, &opts),
                 link_perf_event);
  opts.func_name = "realpath@@GLIBC_2.3";
  CHECK_ATTACHES(bpf_program__attach_uprobe_opts(program, -1, "libc.so.6", 0, &opts),
                 link_perf_event);
  opts.func_name = "realpath@GLIBC_9";
  CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, "libc.so.6", 0, &opts), ENOENT);
  end_program();
}

static void default_version(void) {
  struct bpf_program* program = program_loaded("uprobe");
  OPTS(bpf_uprobe_opts, opts, .func_name = "realpath");

  if (differs())
    CHECK_ATTACHES(bpf_program__attach_uprobe_opts(program, -1, "libc.so.6", 0, &opts),
                   link_perf_event);
  else
    CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, "libc.so.6", 0, &opts),
               LIBBPF_ERRNO__FORMAT);
  end_program();
}

static void no_function(void) {
  struct bpf_program* program = program_loaded("uprobe");
  OPTS(bpf_uprobe_opts, opts, .func_name = "nothing");

  CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, own_file(), 0, &opts), ENOENT);
  opts.func_name = "getppid";
  CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, own_file(), 0, &opts), ENOENT);
  opts.func_name = "strlen";
  CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, "libc.so.6", 0, &opts), ENOENT);
  opts.func_name = "getppid@";
  CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, "libc.so.6", 0, &opts), ENOENT);
  opts.func_name = "@";
  CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, "libc.so.6", 0, &opts), ENOENT);
  end_program();
}

static void other_negative_process(void) {
  struct bpf_program* program;
  OPTS(bpf_uprobe_opts, opts, .func_name = "probed");

  skip_under_valgrind();
  program = program_loaded("uprobe");
  if (differs())
    CHECK_LINK(bpf_program__attach_uprobe_opts(program, -2, own_file(), 0, &opts), link_perf_event,
               act_probed, 1);
  else
    CHECK_NULL(bpf_program__attach_uprobe_opts(program, -2, own_file(), 0, &opts), EINVAL);
  end_program();
}

/* left_in_tracefs is whether a probe of ours is among those that tracefs has. */
static bool left_in_tracefs(void) {
  char text[4096], mine[32];
  int fd = open("/sys/kernel/tracing/uprobe_events", O_RDONLY | O_CLOEXEC);
  ssize_t size = read(fd, text, sizeof(text) - 1);

  close(fd);
  text[size > 0 ? size : 0] = '\0';
  snprintf(mine, sizeof(mine), "libbpf_%d", (int)getpid());
  return strstr(text, mine) != NULL;
}

static void modes(void) {
  static const unsigned types[] = {link_perf_event, 0, 0, link_perf_event};
  struct bpf_program* program;
  OPTS(bpf_uprobe_opts, opts, .func_name = "probed");

  skip_under_valgrind();
  own_namespaces();
  program = program_loaded("uprobe");
  for (int mode = 0; mode < 4; mode++) {
    opts.attach_mode = (enum probe_attach_mode)mode;
    if (opts.attach_mode == PROBE_ATTACH_MODE_LINK && !kernel_since("5.15")) {
      CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, own_file(), 0, &opts), EOPNOTSUPP);
      continue;
    }
    CHECK_LINK(bpf_program__attach_uprobe_opts(program, -1, own_file(), 0, &opts), types[mode],
               act_probed, 1);
    CHECK(!left_in_tracefs());
  }
  opts.attach_mode = (enum probe_attach_mode)4;
  CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, own_file(), 0, &opts), EINVAL);
  opts.attach_mode = PROBE_ATTACH_MODE_LEGACY;
  opts.bpf_cookie = 7;
  CHECK_NULL(bpf_program__attach_uprobe_opts(program, -1, own_file(), 0, &opts), EOPNOTSUPP);
  CHECK(!left_in_tracefs());
  end_program();
}

static void many_by_pattern(void) {
  struct bpf_program* program;

  skip_under_valgrind();
  program = program_loaded("uprobe_multi");
  CHECK_LINK(bpf_program__attach_uprobe_multi(program, -1, own_file(), "probe?", NULL),
             link_uprobe_multi, act_probed, 1);
  CHECK_LINK(bpf_program__attach_uprobe_multi(program, 0, own_file(), "probed", NULL),
             link_uprobe_multi, act_probed, 1);
  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, own_file(), "no_such_function*", NULL),
             ENOENT);
  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, "nothing", "x", NULL), ENOENT);
  end_program();
}

static void many_by_name(void) {
  const char* names[] = {"probed", "act_probed"};
  struct bpf_program* program;
  OPTS(bpf_uprobe_multi_opts, opts, .syms = names, .cnt = 2);

  skip_under_valgrind();
  program = program_loaded("uprobe_multi");
  CHECK_LINK(bpf_program__attach_uprobe_multi(program, -1, own_file(), NULL, &opts),
             link_uprobe_multi, act_probed, 2);
  opts.retprobe = true;
  CHECK_LINK(bpf_program__attach_uprobe_multi(program, -1, own_file(), NULL, &opts),
             link_uprobe_multi, act_probed, 2);
  names[1] = "nothing";
  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, own_file(), NULL, &opts), ENOENT);
  end_program();
}

static void session(void) {
  struct bpf_program* program;
  OPTS(bpf_uprobe_multi_opts, opts, .session = true);

  skip_under_valgrind();
  program = program_loaded("uprobe_session");
  CHECK_LINK(bpf_program__attach_uprobe_multi(program, -1, own_file(), "probed", &opts),
             link_uprobe_multi, act_probed, 2);
  opts.retprobe = true;
  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, own_file(), "probed", &opts), EINVAL);
  end_program();
}

static void one_name_twice(void) {
  const char* names[] = {"probed", "probed"};
  struct bpf_program* program = program_loaded("uprobe_multi");
  OPTS(bpf_uprobe_multi_opts, opts, .syms = names, .cnt = 2);

  if (differs())
    CHECK_ATTACHES(bpf_program__attach_uprobe_multi(program, -1, own_file(), NULL, &opts),
                   link_uprobe_multi);
  else
    CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, own_file(), NULL, &opts), ENOENT);
  end_program();
}

static void many_of_what(void) {
  const char* names[] = {"probed"};
  const unsigned long offsets[] = {1};
  struct bpf_program* program = program_loaded("uprobe_multi");
  OPTS(bpf_uprobe_multi_opts, opts);

  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, NULL, "x", NULL), EINVAL);
  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, own_file(), NULL, NULL), EINVAL);
  opts.cnt = 1;
  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, own_file(), NULL, &opts), EINVAL);
  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, own_file(), "probed", &opts), EINVAL);
  opts.syms = names;
  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, own_file(), "probed", &opts), EINVAL);
  opts.offsets = offsets;
  CHECK_NULL(bpf_program__attach_uprobe_multi(program, -1, own_file(), NULL, &opts), EINVAL);
  end_program();
  opts.offsets = NULL;
  CHECK_NULL(bpf_program__attach_uprobe_multi(program_unloaded("uprobe_multi"), -1, "nothing", NULL,
                                              &opts),
             EINVAL);
  end_program();
}

/* first_byte is that of this program as it is mapped: 0x7f in every ELF file. */
static int first_byte(void) {
  unsigned char byte = 0;
  unsigned long begin = 0;
  FILE* maps = fopen("/proc/self/maps", "r");
  char line[5000];
  const char* own = own_file();

  while (maps && fgets(line, sizeof(line), maps))
    if (strstr(line, own)) {
      CHECK_EQ(sscanf(line, "%lx", &begin), 1);
      break;
    }
  if (maps)
    fclose(maps);
  if (CHECK(begin != 0))
    memcpy(&byte, (const void*)begin, 1);
  return byte;
}

static void imported_functions(void) {
  struct bpf_program* program;
  struct bpf_link* link;

  skip_under_valgrind();
  program = program_loaded("uprobe_multi");
  link = bpf_program__attach_uprobe_multi(program, getpid(), own_file(), "getppid*", NULL);
  if (differs()) {
    CHECK(link == NULL);
    CHECK_EQ(errno, ENOENT);
    CHECK_EQ(first_byte(), 0x7f);
  } else {
    CHECK(link != NULL);
    CHECK(first_byte() != 0x7f);
  }
  bpf_link__destroy(link);
  end_program();
}

CASES(attach_uprobes) = {
#define CASE(name_, ...)                                                                           \
  { .name = "attach_uprobes." #name_, .body = name_, .needs = NEEDS_LIVE, .function = __VA_ARGS__ }
    CASE(by_function, "bpf_program__attach_uprobe_opts"),
    CASE(of_a_library, "bpf_program__attach_uprobe_opts", .since = "1.3"),
    CASE(default_version, "bpf_program__attach_uprobe_opts", .difference = "default-version"),
    CASE(no_function, "bpf_program__attach_uprobe_opts", .since = "1.3"),
    CASE(other_negative_process, "bpf_program__attach_uprobe_opts",
         .difference = "all-processes-below-zero"),
    CASE(modes, "bpf_program__attach_uprobe_opts", .since = "1.7"),
    CASE(many_by_pattern, "bpf_program__attach_uprobe_multi", .since = "1.3", .kernel = "6.6"),
    CASE(many_by_name, "bpf_program__attach_uprobe_multi", .since = "1.3", .kernel = "6.6"),
    CASE(session, "bpf_program__attach_uprobe_multi", .since = "1.6", .kernel = "6.13"),
    CASE(one_name_twice, "bpf_program__attach_uprobe_multi", .since = "1.3",
         .difference = "one-function-twice", .kernel = "6.6"),
    CASE(many_of_what, "bpf_program__attach_uprobe_multi", .since = "1.3"),
    CASE(imported_functions, "bpf_program__attach_uprobe_multi", .since = "1.3",
         .difference = "imported-functions", .kernel = "6.6"),
    {.name = NULL},
#undef CASE
};
