/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* kernels: objects on a kernel that is older, has modules, or has several types of one name. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/conform.h"
#include "harness/kernel.h"
#include "object/objects.h"

/* look_for_both is a printer that finds a warning which names both types that may be meant. */
static bool names_both;

__attribute__((format(printf, 2, 0))) static int
look_for_both(enum libbpf_print_level level, const char* format, va_list arguments) {
  char text[1024];

  vsnprintf(text, sizeof(text), format, arguments);
  names_both |= level == LIBBPF_WARN && strstr(text, "amb___1 [20] of /proc/self/fd") &&
                strstr(text, "amb [22] of /proc/self/fd");
  return 0;
}

static void ambiguous_types_are_listed(void) {
  const struct test_object* types = test_object("core_target/types.el");
  const int fd = memfd_create("types", MFD_CLOEXEC);
  char path[32];
  OPTS(bpf_object_open_opts, opts, .btf_custom_path = path);
  struct bpf_object* object;

  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  CHECK_EQ(write(fd, types->bytes, types->size), types->size);
  object = open_object("core_order/the_id_of_two.el", &opts);
  libbpf_set_print(look_for_both);
  CHECK_FAILS(bpf_object__load(object), EINVAL);
  CHECK_EQ(names_both, differs());
  bpf_object__close(object);
  close(fd);
}

/* Where programs cannot have variables, a program is refused in either case. What differs is what
 * the verifier gets in the place of an address, and so what the log says. */
static void load_with_variables(const char* name, const char* map_name) {
  const __u8 load = BPF_LD | BPF_IMM | BPF_DW, call = BPF_JMP | BPF_CALL;
  char log[4096] = "";
  OPTS(bpf_object_open_opts, opts, .object_name = "o", .kernel_log_buf = log,
       .kernel_log_size = sizeof(log));
  struct bpf_object* object = open_object(name, &opts);
  const struct bpf_insn* insn;

  CHECK_FAILS(bpf_object__load(object), EINVAL);
  CHECK(!bpf_map__autocreate(map_of(object, map_name)));
  insn = bpf_program__insns(program_of(object, "entry"));
  while (insn->code != load && insn->code != call)
    insn++;
  CHECK_EQ(insn->code, differs() ? call : load);
  CHECK_EQ(strstr(log, map_name) != NULL, differs());
  bpf_object__close(object);
}

static void variables_of_an_old_kernel(void) {
  sim.set_variables(0);
  load_with_variables("data.el", "o.rodata");
  /* An older kernel has nothing against the flags of this map, which are 0. */
  load_with_variables("datasec/static_alone.el", "o.data");
  /* Values of the configuration are variables, too. */
  load_with_variables("kconfig/types.el", "o.kconfig");
}

static void variables_that_nothing_uses(void) {
  struct bpf_object* object = open_object("data.el", NULL);
  struct bpf_map* map = NULL;

  sim.set_variables(0);
  bpf_program__set_autoload(program_of(object, "entry"), false);
  CHECK_EQ(bpf_object__load(object), 0);
  while ((map = bpf_object__next_map(object, map)))
    CHECK(!bpf_map__autocreate(map));
  bpf_object__close(object);
}

/* add_module: the simulated kernel has a module with a function of that name, which gives an int.
 */
static void add_module(const char* name, const char* function) {
  struct btf* kernel = btf__load_vmlinux_btf();
  struct btf* types = kernel ? btf__new_empty_split(kernel) : NULL;
  const void* bytes;
  __u32 size;

  if (!types) {
    btf__free(kernel);
    skip("the kernel has no BTF");
  }
  const int number = btf__add_int(types, "int", 4, BTF_INT_SIGNED);
  const int prototype = btf__add_func_proto(types, number);
  CHECK(btf__add_func(types, function, BTF_FUNC_GLOBAL, prototype) > 0);
  bytes = btf__raw_data(types, &size);
  sim.add_module(name, bytes, size);
  btf__free(types);
  btf__free(kernel);
}

static void clone_of_a_user_of_a_module(void) {
  struct bpf_object* object;
  struct bpf_program* program;
  int fd;

  add_module("unused", "another_function");
  add_module("used", "ringside_module_function");
  object = open_object("module.el", NULL);
  program = program_of(object, "entry");
  CHECK_EQ(bpf_object__prepare(object), 0);
  fd = bpf_program__clone(program, NULL);
  CHECK(fd >= 0);
  close(fd);
  CHECK_EQ(bpf_object__load(object), 0);
  CHECK_EQ(bpf_program__insns(program)->src_reg, BPF_PSEUDO_KFUNC_CALL);
  CHECK(bpf_program__insns(program)->off > 0);
  fd = bpf_program__clone(program, NULL);
  CHECK_EQ(fd >= 0, differs());
  if (fd >= 0)
    close(fd);
  bpf_object__close(object);
}

/* A kernel before Linux 5.16 knows no declaration tags, and no exceptions. There it does not matter
 * what tags say of callbacks. */
static void callbacks_of_an_old_kernel(void) {
  static const char* const names[] = {"calls/exception_callback.el",
                                      "calls/exception_callback_of_no_name.el",
                                      "calls/exception_callback_missing.el"};

  sim.fail_from("btf_load", 1, EINVAL);
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    struct bpf_object* object = open_object(names[i], NULL);

    CHECK_EQ(bpf_object__load(object), 0);
    CHECK_EQ(bpf_program__insn_cnt(program_of(object, "entry")), 2);
    bpf_object__close(object);
  }
}

CASES(object_kernels) = {
#define CASE(name_, function_, ...)                                                                \
  { .name = "kernels." #name_, .body = name_, .function = function_, __VA_ARGS__ }
    CASE(callbacks_of_an_old_kernel, "bpf_object__load", .needs = NEEDS_SIM, .since = "1.3"),
    CASE(clone_of_a_user_of_a_module, "bpf_program__clone", .needs = NEEDS_SIM, .since = "1.8",
         .difference = "clone-keeps-modules"),
    CASE(variables_of_an_old_kernel, "bpf_object__load", .needs = NEEDS_SIM, .since = "1.4",
         .difference = "variables-of-an-old-kernel"),
    CASE(variables_that_nothing_uses, "bpf_object__load", .needs = NEEDS_SIM),
    CASE(ambiguous_types_are_listed, "bpf_object__load", .needs = NEEDS_LIVE,
         .difference = "ambiguous-types-are-listed"),
    {.name = NULL},
#undef CASE
};
