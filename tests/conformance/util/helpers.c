/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* helpers: printing, versions, strict mode. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/conform.h"

static unsigned printed;
static enum libbpf_print_level printed_level;
static char printed_text[512];

__attribute__((format(printf, 2, 0))) static int printer(enum libbpf_print_level level,
                                                         const char* format, va_list args) {
  printed++;
  printed_level = level;
  vsnprintf(printed_text, sizeof(printed_text), format, args);
  errno = ECANCELED;
  return 0;
}

__attribute__((format(printf, 2, 0))) static int other_printer(enum libbpf_print_level level,
                                                               const char* format, va_list args) {
  (void)level, (void)format, (void)args;
  return 0;
}

/* A call that fails with a warning. */
static void provoke(void) {
  const struct perf_buffer_opts bad = {.sz = 1};

  CHECK_NULL(perf_buffer__new(0, 1, NULL, NULL, NULL, &bad), EINVAL);
}

/* The text that the process writes to stderr while `act` runs. */
static const char* stderr_of(void (*act)(void)) {
  static char text[2048];
  FILE* file = tmpfile();
  int saved = dup(STDERR_FILENO);
  size_t length;

  fflush(stderr);
  dup2(fileno(file), STDERR_FILENO);
  act();
  fflush(stderr);
  dup2(saved, STDERR_FILENO);
  close(saved);
  rewind(file);
  length = fread(text, 1, sizeof(text) - 1, file);
  text[length] = '\0';
  fclose(file);
  return text;
}

static void set_print_gives_the_old_one(void) {
  libbpf_print_fn_t catching = libbpf_set_print(printer);

  CHECK(catching != NULL);
  CHECK(libbpf_set_print(other_printer) == printer);
  CHECK(libbpf_set_print(NULL) == other_printer);
  CHECK(libbpf_set_print(NULL) == NULL);
  CHECK(libbpf_set_print(catching) == NULL);
  CHECK(messages_default_printer() != NULL);
  CHECK(messages_default_printer() != catching);
}

static void set_print_is_used(void) {
  libbpf_set_print(printer);
  provoke();
  CHECK_EQ(printed, 1);
  CHECK_EQ(printed_level, LIBBPF_WARN);
  CHECK(strlen(printed_text) > 0 && printed_text[strlen(printed_text) - 1] == '\n');
}

static void null_silences(void) {
  libbpf_set_print(NULL);
  CHECK_TEXT(stderr_of(provoke), "");
}

static void default_goes_to_stderr(void) {
  libbpf_set_print(messages_default_printer());
  CHECK(strstr(stderr_of(provoke), "opts") != NULL);
}

__attribute__((format(printf, 2, 3))) static int say(enum libbpf_print_level level,
                                                     const char* format, ...) {
  va_list args;
  int result;

  va_start(args, format);
  result = messages_default_printer()(level, format, args);
  va_end(args);
  return result;
}

static void say_all(void) {
  say(LIBBPF_WARN, "w%d ", 1);
  say(LIBBPF_INFO, "i%d ", 2);
  say(LIBBPF_DEBUG, "d%d ", 3);
}

static void default_drops_debug(void) {
  unsetenv("LIBBPF_LOG_LEVEL");
  CHECK_TEXT(stderr_of(say_all), "w1 i2 ");
}

/* If ours is preloaded before the stock library, the stock library has the default printer. */
static void skip_if_preloaded(void) {
  Dl_info one, other;

  if (dladdr(dlsym(RTLD_DEFAULT, "libbpf_set_print"), &one) &&
      dladdr(dlsym(RTLD_DEFAULT, "libbpf_strerror"), &other) && one.dli_fbase != other.dli_fbase)
    skip("the default printer is of another library");
}

static void log_level_is(const char* value, const char* want) {
  skip_if_preloaded();
  setenv("LIBBPF_LOG_LEVEL", value, 1);
  CHECK_TEXT(stderr_of(say_all), want);
}

static void log_level_warn(void) {
  log_level_is("warn", "w1 ");
}
static void log_level_info(void) {
  log_level_is("info", "w1 i2 ");
}
static void log_level_debug(void) {
  log_level_is("debug", "w1 i2 d3 ");
}
static void log_level_in_capitals(void) {
  log_level_is("DeBuG", "w1 i2 d3 ");
}

static void log_level_unknown(void) {
  const char* text;

  skip_if_preloaded();
  setenv("LIBBPF_LOG_LEVEL", "loud", 1);
  text = stderr_of(say_all);
  CHECK(strstr(text, "LIBBPF_LOG_LEVEL") != NULL);
  CHECK(strstr(text, "w1 i2 ") != NULL);
  CHECK(strstr(text, "d3") == NULL);
}

static void log_level_before_1_5(void) {
  log_level_is("debug", "w1 i2 ");
}

static void say_debug(void) {
  CHECK_EQ(say(LIBBPF_DEBUG, "d%d ", 3), 0);
}
static void say_warning(void) {
  CHECK_EQ(say(LIBBPF_WARN, "w%d ", 1), 3);
}

static void default_printer_tells_how_much(void) {
  unsetenv("LIBBPF_LOG_LEVEL");
  CHECK_TEXT(stderr_of(say_debug), "");
  CHECK_TEXT(stderr_of(say_warning), "w1 ");
}

static void versions(void) {
  unsigned major = 99, minor = 99;
  int end = 0;

  CHECK_EQ(libbpf_major_version(), 1);
  CHECK_EQ(sscanf(libbpf_version_string(), "v%u.%u%n", &major, &minor, &end), 2);
  CHECK_EQ(major, libbpf_major_version());
  CHECK_EQ(minor, libbpf_minor_version());
  CHECK_EQ(libbpf_version_string()[end], '\0');
  CHECK(libbpf_version_string() == libbpf_version_string());
}

static void strict_mode_is_always_on(void) {
  static const unsigned modes[] = {LIBBPF_STRICT_NONE, LIBBPF_STRICT_CLEAN_PTRS,
                                   LIBBPF_STRICT_DIRECT_ERRS, 1u << 20, UINT_MAX};

  errno = ERANGE;
  for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
    CHECK_EQ(libbpf_set_strict_mode((enum libbpf_strict_mode)modes[i]), 0);
  CHECK_EQ(errno, ERANGE);
}

CASES(helpers) = {
#define CASE(name_, function_, ...)                                                                \
  { .name = "helpers." #name_, .function = "libbpf_" #function_, .body = name_, __VA_ARGS__ }
    CASE(set_print_gives_the_old_one, set_print),
    CASE(set_print_is_used, set_print),
    CASE(null_silences, set_print),
    CASE(default_goes_to_stderr, set_print),
    CASE(default_drops_debug, set_print),
    CASE(default_printer_tells_how_much, set_print),
    CASE(log_level_before_1_5, set_print, .until = "1.5"),
    CASE(log_level_warn, set_print, .since = "1.5"),
    CASE(log_level_info, set_print, .since = "1.5"),
    CASE(log_level_debug, set_print, .since = "1.5"),
    CASE(log_level_in_capitals, set_print, .since = "1.5"),
    CASE(log_level_unknown, set_print, .since = "1.5"),
    CASE(versions, version_string),
    CASE(strict_mode_is_always_on, set_strict_mode),
    {.name = NULL},
#undef CASE
};
