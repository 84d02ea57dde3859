/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* no_library: a program without another libbpf, and handles that no library has made. Each call
 * with one fails, and warns through the program's printer. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static char said[512];
static int messages, failures;

static int keep(enum libbpf_print_level level, const char* format, va_list ap) {
  messages += level == LIBBPF_WARN;
  return vsnprintf(said, sizeof(said), format, ap);
}

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      printf("line %d: not so: %s (errno %d; said %s)\n", __LINE__, #condition, errno, said);      \
      failures++;                                                                                  \
    }                                                                                              \
  } while (0)

/* A call that must fail with EINVAL and one message that names its function. */
#define CHECK_REFUSED(function, ...)                                                               \
  do {                                                                                             \
    messages = errno = 0;                                                                          \
    CHECK(function(__VA_ARGS__) == -EINVAL && errno == EINVAL);                                    \
    CHECK(messages == 1 && strstr(said, #function));                                               \
  } while (0)

int main(void) {
  uintptr_t words[8] = {1, 2, 3};
  void* handles[] = {NULL, words};
  libbpf_print_fn_t before = libbpf_set_print(keep);

  CHECK(before != NULL);
  for (int i = 0; i < 2; i++) {
    struct perf_buffer* pb = handles[i];
    struct ring_buffer* rb = handles[i];
    struct user_ring_buffer* urb = handles[i];

    CHECK_REFUSED(perf_buffer__poll, pb, 0);
    CHECK_REFUSED(perf_buffer__consume, pb);
    CHECK_REFUSED(ring_buffer__add, rb, 0, NULL, NULL);
    CHECK_REFUSED(ring_buffer__poll, rb, 0);
    messages = errno = 0;
    CHECK(!user_ring_buffer__reserve(urb, 8) && errno == EINVAL && messages == 1);
    CHECK(perf_buffer__buffer_cnt(pb) == 0 && messages == 2);
  }
  messages = 0;
  perf_buffer__free(NULL);
  ring_buffer__free(NULL);
  user_ring_buffer__free(NULL);
  CHECK(messages == 0);
  CHECK(libbpf_set_print(before) == keep);
  return failures != 0;
}
