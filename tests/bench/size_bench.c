/* SPDX-License-Identifier: BSD-2-Clause OR LGPL-2.1-only */
/* size_bench LIBRARY: loads a library with all that it needs, and binds each of its symbols. Writes
 * the nanoseconds and the page faults of this. Instructions are counted by callgrind between
 * the beginning and the end of `measured`. */
#include <dlfcn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

void* measured(const char* path);
void* __attribute__((noinline)) measured(const char* path) {
  void* const library = dlopen(path, RTLD_NOW);

  __asm__ volatile("");
  return library;
}

static long long now_ns(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long faults(void) {
  struct rusage usage;

  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

int main(int count, char** arguments) {
  if (count != 2) {
    fputs("size_bench LIBRARY\n", stderr);
    return 2;
  }
  const long faults_before = faults();
  const long long begin = now_ns();
  const void* const library = measured(arguments[1]);
  const long long end = now_ns();
  const long faults_after = faults();

  if (library == NULL) {
    fprintf(stderr, "size_bench: %s\n", dlerror());
    return 1;
  }
  printf("%lld %ld\n", end - begin, faults_after - faults_before);
  return 0;
}
