/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* ambiguous: a program that has loaded two libbpfs, the arguments, and brings us a handle that one
 * of them has made. Nothing says which, so we refuse it, and neither of them gets to see it. */
#include <bpf/libbpf.h>
#include <stdarg.h>

#include "bpf_calls.h"
#include "foreign.h"

enum { kBytes = 1 << 16 };

#define FUNCTIONS(f)                                                                               \
  f(ring_buffer__new);                                                                             \
  f(ring_buffer__consume);                                                                         \
  f(ring_buffer__free);                                                                            \
  f(libbpf_set_print)

struct library {
  FUNCTIONS(DECLARE);
};

static char said[512];
static int messages;

static int keep(enum libbpf_print_level level, const char* format, va_list ap) {
  messages += level == LIBBPF_WARN;
  return vsnprintf(said, sizeof(said), format, ap);
}

static int on_sample(void* ctx, void* data, size_t size) {
  (void)ctx;
  (void)data;
  (void)size;
  return 0;
}

int main(int argc, char** argv) {
  int map_fd = sys_bpf_map_create(BPF_MAP_TYPE_RINGBUF, 0, 0, kBytes, 0);

  if (map_fd < 0) {
    printf("SKIP: cannot create a BPF map: %s\n", strerror(-map_fd));
    return 77;
  }
  for (int i = 1; i < argc; i++)
    CHECK(dlopen(argv[i], RTLD_NOW | RTLD_LOCAL));
  for (int i = 1; i < argc; i++) {
    void* handle = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
    struct library ours, theirs;
    struct ring_buffer* rb;

#define LOOK_UP(name) FOREIGN_LOOK_UP(ours, theirs, handle, name)
    FUNCTIONS(LOOK_UP);
    ours.libbpf_set_print(keep);
    /* The library itself: its own calls reach us, and we know it by them. */
    rb = theirs.ring_buffer__new(map_fd, on_sample, NULL, NULL);
    CHECK(rb && messages == 0);
    CHECK(theirs.ring_buffer__consume(rb) == 0);
    errno = 0;
    CHECK(ours.ring_buffer__consume(rb) == -EINVAL && errno == EINVAL);
    CHECK(messages == 1 && strstr(said, "ring_buffer__consume: several other libbpfs"));
    messages = 0;
    CHECK(theirs.ring_buffer__consume(rb) == 0);
    theirs.ring_buffer__free(rb);
    CHECK(messages == 0);
    /* A printer that we were given is for no library that we would have to guess. */
    CHECK(theirs.libbpf_set_print(NULL) != keep);
  }
  close(map_fd);
  return failures != 0;
}
