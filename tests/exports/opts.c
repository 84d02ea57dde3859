/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* The options macros as C and as C++ (compiled as both): values, size, and not a byte left over
 * from what was on the stack. Prints the line of the first check that fails. */
#include <bpf/libbpf.h>

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition))                                                                              \
      return __LINE__;                                                                             \
  } while (0)

/* Fills the stack below the caller, where its callees will have their variables. */
static __attribute__((noinline)) int dirty_stack(void) {
  volatile unsigned char bytes[4096];
  unsigned i;
  for (i = 0; i < sizeof(bytes); i++)
    bytes[i] = 0xa5;
  return bytes[100];
}

/* Are the bytes behind the first `used` of an options struct all 0? Not inlined, so that the
 * compiler has to have them in memory. */
static __attribute__((noinline)) int rest_is_zero(const void* opts, size_t used, size_t size) {
  const unsigned char* bytes = (const unsigned char*)opts;
  size_t i;
  for (i = used; i < size; i++)
    if (bytes[i] != 0) /* NOLINT(clang-analyzer-core.*): that they have values is the question */
      return 0;
  return 1;
}

static __attribute__((noinline)) int check_declared(void) {
  LIBBPF_OPTS(perf_buffer_opts, empty);
  LIBBPF_OPTS(perf_buffer_opts, opts, .sample_period = 64);
  const size_t end = offsetof(struct perf_buffer_opts, sample_period) + sizeof(__u32);

  CHECK(empty.sz == sizeof(struct perf_buffer_opts));
  CHECK(rest_is_zero(&empty, sizeof(size_t), sizeof(empty)));
  CHECK(opts.sz == sizeof(struct perf_buffer_opts));
  CHECK(opts.sample_period == 64);
  CHECK(rest_is_zero(&opts, end, sizeof(opts)));
  return 0;
}

static __attribute__((noinline)) int check_raw(void) {
  int cpu = 3, key = 5;
  DECLARE_LIBBPF_OPTS(perf_buffer_raw_opts, opts, .cpu_cnt = 1, .cpus = &cpu, .map_keys = &key);
  DECLARE_LIBBPF_OPTS(perf_buffer_raw_opts, empty);

  CHECK(opts.sz == sizeof(struct perf_buffer_raw_opts));
  CHECK(opts.cpu_cnt == 1 && opts.cpus == &cpu && opts.map_keys == &key);
  CHECK(rest_is_zero(&empty, sizeof(size_t), sizeof(empty)));
  return 0;
}

static __attribute__((noinline)) int check_reset(void) {
  LIBBPF_OPTS(perf_buffer_opts, opts, .sample_period = 64);
  LIBBPF_OPTS_RESET(opts, .sample_period = opts.sample_period + 1);
  CHECK(opts.sz == sizeof(opts) && opts.sample_period == 65);
  LIBBPF_OPTS_RESET(opts);
  CHECK(opts.sz == sizeof(opts) && rest_is_zero(&opts, sizeof(size_t), sizeof(opts)));
  return 0;
}

static __attribute__((noinline)) int check_rings(void) {
  LIBBPF_OPTS(ring_buffer_opts, reader);
  LIBBPF_OPTS(user_ring_buffer_opts, writer);

  CHECK(reader.sz == sizeof(size_t));
  CHECK(writer.sz == sizeof(size_t));
  return 0;
}

#define ONE1(a) (a)
#define ONE2(a, b) ((a) + 10 * (b))
#define ONE6(a, b, c, d, e, f) ((a) + 10 * (f))
#define ONE(...) ___libbpf_overload(ONE, __VA_ARGS__)

static int check_overload(void) {
  CHECK(ONE(1) == 1);
  CHECK(ONE(1, 2) == 21);
  CHECK(ONE(1, 2, 3, 4, 5, 6) == 61);
  return 0;
}

#if !__LIBBPF_CURRENT_VERSION_GEQ(LIBBPF_MAJOR_VERSION, LIBBPF_MINOR_VERSION) ||                   \
    !__LIBBPF_CURRENT_VERSION_GEQ(0, 99) || __LIBBPF_CURRENT_VERSION_GEQ(2, 0)
#error "__LIBBPF_CURRENT_VERSION_GEQ"
#endif

int main(void) {
  static int (*const checks[])(void) = {check_declared, check_raw, check_reset, check_rings,
                                        check_overload};
  unsigned i;
  for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
    int line;
    dirty_stack();
    line = checks[i]();
    if (line != 0) {
      printf("line %d\n", line);
      return 1;
    }
  }
  return 0;
}
