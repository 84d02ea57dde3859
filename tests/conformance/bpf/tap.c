/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* tap: this program's own syscall(2), which stands before the C library's. A libbpf calls it. */
#define _GNU_SOURCE
#include "bpf/tap.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf/tap_commands.h"
#include "harness/conform.h"

enum { most_answers = 16, most_names = 32, most_attr = 256 };

struct answer {
  int result;
  bool writes;
  size_t at;
  uint32_t word;
};

static struct {
  bool open;
  struct answer script[most_answers];
  unsigned answers, answered;
  struct {
    const void* pointer;
    const char* name;
  } names[most_names];
  unsigned name_count;
  void (*look)(const void* attr);
  char text[8192], taken[8192];
  size_t length;
} tap;

__attribute__((format(printf, 1, 2))) static void add(const char* format, ...) {
  va_list args;

  va_start(args, format);
  tap.length +=
      (size_t)vsnprintf(tap.text + tap.length, sizeof(tap.text) - tap.length, format, args);
  va_end(args);
  if (tap.length >= sizeof(tap.text))
    abort();
}

static const char* name_of(uint64_t pointer) {
  for (unsigned i = 0; i < tap.name_count; i++)
    if ((uintptr_t)tap.names[i].pointer == pointer)
      return tap.names[i].name;
  return NULL;
}

static void add_number(uint64_t number) {
  add(number < 4096 ? "%llu" : "%#llx", (unsigned long long)number);
}

static void add_pointer(uint64_t pointer) {
  const char* name = name_of(pointer);

  if (name)
    add("@%s", name);
  else
    add_number(pointer);
}

/* The attributes of a call: `size` bytes, behind which all is 0. */
struct attr {
  union {
    unsigned char bytes[most_attr];
    uint32_t words[most_attr / 4];
    uint64_t wide[most_attr / 8];
  };
};

static bool is_zero(const unsigned char* bytes, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (bytes[i] != 0)
      return false;
  return true;
}

/* add_field writes a field down, and makes its bytes 0. */
static void add_field(const struct tap_field* field, struct attr* attr) {
  unsigned char* bytes = attr->bytes + field->at;

  if (is_zero(bytes, tap_width(field)))
    return;
  add(" %s=", field->name);
  switch (field->kind) {
  case TAP_NUMBER:
    add_number(attr->words[field->at / 4]);
    break;
  case TAP_SIGNED:
    add("%d", (int)attr->words[field->at / 4]);
    break;
  case TAP_WIDE:
    add_number(attr->wide[field->at / 8]);
    break;
  case TAP_POINTER:
    add_pointer(attr->wide[field->at / 8]);
    break;
  case TAP_TEXT16:
    add("%.16s", (const char*)bytes);
    /* What stands behind the NUL is written down, too. */
    memset(bytes, 0, strnlen((const char*)bytes, 16));
    return;
  }
  memset(bytes, 0, tap_width(field));
}

/* add_rest writes down what is left: words without a field. */
static void add_rest(struct attr* attr) {
  for (size_t at = 0; at < most_attr; at += 4) {
    if (at % 8 == 0 && name_of(attr->wide[at / 8])) {
      add(" [%zu]=@%s", at, name_of(attr->wide[at / 8]));
      attr->wide[at / 8] = 0;
    } else if (attr->words[at / 4] != 0) {
      add(" [%zu]=", at);
      add_number(attr->words[at / 4]);
    }
  }
}

static void write_down(const struct tap_command* command, const void* bytes, size_t size) {
  struct attr attr = {.words = {0}};

  if (size > sizeof(attr))
    abort();
  memcpy(&attr, bytes, size);
  if (tap.length != 0)
    add("; ");
  add("%s", command->name);
  for (const struct tap_field* field = command->fields; field->name; field++)
    add_field(field, &attr);
  add_rest(&attr);
}

static long tapped_bpf(unsigned number, void* bytes, size_t size) {
  const struct tap_command* command = tap_command(number);
  struct answer answer = {.result = 0};

  if (!command) {
    errno = EINVAL;
    return -1;
  }
  if (tap.look)
    tap.look(bytes);
  write_down(command, bytes, size);
  if (tap.answered < tap.answers)
    answer = tap.script[tap.answered++];
  else if (command->gives_fd)
    answer.result = tap_fd;
  if (answer.writes)
    memcpy((char*)bytes + answer.at, &answer.word, sizeof(answer.word));
  if (answer.result >= 0)
    return answer.result;
  errno = -answer.result;
  return -1;
}

long syscall(long number, ...) {
  static long (*next)(long, ...);
  long arguments[6];
  va_list args;

  va_start(args, number);
  for (unsigned i = 0; i < 6; i++)
    arguments[i] = va_arg(args, long);
  va_end(args);
  if (number == __NR_bpf && tap.open)
    return tapped_bpf((unsigned)arguments[0], (void*)arguments[1], (size_t)arguments[2]);
  if (!next)
    *(void**)&next = dlsym(RTLD_NEXT, "syscall");
  return next(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
              arguments[5]);
}

void tap_open_cold(void) {
  tap.open = true;
}

void tap_open(void) {
  tap_open_cold();
  bpf_map_create(BPF_MAP_TYPE_ARRAY, "warm", 4, 4, 1, NULL);
  tap_taken();
}

void tap_answer(int result) {
  if (tap.answers == most_answers)
    abort();
  tap.script[tap.answers++] = (struct answer){.result = result};
}

void tap_forget(void) {
  tap.answers = 0;
  tap.answered = 0;
}

void tap_writes(size_t at, uint32_t word) {
  struct answer* answer = &tap.script[tap.answers - 1];

  answer->writes = true;
  answer->at = at;
  answer->word = word;
}

void tap_name(const void* pointer, const char* name) {
  if (tap.name_count == most_names)
    abort();
  tap.names[tap.name_count].pointer = pointer;
  tap.names[tap.name_count++].name = name;
}

void tap_look(void (*look)(const void* attr)) {
  tap.look = look;
}

const char* tap_taken(void) {
  memcpy(tap.taken, tap.text, sizeof(tap.text));
  tap.text[0] = '\0';
  tap.length = 0;
  return tap.taken;
}
