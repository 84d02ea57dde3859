/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* linfo: the source lines of a loaded program, from what the kernel says about it. */
#include <string.h>

#include "harness/conform.h"

enum { lines_count = 6 };

/* A program of two functions, each of three lines. The second has the instructions from 10 on, and
 * its machine code begins at 0x2000. */
struct program {
  struct bpf_line_info lines[lines_count];
  __u64 addresses[lines_count];
  __u64 starts[2];
  __u32 lengths[2];
  struct bpf_prog_info info;
};

static __u64 address_of(const void* pointer) {
  return (__u64)(uintptr_t)pointer;
}

static void make_program(struct program* made) {
  *made = (struct program){
      .lines = {{.insn_off = 0},
                {.insn_off = 3},
                {.insn_off = 7},
                {.insn_off = 10},
                {.insn_off = 12},
                {.insn_off = 20}},
      .addresses = {0x1000, 0x1010, 0x1040, 0x2000, 0x2004, 0x2020},
      .starts = {0x1000, 0x2000},
      .lengths = {0x50, 0x30},
  };
  made->info.nr_line_info = lines_count;
  made->info.line_info_rec_size = sizeof(made->lines[0]);
  made->info.line_info = address_of(made->lines);
  made->info.nr_jited_line_info = lines_count;
  made->info.jited_line_info_rec_size = sizeof(made->addresses[0]);
  made->info.jited_line_info = address_of(made->addresses);
  made->info.nr_jited_ksyms = 2;
  made->info.jited_ksyms = address_of(made->starts);
  made->info.nr_jited_func_lens = 2;
  made->info.jited_func_lens = address_of(made->lengths);
}

static struct program program;

/* new_linfo makes the lines of `program`, which is gone then. */
static struct bpf_prog_linfo* new_linfo(void) {
  struct bpf_prog_linfo* linfo = bpf_prog_linfo__new(&program.info);

  CHECK(linfo != NULL);
  memset(&program, 0xff, sizeof(program));
  return linfo;
}

#define CHECK_LINE(call, want_insn_off)                                                            \
  do {                                                                                             \
    const struct bpf_line_info* line_ = (call);                                                    \
    if (CHECK(line_ != NULL))                                                                      \
      CHECK_EQ(line_->insn_off, want_insn_off);                                                    \
  } while (0)

static void by_instruction(void) {
  struct bpf_prog_linfo* linfo;

  make_program(&program);
  linfo = new_linfo();
  errno = ENOTTY;
  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 0, 0), 0);
  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 2, 0), 0);
  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 5, 0), 3);
  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 12, 0), 12);
  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 99, 0), 20);
  CHECK_EQ(errno, ENOTTY);
  bpf_prog_linfo__free(linfo);
}

static void without_the_first(void) {
  struct bpf_prog_linfo* linfo;

  make_program(&program);
  linfo = new_linfo();
  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 5, 1), 3);
  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 99, 5), 20);
  CHECK_NULL(bpf_prog_linfo__lfind(linfo, 2, 1), ENOENT);
  CHECK_NULL(bpf_prog_linfo__lfind(linfo, 99, lines_count), ENOENT);
  CHECK_NULL(bpf_prog_linfo__lfind(linfo, 99, 0xffffffff), ENOENT);
  bpf_prog_linfo__free(linfo);
}

static void by_address(void) {
  struct bpf_prog_linfo* linfo;

  make_program(&program);
  linfo = new_linfo();
  errno = ENOTTY;
  CHECK_LINE(bpf_prog_linfo__lfind_addr_func(linfo, 0x1000, 0, 0), 0);
  CHECK_LINE(bpf_prog_linfo__lfind_addr_func(linfo, 0x101f, 0, 0), 3);
  CHECK_LINE(bpf_prog_linfo__lfind_addr_func(linfo, 0x2003, 0, 0), 7);
  CHECK_LINE(bpf_prog_linfo__lfind_addr_func(linfo, 0x2003, 1, 0), 10);
  CHECK_LINE(bpf_prog_linfo__lfind_addr_func(linfo, 0x2020, 1, 2), 20);
  CHECK_LINE(bpf_prog_linfo__lfind_addr_func(linfo, ~0ULL, 1, 0), 20);
  CHECK_EQ(errno, ENOTTY);
  CHECK_NULL(bpf_prog_linfo__lfind_addr_func(linfo, 0x0fff, 0, 0), ENOENT);
  CHECK_NULL(bpf_prog_linfo__lfind_addr_func(linfo, 0x1010, 1, 0), ENOENT);
  CHECK_NULL(bpf_prog_linfo__lfind_addr_func(linfo, 0x2010, 1, 2), ENOENT);
  CHECK_NULL(bpf_prog_linfo__lfind_addr_func(linfo, 0x2010, 1, 3), ENOENT);
  CHECK_NULL(bpf_prog_linfo__lfind_addr_func(linfo, 0x2010, 2, 0), ENOENT);
  bpf_prog_linfo__free(linfo);
}

/* Without machine code, and with some of what belongs to it, there are lines by instruction. */
static void without_machine_code(void) {
  for (int missing = 0; missing < 7; missing++) {
    struct bpf_prog_linfo* linfo;

    make_program(&program);
    switch (missing) {
    case 0:
      program.info.nr_jited_ksyms = 0;
      break;
    case 1:
      program.info.jited_line_info = 0;
      break;
    case 2:
      program.info.jited_ksyms = 0;
      break;
    case 3:
      program.info.jited_func_lens = 0;
      break;
    case 4:
      program.info.nr_jited_line_info = lines_count - 1;
      break;
    case 5:
      program.info.jited_line_info_rec_size = 7;
      break;
    default:
      program.info.nr_jited_func_lens = 1;
    }
    linfo = new_linfo();
    CHECK_LINE(bpf_prog_linfo__lfind(linfo, 5, 0), 3);
    CHECK_NULL(bpf_prog_linfo__lfind_addr_func(linfo, 0x1000, 0, 0), ENOENT);
    bpf_prog_linfo__free(linfo);
  }
}

/* A kernel may have longer records than a program knows. */
static void longer_records(void) {
  struct {
    struct bpf_line_info line;
    __u32 more[2];
  } lines[3] = {{.line.insn_off = 0}, {.line.insn_off = 3}, {.line.insn_off = 7}};
  struct bpf_prog_info info = {
      .nr_line_info = 3, .line_info_rec_size = sizeof(lines[0]), .line_info = address_of(lines)};
  struct bpf_prog_linfo* linfo = bpf_prog_linfo__new(&info);

  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 5, 0), 3);
  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 9, 0), 7);
  CHECK_EQ((const char*)bpf_prog_linfo__lfind(linfo, 9, 0) -
               (const char*)bpf_prog_linfo__lfind(linfo, 0, 0),
           2 * (int)sizeof(lines[0]));
  bpf_prog_linfo__free(linfo);
}

/* Only the offset of the instruction is needed. */
static void shorter_records(void) {
  const __u32 offsets[] = {0, 3, 7};
  struct bpf_prog_info info = {
      .nr_line_info = 3, .line_info_rec_size = 4, .line_info = address_of(offsets)};
  struct bpf_prog_linfo* linfo = bpf_prog_linfo__new(&info);

  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 6, 0), 3);
  bpf_prog_linfo__free(linfo);
  info.line_info_rec_size = 3;
  CHECK_NULL(bpf_prog_linfo__new(&info), EINVAL);
  info.line_info_rec_size = 4;
  info.nr_line_info = 0;
  CHECK_NULL(bpf_prog_linfo__new(&info), EINVAL);
}

/* The search ends before the first record behind the instruction, in whichever order they are. */
static void records_out_of_order(void) {
  struct bpf_prog_linfo* linfo;

  make_program(&program);
  program.lines[1].insn_off = 8;
  program.lines[2].insn_off = 2;
  linfo = new_linfo();
  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 5, 0), 0);
  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 5, 2), 2);
  CHECK_LINE(bpf_prog_linfo__lfind(linfo, 9, 0), 2);
  bpf_prog_linfo__free(linfo);
}

static void refuses_addresses(size_t at, __u64 address) {
  make_program(&program);
  program.addresses[at] = address;
  CHECK_NULL(bpf_prog_linfo__new(&program.info), EINVAL);
}

static void addresses_outside_functions(void) {
  /* The first line is not where the first function begins. */
  refuses_addresses(0, 0x1001);
  /* No line is where the second one begins. */
  refuses_addresses(3, 0x2001);
  /* They do not rise. */
  refuses_addresses(1, 0x1000);
  refuses_addresses(2, 0x1008);
  /* The last line of the first function is behind its end. */
  refuses_addresses(2, 0x1050);
  make_program(&program);
  program.lengths[0] = 0x40;
  CHECK_NULL(bpf_prog_linfo__new(&program.info), EINVAL);
}

/* Behind the start of the last function nothing is checked. */
static void last_function_is_not_checked(void) {
  struct bpf_prog_linfo* linfo;

  make_program(&program);
  program.addresses[4] = 0x3000;
  program.addresses[5] = 0x1000;
  linfo = new_linfo();
  CHECK_LINE(bpf_prog_linfo__lfind_addr_func(linfo, 0x2010, 1, 0), 10);
  CHECK_LINE(bpf_prog_linfo__lfind_addr_func(linfo, 0x2010, 1, 2), 20);
  CHECK_LINE(bpf_prog_linfo__lfind_addr_func(linfo, 0x4000, 1, 0), 20);
  bpf_prog_linfo__free(linfo);
}

static void free_of_nothing(void) {
  errno = ENOTTY;
  bpf_prog_linfo__free(NULL);
  CHECK_EQ(errno, ENOTTY);
}

static void no_program(void) {
  CHECK_NULL(bpf_prog_linfo__new(NULL), EINVAL);
}

static void no_object(void) {
  CHECK_NULL(bpf_prog_linfo__lfind(NULL, 0, 0), EINVAL);
  CHECK_NULL(bpf_prog_linfo__lfind_addr_func(NULL, 0, 0, 0), EINVAL);
}

CASES(linfo) = {
#define CASE(name_, ...)                                                                           \
  { .name = "linfo." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(by_instruction, "bpf_prog_linfo__lfind"),
    CASE(without_the_first, "bpf_prog_linfo__lfind"),
    CASE(by_address, "bpf_prog_linfo__lfind_addr_func"),
    CASE(without_machine_code, "bpf_prog_linfo__new"),
    CASE(longer_records, "bpf_prog_linfo__new"),
    CASE(shorter_records, "bpf_prog_linfo__new"),
    CASE(records_out_of_order, "bpf_prog_linfo__lfind"),
    CASE(addresses_outside_functions, "bpf_prog_linfo__new"),
    CASE(last_function_is_not_checked, "bpf_prog_linfo__lfind_addr_func"),
    CASE(no_program, "bpf_prog_linfo__new", .difference = "null-results", .stock_outcome = CRASHES),
    CASE(no_object, "bpf_prog_linfo__lfind", .difference = "null-results",
         .stock_outcome = CRASHES),
    CASE(free_of_nothing, "bpf_prog_linfo__free"),
    {.name = NULL},
#undef CASE
};
