/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* btf_steps LIBRARY: does to BTF what cases on its input say, with a libbpf, and writes what came
 * out.
 *
 * Input: cases, each u32 size and that many bytes of steps. A step is a letter, two u32 arguments,
 * u32 size and that many bytes. Output: for each case u32 size and that many bytes: the results of
 * its steps, {i32 result, u32 size, bytes}. A case that dies or takes too long ends with {signal,
 * ~0}. BTFs are known by the numbers in which they were made, and ~0 is none. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

enum { kMost = 64, kSeconds = 1 };

#define FUNCTIONS(X)                                                                               \
  X(btf__new_split)                                                                                \
  X(btf__new_empty_split)                                                                          \
  X(btf__add_btf)                                                                                  \
  X(btf__dedup)                                                                                    \
  X(btf__distill_base)                                                                             \
  X(btf__relocate)                                                                                 \
  X(btf__permute)                                                                                  \
  X(btf__raw_data)                                                                                 \
  X(btf__set_endianness)                                                                           \
  X(btf_ext__new)                                                                                  \
  X(btf_ext__raw_data)                                                                             \
  X(libbpf_set_print)
#include "../support/functions.h"

static void load(const char* path) {
  const char* const problem = load_functions(path);

  if (problem != NULL) {
    fprintf(stderr, "%s\n", problem);
    exit(2);
  }
}

static int quiet(enum libbpf_print_level level, const char* format, va_list args) {
  (void)level, (void)format, (void)args;
  return 0;
}

static void put(const void* bytes, size_t size) {
  if (size != 0 && fwrite(bytes, size, 1, stdout) != 1)
    exit(3);
}

static void put_result(int32_t result, const void* bytes, uint32_t size) {
  put(&result, sizeof(result));
  put(&size, sizeof(size));
  put(bytes, size);
}

struct state {
  struct btf* btfs[kMost];
  struct btf_ext* exts[kMost];
  uint32_t btf_count, ext_count;
};

static struct btf* at(struct state* state, uint32_t number) {
  return number < state->btf_count ? state->btfs[number] : NULL;
}

static int keep(struct state* state, struct btf* btf) {
  state->btfs[state->btf_count++] = btf;
  return btf != NULL ? 0 : -errno;
}

static int permute(struct btf* btf, struct btf_ext* ext, const void* map, uint32_t size) {
  LIBBPF_OPTS(btf_permute_opts, opts, .btf_ext = ext);
  uint32_t* const copy = malloc(size + 1);

  memcpy(copy, map, size);
  return p_btf__permute(btf, copy, size / 4, &opts);
}

static void do_step(struct state* state, char letter, uint32_t one, uint32_t other,
                    const void* bytes, uint32_t size) {
  struct btf* const btf = at(state, one);
  struct btf_ext* const ext = other < state->ext_count ? state->exts[other] : NULL;
  struct btf* made[2] = {NULL, NULL};
  const void* raw = NULL;
  uint32_t raw_size = 0;
  int result = 0;

  switch (letter) {
  case 'r': /* read, over a base */
    result = keep(state, p_btf__new_split(bytes, size, btf));
    break;
  case 'e': /* an empty one, over a base */
    result = keep(state, p_btf__new_empty_split(btf));
    break;
  case 'x': /* read a .BTF.ext */
    state->exts[state->ext_count] = p_btf_ext__new(bytes, size);
    result = state->exts[state->ext_count++] != NULL ? 0 : -errno;
    break;
  case 'a':
    result = p_btf__add_btf(btf, at(state, other));
    break;
  case 'd': {
    LIBBPF_OPTS(btf_dedup_opts, opts, .btf_ext = ext);
    result = p_btf__dedup(btf, &opts);
    break;
  }
  case 's':
    result = p_btf__distill_base(btf, &made[0], &made[1]);
    keep(state, made[0]);
    keep(state, made[1]);
    break;
  case 'l':
    result = p_btf__relocate(btf, at(state, other));
    break;
  case 'p':
    result = permute(btf, ext, bytes, size);
    break;
  case 'o': /* the bytes; with an argument those of the other order */
    p_btf__set_endianness(btf, other == 1 ? BTF_BIG_ENDIAN : BTF_LITTLE_ENDIAN);
    raw = p_btf__raw_data(btf, &raw_size);
    result = raw != NULL ? 0 : -errno;
    break;
  case 'O':
    raw = p_btf_ext__raw_data(ext, &raw_size);
    break;
  default:
    fprintf(stderr, "no step %c\n", letter);
    exit(2);
  }
  put_result(result, raw, raw != NULL ? raw_size : 0);
  /* What comes next may crash, and this must not be lost then. */
  fflush(stdout);
  if (result < 0)
    exit(0);
}

static uint32_t take_number(const unsigned char** from) {
  uint32_t number;

  memcpy(&number, *from, sizeof(number));
  *from += sizeof(number);
  return number;
}

/* Later steps lean on earlier ones, so the first that fails is the last. */
static void do_case(const unsigned char* from, const unsigned char* end) {
  struct state state = {.btf_count = 0};

  while (from < end) {
    const char letter = (char)*from++;
    const uint32_t one = take_number(&from);
    const uint32_t other = take_number(&from);
    const uint32_t size = take_number(&from);

    do_step(&state, letter, one, other, from, size);
    from += size;
  }
  exit(0);
}

/* In a process of its own: a case may crash a library, or never end. */
static void run_case(const unsigned char* steps, uint32_t size) {
  FILE* const file = tmpfile();
  int status = 0;

  if (file == NULL)
    exit(3);
  const pid_t child = fork();
  if (child == 0) {
    setrlimit(RLIMIT_CPU, &(struct rlimit){kSeconds, kSeconds});
    dup2(fileno(file), STDOUT_FILENO);
    do_case(steps, steps + size);
  }
  waitpid(child, &status, 0);
  const off_t end = lseek(fileno(file), 0, SEEK_END);
  const int32_t died[2] = {WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), -1};
  const uint32_t whole = (uint32_t)end + (status != 0 ? (uint32_t)sizeof(died) : 0);
  char* const out = malloc((size_t)end + 1);

  if (out == NULL || pread(fileno(file), out, (size_t)end, 0) != end)
    exit(3);
  put(&whole, sizeof(whole));
  put(out, (size_t)end);
  if (status != 0)
    put(died, sizeof(died));
  fflush(stdout);
  free(out);
  fclose(file);
}

int main(int argc, char** argv) {
  uint32_t size;

  if (argc != 2)
    return 2;
  load(argv[1]);
  p_libbpf_set_print(quiet);
  while (fread(&size, sizeof(size), 1, stdin) == 1) {
    unsigned char* const steps = malloc(size + 1);
    if (size != 0 && fread(steps, size, 1, stdin) != 1)
      return 2;
    run_case(steps, size);
    free(steps);
  }
  return 0;
}
