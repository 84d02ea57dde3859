/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* strerror: libbpf_strerror and libbpf_get_error. Libraries may have different texts. The cases
 * compare results and errno, and check that there is a text that ends with a NUL. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/conform.h"

static char buffer[512];

/* say fills the buffer with '@', and calls libbpf_strerror with the whole buffer or a part. */
static int say(int error, size_t size) {
  memset(buffer, '@', sizeof(buffer));
  errno = 0;
  return libbpf_strerror(error, buffer, size);
}

/* ended: there is a text with a NUL within `size`, and no byte after `size` has changed. */
static bool ended(size_t size) {
  const char* end = memchr(buffer, '\0', size);

  for (size_t i = size; i < sizeof(buffer); i++)
    if (buffer[i] != '@')
      return false;
  return end != NULL;
}

static void says(int error, int result, int error_seen) {
  if (!CHECK_EQ(say(error, sizeof(buffer)), result))
    CHECK_EQ(error, INT_MIN); /* says which */
  CHECK_EQ(errno, error_seen);
  CHECK(ended(sizeof(buffer)));
  CHECK(buffer[0] != '\0');
}

static void system_errors(void) {
  char text[512];

  for (int error = 0; error <= 133; error++) {
    if (error == 41 || error == 58) /* no such errors */
      continue;
    says(error, 0, 0);
    strcpy(text, buffer);
    says(-error, 0, 0);
    CHECK_TEXT(buffer, text);
    CHECK_TEXT(buffer, strerror(error));
  }
}

/* The stock library returns the positive error of strerror_r(3), and does not change errno. */
static void unknown_system_errors(void) {
  static const int errors[] = {41, 58, 524, 999, 3999, -524, -3999, INT_MIN};

  for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
    says(errors[i], differs() ? -EINVAL : EINVAL, differs() ? EINVAL : 0);
}

static void the_librarys_own_errors(void) {
  char text[512];

  for (int error = 4000; error <= 4013; error++) {
    says(error, 0, 0);
    /* The stock library has no text for 4006. */
    CHECK_EQ(strcmp(buffer, "(null)") == 0, error == 4006 && !differs());
    strcpy(text, buffer);
    says(-error, 0, 0);
    CHECK_TEXT(buffer, text);
  }
}

static void unknown_library_errors(void) {
  static const int errors[] = {4014, 4015, 4095, 4096, 5000, 65536, INT_MAX};
  char number[16];

  for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
    says(errors[i], -ENOENT, ENOENT);
    snprintf(number, sizeof(number), "%d", errors[i]);
    CHECK(strstr(buffer, number) != NULL);
    says(-errors[i], -ENOENT, ENOENT);
    CHECK(strstr(buffer, number) != NULL);
  }
}

static void texts_that_do_not_fit(void) {
  static const int errors[] = {ENOENT, -ENOENT, 4000, -4000, 4020};

  for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
    /* For an error of the system the stock library returns what strerror_r(3) says. */
    const bool positive = abs(errors[i]) == ENOENT && !differs();
    char whole[512];
    size_t length;

    say(errors[i], sizeof(buffer));
    strcpy(whole, buffer);
    length = strlen(whole);
    for (size_t size = 1; size <= length; size++) {
      CHECK_EQ(say(errors[i], size), positive ? ERANGE : -ERANGE);
      CHECK_EQ(errno, positive ? 0 : ERANGE);
      CHECK(ended(size));
      CHECK_EQ(strlen(buffer), size - 1);
      CHECK(strncmp(buffer, whole, size - 1) == 0);
    }
    CHECK_EQ(say(errors[i], length + 1), errors[i] >= 4014 ? -ENOENT : 0);
    CHECK_TEXT(buffer, whole);
  }
}

static void no_buffer(void) {
  CHECK_FAILS(libbpf_strerror(ENOENT, NULL, 9), EINVAL);
  CHECK_FAILS(libbpf_strerror(4000, NULL, 9), EINVAL);
  CHECK_FAILS(libbpf_strerror(ENOENT, buffer, 0), EINVAL);
  CHECK_FAILS(libbpf_strerror(9999, NULL, 0), EINVAL);
}

static void errors_in_pointers(void) {
  static const long errors[] = {1, EINVAL, ENOENT, 524, 4000, 4095};
  int object = 0;

  for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
    errno = 0;
    CHECK_EQ(libbpf_get_error((const void*)-errors[i]), -errors[i]);
    CHECK_EQ(errno, errors[i]);
  }
  errno = ERANGE;
  CHECK_EQ(libbpf_get_error(&object), 0);
  CHECK_EQ(libbpf_get_error((const void*)-4096L), 0);
  CHECK_EQ(errno, ERANGE);
  /* For NULL the error is errno, as the call that returned NULL has set it. */
  CHECK_EQ(libbpf_get_error(NULL), -ERANGE);
  CHECK_EQ(errno, ERANGE);
  errno = 0;
  CHECK_EQ(libbpf_get_error(NULL), 0);
}

CASES(strerror) = {
#define CASE(name_, ...)                                                                           \
  { .name = "errors." #name_, .body = name_, .function = __VA_ARGS__ }
    CASE(system_errors, "libbpf_strerror"),
    CASE(unknown_system_errors, "libbpf_strerror", .difference = "errors-are-negative"),
    CASE(the_librarys_own_errors, "libbpf_strerror", .difference = "text-of-4006"),
    CASE(unknown_library_errors, "libbpf_strerror"),
    CASE(texts_that_do_not_fit, "libbpf_strerror", .difference = "errors-are-negative"),
    CASE(no_buffer, "libbpf_strerror"),
    CASE(errors_in_pointers, "libbpf_get_error"),
    {.name = NULL},
#undef CASE
};
