/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* body: checks, and the messages that are caught while a case runs. */
#include "harness/body.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "harness/kernel.h"

enum { failures_shown = 20 };

static const struct conform_case* current;
static struct manner manner;
static FILE* report;
static unsigned failures;

static libbpf_print_fn_t default_printer;
static unsigned message_counts[LIBBPF_DEBUG + 1];
static char last_warning[1024];

__attribute__((format(printf, 4, 5))) static bool check(bool held, const char* file, int line,
                                                        const char* format, ...) {
  const char* name = strrchr(file, '/');
  va_list args;

  if (held)
    return true;
  /* A check in a loop may fail many times with the same text: one line is enough. */
  if (++failures > failures_shown)
    return false;
  fprintf(report, REPORT_FAILED "%s:%d: ", name ? name + 1 : file, line);
  va_start(args, format);
  vfprintf(report, format, args);
  va_end(args);
  fputc('\n', report);
  return false;
}

bool differs(void) {
  check(current->difference != NULL, __FILE__, __LINE__, "the case names no difference");
  return manner.ringside;
}

bool has_changed(void) {
  return check(current->changed_in != NULL, __FILE__, __LINE__, "the case names no change") &&
         newer_or_equal(manner.release, current->changed_in);
}

/* Messages. */

__attribute__((format(printf, 2, 0))) static int catch_message(enum libbpf_print_level level,
                                                               const char* format, va_list args) {
  char text[1024];
  int length = vsnprintf(text, sizeof(text), format, args);

  message_counts[level]++;
  if (level == LIBBPF_WARN)
    memcpy(last_warning, text, sizeof(text));
  fprintf(report, REPORT_MESSAGE "%s", text);
  if (length == 0 || text[strlen(text) - 1] != '\n')
    fputc('\n', report);
  return length;
}

void messages_clear(void) {
  memset(message_counts, 0, sizeof(message_counts));
  last_warning[0] = '\0';
}

unsigned messages_of(enum libbpf_print_level level) {
  return message_counts[level];
}

libbpf_print_fn_t messages_default_printer(void) {
  return default_printer;
}

/* Checks. */

void check_failed(const char* text, const char* file, int line) {
  check(false, file, line, "%s", text);
}

bool check_equal(long long got, long long want, const char* text, const char* file, int line) {
  return check(got == want, file, line, "%s: expected %lld, seen %lld", text, want, got);
}

bool check_text(const char* got, const char* want, const char* text, const char* file, int line) {
  return check(strcmp(got, want) == 0, file, line, "%s: expected \"%s\", seen \"%s\"", text, want,
               got);
}

bool check_fails(int got, int error, const char* text, const char* file, int line) {
  int seen_errno = errno;

  return check(got == -error && seen_errno == error, file, line,
               "%s: expected %d and errno %d, seen %d and errno %d", text, -error, error, got,
               seen_errno);
}

bool check_null(const void* got, int error, const char* text, const char* file, int line) {
  int seen_errno = errno;

  return check(!got && seen_errno == error, file, line,
               "%s: expected NULL and errno %d (%s), seen %p and errno %d (%s)", text, error,
               strerror(error), got, seen_errno, strerror(seen_errno));
}

bool check_warned(const char* what, const char* file, int line) {
  unsigned count = message_counts[LIBBPF_WARN];
  bool named = strstr(last_warning, what) != NULL;

  messages_clear();
  if (!manner.texts)
    return true;
  return check(count == 1 && named, file, line, "expected one warning that names %s, seen %u%s",
               what, count, count == 1 ? ", of something else" : "");
}

void skip(const char* why) {
  fprintf(report, REPORT_SKIP "%s\n", why);
  exit(body_skipped);
}

void skip_under_valgrind(void) {
  const char* preloaded = getenv("LD_PRELOAD");

  if (preloaded && strstr(preloaded, "vgpreload"))
    skip("not under valgrind");
}

int body_run(const struct conform_case* one, const struct manner* how, FILE* to) {
  struct kernel_open before, after;

  current = one;
  manner = *how;
  report = to;
  if (libbpf_set_print)
    default_printer = libbpf_set_print(catch_message);
  before = kernel_open_now();
  if (one->needs != NEEDS_NOTHING)
    kernel_start(4);
  one->body();
  if (one->needs != NEEDS_NOTHING)
    kernel_end();
  after = kernel_open_now();
  check(after.fds == before.fds, __FILE__, __LINE__, "%d descriptors left open",
        (int)(after.fds - before.fds));
  check(after.mappings == before.mappings, __FILE__, __LINE__, "%d mappings left behind",
        (int)(after.mappings - before.mappings));
  fprintf(report, REPORT_END "\n");
  return failures == 0 ? body_passed : body_failed;
}
